/// TOML's values without quotes: numbers, truth values, days and times.
enum TOMLWord {
  /// Nil where the word is none of them. Days and times are given as text, days as `2027-04-01`.
  static func value(_ word: String) -> PositionedTOML.Value? {
    switch word {
    case "true": return .boolean(true)
    case "false": return .boolean(false)
    case "inf", "+inf": return .number(.infinity)
    case "-inf": return .number(-.infinity)
    case "nan", "+nan", "-nan": return .number(.nan)
    default: break
    }
    if isDate(word) || isDateAndTime(word) || isTime(Substring(word)) { return .string(word) }
    return integer(word) ?? float(word)
  }

  static func problem(_ word: String) -> Phrase {
    let shown = word.prefix(60)
    if word.isEmpty { return Phrase(da: "her mangler en værdi.", en: "a value is missing here.") }
    if word.first?.isNumber == true {
      return Phrase(da: "»\(shown)« er ikke et tal eller en dato.", en: "“\(shown)” is no number or date.")
    }
    return Phrase(da: "»\(shown)« skal stå i anførselstegn.", en: "“\(shown)” must stand in quotes.")
  }

  // MARK: Numbers

  private static func integer(_ word: String) -> PositionedTOML.Value? {
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where word.hasPrefix(prefix) {
      let digits = word.dropFirst(2)
      guard digits.first != "+", digits.first != "-", let plain = withoutUnderscores(digits) else { return nil }
      return Int(plain, radix: radix).map { .integer($0) }
    }
    let digits = word.first == "+" || word.first == "-" ? word.dropFirst() : word[...]
    guard isDecimal(digits, allowsLeadingZero: false), let plain = withoutUnderscores(word[...]) else { return nil }
    return Int(plain).map { .integer($0) }
  }

  private static func float(_ word: String) -> PositionedTOML.Value? {
    var rest = word.first == "+" || word.first == "-" ? word.dropFirst() : word[...]
    if let e = rest.firstIndex(where: { $0 == "e" || $0 == "E" }) {
      var exponent = rest[rest.index(after: e)...]
      if exponent.first == "+" || exponent.first == "-" { exponent = exponent.dropFirst() }
      guard isDecimal(exponent, allowsLeadingZero: true) else { return nil }
      rest = rest[..<e]
    } else if !rest.contains(".") {
      return nil
    }
    let parts = rest.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, isDecimal(parts[0], allowsLeadingZero: false),
      parts.count == 1 || isDecimal(parts[1], allowsLeadingZero: true)
    else { return nil }
    guard let plain = withoutUnderscores(word[...]), let value = try? NumberText.parse(plain) else { return nil }
    return .number(value)
  }

  /// ASCII digits with single underscores between them.
  private static func isDecimal(_ text: Substring, allowsLeadingZero: Bool) -> Bool {
    let bytes = Array(text.utf8)
    guard let first = bytes.first, first != 0x5F, bytes.last != 0x5F, bytes.allSatisfy({ isDigit($0) || $0 == 0x5F }) else { return false }
    return allowsLeadingZero || first != 0x30 || bytes.count == 1
  }

  /// Nil where an underscore does not stand between two others.
  private static func withoutUnderscores(_ text: Substring) -> String? {
    guard !text.isEmpty, text.first != "_", text.last != "_", !text.contains("__") else { return nil }
    return String(text.filter { $0 != "_" })
  }

  // MARK: Days and times

  static func isDate(_ word: String) -> Bool { isDate(word[...]) }

  private static func isDate(_ word: Substring) -> Bool {
    guard let parts = numbers(word, "dddd-dd-dd") else { return false }
    return (1...12).contains(parts[1]) && parts[2] >= 1 && parts[2] <= days(inMonth: parts[1], year: parts[0])
  }

  private static func days(inMonth month: Int, year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  private static func isDateAndTime(_ word: String) -> Bool {
    let bytes = Array(word.utf8)
    guard bytes.count > 11, [0x54, 0x74, 0x20].contains(bytes[10]), word.utf8.allSatisfy({ $0 < 0x80 }) else { return false }
    var time = word.dropFirst(11)
    if time.last == "Z" || time.last == "z" {
      time = time.dropLast()
    } else if time.count > 6, let sign = time.dropLast(5).last, sign == "+" || sign == "-" {
      guard let offset = numbers(time.suffix(5), "dd:dd"), offset[0] < 24, offset[1] < 60 else { return false }
      time = time.dropLast(6)
    }
    return isDate(word.prefix(10)) && isTime(time)
  }

  private static func isTime(_ word: Substring) -> Bool {
    let parts = word.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, let clock = numbers(parts[0], "dd:dd:dd"), clock[0] < 24, clock[1] < 60, clock[2] <= 60 else { return false }
    return parts.count == 1 || (!parts[1].isEmpty && parts[1].utf8.allSatisfy { isDigit($0) })
  }

  /// The numbers in a text of exactly this form, `d` standing for a digit.
  private static func numbers(_ text: Substring, _ form: String) -> [Int]? {
    guard text.utf8.count == form.utf8.count else { return nil }
    var result = [0]
    for (byte, wanted) in zip(text.utf8, form.utf8) {
      if wanted == 0x64 {
        guard isDigit(byte) else { return nil }
        result[result.count - 1] = result[result.count - 1] * 10 + Int(byte - 0x30)
      } else {
        guard byte == wanted else { return nil }
        result.append(0)
      }
    }
    return result
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
}
