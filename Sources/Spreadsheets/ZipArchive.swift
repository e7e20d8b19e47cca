internal import CZlib

/// The parts of a ZIP archive that lies in memory: stored or deflated, also with 64-bit sizes.
/// Source: PKWARE, "APPNOTE.TXT - .ZIP File Format Specification", 4.3 and 4.5.3.
struct ZipArchive: Sendable {
  struct Entry: Sendable {
    let name: String
    let method: UInt16
    let checksum: UInt32
    let compressedSize: Int
    let size: Int
    let headerOffset: Int
  }

  static let magic: [UInt8] = [0x50, 0x4B, 0x03, 0x04]

  /// Bytes that all parts read of one archive may have together. A sheet of 1,048,576 rows with 11 columns has 0.4 GB.
  static let largestTotal = 2 << 30
  /// Sheets seldom shrink to less than a thirtieth; deflate's limit is 1,032.
  static let largestRatio = 300
  /// Parts below this size may shrink as they like.
  static let harmlessSize = 8 << 20

  let bytes: [UInt8]
  let entries: [Entry]
  private let positions: [String: Int]

  /// - Throws: `notAnArchive`, or `truncated` where the directory cannot be read whole.
  init(_ bytes: [UInt8]) throws(WorkbookProblem) {
    guard bytes.starts(with: ZipArchive.magic) else { throw .notAnArchive }
    self.bytes = bytes
    entries = try ZipArchive.directory(bytes)
    positions = Dictionary(entries.enumerated().map { ($0.element.name.lowercased(), $0.offset) }, uniquingKeysWith: { first, _ in first })
  }

  /// Part names differ by more than case in no workbook.
  func entry(_ name: String) -> Entry? { positions[name.lowercased()].map { entries[$0] } }

  // MARK: Directory

  private static func directory(_ bytes: [UInt8]) throws(WorkbookProblem) -> [Entry] {
    guard let end = endOfDirectory(bytes) else { throw .truncated }
    var count = Int(word(bytes, end + 10))
    var position = Int(long(bytes, end + 16))
    if count == 0xFFFF || position == 0xFFFF_FFFF {
      guard let wide = wideDirectory(bytes, before: end) else { throw .truncated }
      (count, position) = wide
    }
    var entries: [Entry] = []
    for _ in 0..<count {
      guard position >= 0, position + 46 <= bytes.count, long(bytes, position) == 0x0201_4B50 else { throw .truncated }
      let nameLength = Int(word(bytes, position + 28))
      let extraLength = Int(word(bytes, position + 30))
      let next = position + 46 + nameLength + extraLength + Int(word(bytes, position + 32))
      guard next <= bytes.count else { throw .truncated }
      let name = String(decoding: bytes[(position + 46)..<(position + 46 + nameLength)], as: UTF8.self)
      var fields = [Int(long(bytes, position + 24)), Int(long(bytes, position + 20)), Int(long(bytes, position + 42))]
      widen(&fields, bytes, extra: (position + 46 + nameLength)..<(position + 46 + nameLength + extraLength))
      guard fields.allSatisfy({ $0 >= 0 }), fields[2] <= bytes.count, fields[1] <= bytes.count - fields[2] else { throw .truncated }
      entries.append(
        Entry(
          name: name, method: word(bytes, position + 10), checksum: long(bytes, position + 16), compressedSize: fields[1],
          size: fields[0], headerOffset: fields[2]))
      position = next
    }
    return entries
  }

  /// The record stands at the end, before a comment of at most 65,535 bytes.
  private static func endOfDirectory(_ bytes: [UInt8]) -> Int? {
    var position = bytes.count - 22
    let lowest = max(0, position - 65_535)
    while position >= lowest {
      if bytes[position] == 0x50, long(bytes, position) == 0x0605_4B50 { return position }
      position -= 1
    }
    return nil
  }

  private static func wideDirectory(_ bytes: [UInt8], before end: Int) -> (count: Int, position: Int)? {
    let locator = end - 20
    guard locator >= 0, long(bytes, locator) == 0x0706_4B50, let record = huge(bytes, locator + 8), record + 56 <= bytes.count,
      long(bytes, record) == 0x0606_4B50, let count = huge(bytes, record + 32), count <= bytes.count / 46,
      let position = huge(bytes, record + 48)
    else { return nil }
    return (count, position)
  }

  /// Puts the 64-bit values of an extra field in the place of those that are all ones: size, compressed size, offset.
  private static func widen(_ fields: inout [Int], _ bytes: [UInt8], extra: Range<Int>) {
    var position = extra.lowerBound
    while position + 4 <= extra.upperBound {
      let end = position + 4 + Int(word(bytes, position + 2))
      if word(bytes, position) == 1, end <= extra.upperBound {
        var at = position + 4
        for index in fields.indices where fields[index] == 0xFFFF_FFFF && at + 8 <= end {
          fields[index] = huge(bytes, at) ?? -1
          at += 8
        }
      }
      position = end
    }
  }

  private static func word(_ bytes: [UInt8], _ at: Int) -> UInt16 { UInt16(bytes[at]) | UInt16(bytes[at + 1]) << 8 }

