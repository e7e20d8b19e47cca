internal import CZlib

/// Writes an archive part by part to wherever the caller puts its bytes. Parts and the archive stay below 4 GB.
struct ZipWriter {
  private let sink: (UnsafeRawBufferPointer) throws -> Void
  private var position = 0
  private var directory: [UInt8] = []
  private var count = 0

  init(_ sink: @escaping (UnsafeRawBufferPointer) throws -> Void) {
    self.sink = sink
  }

  /// Takes a part over as it lies in another archive.
  mutating func copy(_ entry: ZipArchive.Entry, of archive: ZipArchive) throws {
    let packed = try archive.packed(entry)
    try add(entry.name, method: entry.method, checksum: entry.checksum, size: entry.size, packed: Array(packed))
  }

  mutating func add(_ part: PackedPart) throws {
    try add(part.name, method: 8, checksum: UInt32(truncatingIfNeeded: part.checksum), size: part.size, packed: part.packed)
  }

  private mutating func add(_ name: String, method: UInt16, checksum: UInt32, size: Int, packed: [UInt8]) throws {
    guard position + packed.count < 0xFFFF_0000, size < 0xFFFF_0000 else { throw WorkbookProblem.tooLarge(part: name) }
    let bytes = Array(name.utf8)
    // Version 2.0, names in UTF-8, 1 January 1980: the archive says nothing of when it was made.
    var fields: [UInt8] = []
    for value in [20, 0x0800, method, 0, 0x0021] as [UInt16] { ZipWriter.append(value, to: &fields) }
    for value in [checksum, UInt32(packed.count), UInt32(size)] { ZipWriter.append(value, to: &fields) }
    ZipWriter.append(UInt16(bytes.count), to: &fields)
    ZipWriter.append(UInt16(0), to: &fields)
    ZipWriter.append(0x0201_4B50 as UInt32, to: &directory)
    ZipWriter.append(20 as UInt16, to: &directory)
    directory += fields
    directory += [UInt8](repeating: 0, count: 10)
    ZipWriter.append(UInt32(position), to: &directory)
    directory += bytes
    count += 1
    try put(ZipArchive.magic + fields + bytes)
    try put(packed)
  }

  /// Writes the directory; nothing may be added after.
  mutating func finish() throws {
    var end: [UInt8] = []
    ZipWriter.append(0x0605_4B50 as UInt32, to: &end)
    for value in [0, 0, UInt16(count), UInt16(count)] { ZipWriter.append(value, to: &end) }
    for value in [UInt32(directory.count), UInt32(position)] { ZipWriter.append(value, to: &end) }
    ZipWriter.append(0 as UInt16, to: &end)
    try put(directory + end)
  }

  private mutating func put(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try sink($0) }
    position += bytes.count
  }

  private static func append<Value: FixedWidthInteger>(_ value: Value, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
  }
}

/// A part that is packed as it grows; only its packed form stays in memory.
final class PackedPart {
  let name: String
  private(set) var packed: [UInt8] = []
  private(set) var checksum: UInt = 0
  private(set) var size = 0
  private var stream = z_stream()
  private let output = UnsafeMutablePointer<UInt8>.allocate(capacity: PackedPart.pieceSize)
  private static let pieceSize = 1 << 16

  init(_ name: String) {
    self.name = name
    plads_deflate_init_raw(&stream, Z_DEFAULT_COMPRESSION)
  }

  deinit {
    deflateEnd(&stream)
    output.deallocate()
  }

  func append(_ piece: UnsafeBufferPointer<UInt8>) {
    guard let base = piece.baseAddress, !piece.isEmpty else { return }
    checksum = crc32(checksum, base, UInt32(piece.count))
    size += piece.count
    stream.next_in = UnsafeMutablePointer(mutating: base)
    stream.avail_in = UInt32(piece.count)
    drain(Z_NO_FLUSH)
  }

  func append(_ text: String) {
    var text = text
    text.withUTF8 { append($0) }
  }

  func finish() { drain(Z_FINISH) }

  private func drain(_ flush: Int32) {
    repeat {
      stream.next_out = output
      stream.avail_out = UInt32(PackedPart.pieceSize)
      _ = deflate(&stream, flush)
      packed += UnsafeBufferPointer(start: output, count: PackedPart.pieceSize - Int(stream.avail_out))
    } while stream.avail_out == 0
  }
}
