/// Danish civil registration numbers (CPR): found so that they never get in, and hidden wherever they would be shown.
enum PersonNumber {
  /// Six digits that are a date (ddmmyy, also with 60 added to the day as in replacement numbers), four digits,
  /// nothing or one hyphen or blank between. Constant cost.
  static func isOne(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard bytes.count == 10 || bytes.count == 11 else { return false }
    return length(bytes, at: 0) == bytes.count
  }

  static func isOne(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { isOne($0) }
  }

  /// A person's number in one form however it is written: `010203-1234`, `010203 1234`, `0102031234`, and `102031234` without its
  /// zero, all become ten digits, be the date in them valid or not. Anything else stays, without blanks around it.
  static func normalised(_ value: [UInt8]) -> [UInt8] {
    let text = trimmed(value)
    let digits = text.filter { $0 >= 0x30 && $0 <= 0x39 }
    if text.count == 9, digits.count == 9 { return [0x30] + digits }
    let isParted = text.count == 11 && digits.count == 10 && (text[6] == 0x2D || text[6] == 0x20)
    return isParted ? digits : text
  }

  /// Without blanks and no-break blanks at both ends.
  static func trimmed(_ text: [UInt8]) -> [UInt8] {
    var text = text[...]
    while let first = text.first {
      if first <= 0x20 { text.removeFirst() } else if text.starts(with: [0xC2, 0xA0]) { text.removeFirst(2) } else { break }
    }
    while let last = text.last {
      if last <= 0x20 { text.removeLast() } else if text.suffix(2).elementsEqual([0xC2, 0xA0]) { text.removeLast(2) } else { break }
    }
    return Array(text)
  }

  /// Nine digits that are a number without its zero in front, as spreadsheets and systems store it that take it for a count.
  static func lacksZero(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard bytes.count == 9, bytes.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return false }
    let whole = [0x30] + Array(bytes)
    return whole.withUnsafeBufferPointer { isOne($0) }
  }

  /// The text with the last four digits of every number in it hidden: `010190-****`.
  /// Within a longer row of digits too: a wrong mask is harmless, a number shown is not.
  /// Also in nine digits that stand alone and lack a zero in front: `10190-****`.
  static func masked(_ text: String) -> String {
    var source = text
    return source.withUTF8 { bytes in
      var result: [UInt8] = []
      var position = 0
      while position < bytes.count {
        let length = length(bytes, at: position)
        if length > 0 {
          result += bytes[position..<(position + 6)]
          result += Array("-****".utf8)
          position += length
        } else if standsAlone(bytes, position, 9), lacksZero(UnsafeBufferPointer(rebasing: bytes[position..<(position + 9)])) {
          result += bytes[position..<(position + 5)]
          result += Array("-****".utf8)
          position += 9
        } else {
          result.append(bytes[position])
          position += 1
        }
      }
      return String(decoding: result, as: UTF8.self)
    }
  }

  /// Whether so many digits begin here, and no digit stands beside them.
  private static func standsAlone(_ bytes: UnsafeBufferPointer<UInt8>, _ position: Int, _ count: Int) -> Bool {
    guard !isDigit(bytes, at: position - 1), !isDigit(bytes, at: position + count) else { return false }
    return (position..<(position + count)).allSatisfy { isDigit(bytes, at: $0) }
  }

  private static func isDigit(_ bytes: UnsafeBufferPointer<UInt8>, at position: Int) -> Bool {
    position >= 0 && position < bytes.count && bytes[position] >= 0x30 && bytes[position] <= 0x39
  }

  /// Bytes of the number that begins here, 0 where none does.
  private static func length(_ bytes: UnsafeBufferPointer<UInt8>, at position: Int) -> Int {
    guard position + 10 <= bytes.count else { return 0 }
    for offset in 0..<6 where !isDigit(bytes, at: position + offset) { return 0 }
    let between = bytes[position + 6]
    let serial = position + (between == 0x2D || between == 0x20 ? 7 : 6)
    guard serial + 4 <= bytes.count else { return 0 }
    for offset in 0..<4 where !isDigit(bytes, at: serial + offset) { return 0 }
    func pair(_ offset: Int) -> Int { Int(bytes[position + offset] - 0x30) * 10 + Int(bytes[position + offset + 1] - 0x30) }
    let day = pair(0) > 60 ? pair(0) - 60 : pair(0)
    guard (1...12).contains(pair(2)), day >= 1, day <= lastDay(ofMonth: pair(2), year: pair(4)) else { return 0 }
    return serial + 4 - position
  }

  /// The century is unknown, so 29 February counts in every year that can be a leap year.
  private static func lastDay(ofMonth month: Int, year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}
