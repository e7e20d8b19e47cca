import Groundwork

/// A count that a source hides because it is small, as statistics offices and systems write it.
enum SuppressedCount: Hashable {
  /// `<5`, `under 5`: fewer than the number.
  case below(Int)
  /// `1-4`, `højst 4` (from 0 or 1): the last number included; `from` is nil where the text does not say it.
  case upTo(Int, from: Int?)
  /// `*`, `x`, `..`, `•`: how small it is the file does not say.
  case mark

  private static let marks: Set<String> = [
    "*", "**", "***", "x", "xx", "..", "...", "•", "••", "skjult", "diskretion", "diskret", "diskretioneret", "fortrolig", "fortroligt", "suppressed",
    "confidential", "hidden",
  ]
  private static let below = ["<", "under", "færreend", "mindreend", "lessthan", "fewerthan", "below"]
  private static let upTo = ["<=", "=<", "højst", "højest", "maks.", "maks", "maksimalt", "max.", "max", "optil", "upto", "atmost", "nomorethan"]
  private static let orFewer = ["ellerfærre", "ellermindre", "ellerderunder", "orfewer", "orless", "orbelow"]
  private static let units = ["personer", "borgere", "person", "persons", "citizens", "people"]
  private static let between = ["til", "to", "-"]

  /// Numbers above it are no small counts.
  private static let most = 1000

  /// Nil for anything else, above all for plain numbers.
  static func read(_ bytes: UnsafeBufferPointer<UInt8>) -> SuppressedCount? {
    if bytes.isEmpty || bytes.count > 60 || bytes.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 || $0 == 0x2C || $0 == 0x2E && bytes.count > 3 }) { return nil }
    return read(String(decoding: bytes, as: UTF8.self))
  }

  static func read(_ text: String) -> SuppressedCount? {
    var form = plain(text)
    if marks.contains(form) { return .mark }
    for unit in units where form.hasSuffix(unit) {
      form = String(form.dropLast(unit.count))
      break
    }
    for ending in orFewer where form.hasSuffix(ending) { return number(form.dropLast(ending.count)).map { .upTo($0, from: nil) } }
    for start in upTo where form.hasPrefix(start) {
      if let most = number(form.dropFirst(start.count)) { return .upTo(most, from: nil) }
    }
    for start in below where form.hasPrefix(start) {
      if let limit = number(form.dropFirst(start.count)), limit > 0 { return .below(limit) }
    }
    for word in between {
      let parts = form.split(separator: word, maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2, let from = number(parts[0]), let to = number(parts[1]), from < to { return .upTo(to, from: from) }
    }
    return nil
  }

  private static func number(_ text: some StringProtocol) -> Int? {
    guard !text.isEmpty, text.allSatisfy({ $0.isASCII && $0.isNumber }), let value = Int(text), value <= most else { return nil }
    return value
  }

  /// Lower case without blanks, every typographic variant of a sign as the plain one.
  private static func plain(_ text: String) -> String {
    var form = ""
    for scalar in text.lowercased().unicodeScalars {
      switch scalar {
      case " ", "\u{A0}", "\u{202F}", "\u{2009}", "\u{3000}": continue
      case "＜", "‹", "﹤", "〈", "˂": form += "<"
      case "≤", "⩽", "≦": form += "<="
      case "＝": form += "="
      case "–", "—", "‑", "‐", "−", "－", "～", "~": form += "-"
      case "＊", "∗", "﹡", "✱", "⁎": form += "*"
      case "×", "✕", "✖", "ｘ", "х": form += "x"
      case "‥": form += ".."
      case "…": form += "..."
      case "．": form += "."
      case "·", "●", "∙", "・", "‧", "⋅", "⚫": form += "•"
      case "０"..."９": form += String(scalar.value - 0xFF10)
      default: form.unicodeScalars.append(scalar)
      }
    }
    return form.replacing("&lt;", with: "<").replacing("&le;", with: "<=")
  }
}

/// What plads.toml says of counts that are hidden because they are small.
struct SuppressionSettings {
  /// The smallest number that may be hidden, 0 or 1; nil for 1 where the column shows zeros, else 0.
  var from: Int?
  /// What marks without a number, such as `*`, stand for: fewer than this; nil for unknown.
  var below: Int?

  /// The counts that may be meant, both ends included; nil for any.
  func bounds(_ count: SuppressedCount, showsZeros: Bool) -> ClosedRange<Double>? {
    let start = from ?? (showsZeros ? 1 : 0)
    func upTo(_ most: Int) -> ClosedRange<Double> { Double(min(start, most))...Double(most) }
    return switch count {
    case .below(let limit): upTo(limit - 1)
    case .upTo(let most, let from): from.map { Double($0)...Double(most) } ?? upTo(most)
    case .mark: below.map { upTo($0 - 1) }
    }
  }
}
