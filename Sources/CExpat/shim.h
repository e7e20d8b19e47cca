#ifndef PLADS_CEXPAT_SHIM_H
#define PLADS_CEXPAT_SHIM_H
#include <expat.h>
#endif
