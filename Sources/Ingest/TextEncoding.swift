/// How a file's bytes stand for letters.
public enum TextEncoding: String, Sendable {
  case utf8 = "UTF-8"
  case windows1252 = "Windows-1252"

  init?(named name: String) {
    switch name.lowercased() {
    case "utf-8", "utf8", "utf-8-sig": self = .utf8
    case "windows-1252", "cp1252", "ansi", "latin-1", "latin1", "iso-8859-1": self = .windows1252
    default: return nil
    }
  }

  static let names = ["utf-8", "windows-1252"]

  static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// Result of looking for UTF-8.
  struct Validation {
    /// Position of the first byte that cannot be UTF-8; nil when all can.
    let firstInvalid: Int?
    /// Letters of several bytes before it.
    let multiByteBefore: Int
  }

  static func validate(_ bytes: UnsafeBufferPointer<UInt8>) -> Validation {
    var position = 0
    var letters = 0
    while position < bytes.count {
      if position + 8 <= bytes.count, isPlain(bytes, at: position) {
        position += 8
        continue
      }
      if bytes[position] < 0x80 {
        position += 1
        continue
      }
      let length = sequenceLength(bytes, at: position)
      guard length > 0 else { return Validation(firstInvalid: position, multiByteBefore: letters) }
      letters += 1
      position += length
    }
    return Validation(firstInvalid: nil, multiByteBefore: letters)
  }

  private static func isPlain(_ bytes: UnsafeBufferPointer<UInt8>, at position: Int) -> Bool {
    let word = UnsafeRawPointer(bytes.baseAddress!).loadUnaligned(fromByteOffset: position, as: UInt64.self)
    return word & 0x8080_8080_8080_8080 == 0
  }

  /// Bytes of the letter that begins here; 0 where none can (overlong forms, surrogates and cut-off letters included).
  private static func sequenceLength(_ bytes: UnsafeBufferPointer<UInt8>, at position: Int) -> Int {
    let first = bytes[position]
    let length: Int
    var lowest: UInt8 = 0x80
    var highest: UInt8 = 0xBF
    switch first {
    case 0xC2...0xDF: length = 2
    case 0xE0...0xEF:
      length = 3
      if first == 0xE0 { lowest = 0xA0 }
      if first == 0xED { highest = 0x9F }
    case 0xF0...0xF4:
      length = 4
      if first == 0xF0 { lowest = 0x90 }
      if first == 0xF4 { highest = 0x8F }
    default: return 0
    }
    guard position + length <= bytes.count, (lowest...highest).contains(bytes[position + 1]) else { return 0 }
    for next in stride(from: 2, to: length, by: 1) where bytes[position + next] & 0xC0 != 0x80 { return 0 }
    return length
  }

  /// The text in UTF-8, whichever of the two it is in.
  static func utf8(_ bytes: [UInt8]) -> [UInt8] {
    bytes.withUnsafeBufferPointer { validate($0).firstInvalid } == nil ? bytes : utf8FromWindows1252(bytes)
  }

  /// The five bytes that Windows-1252 leaves undefined become control characters, as browsers do it.
  static func utf8FromWindows1252(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + bytes.count / 16)
    for byte in bytes {
      if byte < 0x80 {
        result.append(byte)
      } else {
        let scalar = byte < 0xA0 ? upperControls[Int(byte) - 0x80] : UInt32(byte)
        result.append(contentsOf: String(Unicode.Scalar(scalar) ?? "?").utf8)
      }
    }
    return result
  }

  private static let upperControls: [UInt32] = [
    0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D, 0x017D, 0x8F,
    0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D, 0x017E, 0x0178,
  ]
}
