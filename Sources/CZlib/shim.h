#ifndef PLADS_CZLIB_SHIM_H
#define PLADS_CZLIB_SHIM_H
#include <zlib.h>

// zlib's initialisers are macros, which Swift cannot call. Raw streams: ZIP has its own header and checksum.
static inline int plads_inflate_init_raw(z_stream *stream) { return inflateInit2(stream, -MAX_WBITS); }
static inline int plads_deflate_init_raw(z_stream *stream, int level) {
  return deflateInit2(stream, level, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
}
#endif
