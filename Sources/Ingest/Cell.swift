/// One value of a table as bytes of UTF-8, without quotes and surrounding blanks. Valid until the scanner moves on.
struct Cell {
  let bytes: UnsafeBufferPointer<UInt8>

  static var empty: Cell { Cell(bytes: UnsafeBufferPointer(start: nil, count: 0)) }

  var isEmpty: Bool { bytes.isEmpty }
  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// The beginning of the text, so that a huge value costs no more than a small one.
  var shown: String { String(decoding: bytes.prefix(400), as: UTF8.self) }
}