  private static func long(_ bytes: [UInt8], _ at: Int) -> UInt32 { UInt32(word(bytes, at)) | UInt32(word(bytes, at + 2)) << 16 }

  /// Nil for numbers that no file can have.
  private static func huge(_ bytes: [UInt8], _ at: Int) -> Int? {
    let value = UInt64(long(bytes, at)) | UInt64(long(bytes, at + 4)) << 32
    return value < 1 << 48 ? Int(value) : nil
  }

  // MARK: Parts

  /// The bytes of a part as they lie in the archive.
  func packed(_ entry: Entry) throws(WorkbookProblem) -> ArraySlice<UInt8> {
    let at = entry.headerOffset
    guard at + 30 <= bytes.count, ZipArchive.long(bytes, at) == 0x0403_4B50 else { throw .damaged(part: entry.name) }
    let start = at + 30 + Int(ZipArchive.word(bytes, at + 26)) + Int(ZipArchive.word(bytes, at + 28))
    guard start + entry.compressedSize <= bytes.count else { throw .truncated }
    return bytes[start..<(start + entry.compressedSize)]
  }

  /// Unpacks a part piece by piece; the checksum is compared at the end, so that pieces may be wrong until then.
  /// - Parameters:
  ///   - budget: bytes that may still come of the whole archive; lessened by what came.
  ///   - body: gets a piece; false ends the reading, and the checksum is not compared.
  func unpack(
    _ entry: Entry, budget: inout Int, _ body: (UnsafeBufferPointer<UInt8>) throws(WorkbookProblem) -> Bool
  ) throws(WorkbookProblem) {
    let packed = try packed(entry)
    var meter = Meter(entry: entry, budget: budget)
    defer { budget = meter.budget }
    switch entry.method {
    case 0: try copy(packed, &meter, body)
    case 8: try inflate(packed, &meter, body)
    default: throw .damaged(part: entry.name)
    }
  }

  func unpack(_ entry: Entry, budget: inout Int) throws(WorkbookProblem) -> [UInt8] {
    var result: [UInt8] = []
    try unpack(entry, budget: &budget) { piece throws(WorkbookProblem) in
      result += piece
      return true
    }
    return result
  }

  /// Watches over a part's growth and its checksum.
  private struct Meter {
    let entry: Entry
    var budget: Int
    var total = 0
    var checksum: UInt = 0

    mutating func add(_ piece: UnsafeBufferPointer<UInt8>) throws(WorkbookProblem) {
      total += piece.count
      budget -= piece.count
      let isBomb = total > ZipArchive.harmlessSize && total / ZipArchive.largestRatio > entry.compressedSize
      guard budget >= 0, !isBomb else { throw .tooLarge(part: entry.name) }
      checksum = crc32(checksum, piece.baseAddress, UInt32(piece.count))
    }

    func finish() throws(WorkbookProblem) {
      guard UInt32(truncatingIfNeeded: checksum) == entry.checksum else { throw .damaged(part: entry.name) }
    }
  }

  private static let pieceSize = 1 << 18

  private func copy(
    _ packed: ArraySlice<UInt8>, _ meter: inout Meter, _ body: (UnsafeBufferPointer<UInt8>) throws(WorkbookProblem) -> Bool
  ) throws(WorkbookProblem) {
    var position = packed.startIndex
    while position < packed.endIndex {
      let end = min(packed.endIndex, position + ZipArchive.pieceSize)
      let isWanted = try bytes.withUnsafeBufferPointer { buffer throws(WorkbookProblem) in
        let piece = UnsafeBufferPointer(rebasing: buffer[position..<end])
        try meter.add(piece)
        return try body(piece)
      }
      if !isWanted { return }
      position = end
    }
    try meter.finish()
  }

  private func inflate(
    _ packed: ArraySlice<UInt8>, _ meter: inout Meter, _ body: (UnsafeBufferPointer<UInt8>) throws(WorkbookProblem) -> Bool
  ) throws(WorkbookProblem) {
    var stream = z_stream()
    guard plads_inflate_init_raw(&stream) == Z_OK else { throw .damaged(part: meter.entry.name) }
    defer { inflateEnd(&stream) }
    let output = UnsafeMutablePointer<UInt8>.allocate(capacity: ZipArchive.pieceSize)
    defer { output.deallocate() }
    let isWhole = try bytes.withUnsafeBufferPointer { buffer throws(WorkbookProblem) in
      var position = packed.startIndex
      while true {
        if stream.avail_in == 0, position < packed.endIndex {
          let count = min(1 << 30, packed.endIndex - position)
          stream.next_in = UnsafeMutablePointer(mutating: buffer.baseAddress! + position)
          stream.avail_in = UInt32(count)
          position += count
        }
        stream.next_out = output
        stream.avail_out = UInt32(ZipArchive.pieceSize)
        let state = CZlib.inflate(&stream, Z_NO_FLUSH)
        guard state == Z_OK || state == Z_STREAM_END else { throw .damaged(part: meter.entry.name) }
        let piece = UnsafeBufferPointer(start: output, count: ZipArchive.pieceSize - Int(stream.avail_out))
        try meter.add(piece)
        if !piece.isEmpty, try !body(piece) { return false }
        if state == Z_STREAM_END { return true }
      }
    }
    if isWhole { try meter.finish() }
  }
}
