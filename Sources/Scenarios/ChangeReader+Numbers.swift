import Demand
import Groundwork

extension ChangeReader {
  mutating func effect() -> RateChange.Effect? {
    if change.values["multiply"] != nil {
      guard let number = uncertain("multiply", .logNormal, among: NamedDistribution.ofFactors), let limited = plausible(factor: number, "multiply") else {
        return nil
      }
      warnIfUnusual(limited)
      return .multiply(limited)
    }
    let most = change.lever == .population || change.lever == .stock ? Self.mostPersons : Self.mostEvents
    if change.values["set"] != nil {
      guard let number = uncertain("set", .normal).flatMap({ limited("set", $0, to: most) }) else { return nil }
      guard number.lower >= 0 else {
        fail("set", Phrase(da: "må ikke være under nul.", en: "must not be below zero."), Phrase(da: "0 er ingen.", en: "0 is none."))
        return nil
      }
      return .set(number)
    }
    return uncertain("add", .normal).flatMap { limited("add", $0, to: most) }.map { .add($0) }
  }

  /// Beyond these a number is a slip of the keyboard, and the simulation would never end.
  static let largestFactor = 100.0
  static let mostEvents = 1000.0
  static let mostPersons = 10_000_000.0
  static let mostPlaces = 10_000.0
  static let largestElasticity = 5.0
  static let mostCosts = 10_000_000_000.0

  mutating func limited(_ key: String, _ number: UncertainNumber, to most: Double) -> UncertainNumber? {
    guard max(abs(number.lower), abs(number.upper)) > most else { return number }
    let text = NumberText.machine(most)
    fail(
      key, Phrase(da: "er for stort til at være ment.", en: "is too large to be meant."),
      Phrase(da: "Skriv højst \(text).", en: "Write at most \(text)."))
    return nil
  }

  /// Factors are not negative; the ends of an interval are above zero and not so far apart that its tail knows no bound.
  mutating func plausible(factor: UncertainNumber, _ key: String) -> UncertainNumber? {
    let remedy = Phrase(da: "1 er uændret, 1.3 er 30 % mere.", en: "1 is unchanged, 1.3 is 30 % more.")
    if factor.lower < 0 {
      fail(key, Phrase(da: "må ikke være under nul.", en: "must not be below zero."), remedy)
    } else if factor.shape == .logNormal, factor.lower == 0 {
      fail(key, Phrase(da: "et interval skal begynde over nul.", en: "an interval must begin above zero."), remedy)
    } else if factor.shape == .logNormal, factor.upper > Self.largestFactor * factor.lower {
      fail(key, Phrase(da: "intervallets ender ligger mere end 100 gange fra hinanden.", en: "the interval's ends lie more than 100 times apart."), remedy)
    } else {
      return limited(key, factor, to: Self.largestFactor)
    }
    return nil
  }

  /// A number, an interval `[10 % quantile, 90 % quantile]` of the usual distribution, or a distribution by its name.
  mutating func uncertain(
    _ key: String, _ usual: UncertainNumber.Shape, among names: [NamedDistribution] = NamedDistribution.allCases
  ) -> UncertainNumber? {
    guard let value = change.values[key] else { return nil }
    let numbers: [Double]
    switch value {
    case .integer(let number): numbers = [Double(number)]
    case .number(let number): numbers = [number]
    case .array(let items): numbers = items.compactMap(Self.number)
    case .table(let table): return named(key, table, among: names)
    default: numbers = []
    }
    let expected = if case .array(let items) = value { items.count } else { 1 }
    if let comma = commaRemedy(value) {
      fail(key, Phrase(da: "har et decimalkomma.", en: "has a decimal comma."), comma)
      return nil
    }
    guard numbers.count == expected, (1...2).contains(numbers.count), numbers.allSatisfy(\.isFinite), let first = numbers.first, let last = numbers.last
    else {
      fail(key, Phrase(da: "er hverken et tal eller et interval.", en: "is neither a number nor an interval."), Phrase(da: "Skriv fx 1.3 eller [1.1, 1.5].", en: "Write for example 1.3 or [1.1, 1.5]."))
      return nil
    }
    guard first <= last else {
      fail(key, Phrase(da: "intervallets ender er byttet om.", en: "the interval's ends are swapped."), Phrase(da: "Skriv den mindste først.", en: "Write the smaller first."))
      return nil
    }
    return UncertainNumber(lower: first, upper: last, shape: usual, key: streamKey(key))
  }

  /// What nobody has seen but a slip of the keyboard makes: 12 for 1.2 or 12 %.
  private mutating func warnIfUnusual(_ factor: UncertainNumber) {
    let usual = change.lever == .population ? 0.5...2.0 : 0...5.0
    guard !usual.contains(factor.lower) || !usual.contains(factor.upper) else { return }
    let most = NumberText.machine(factor.upper)
    if factor.upper > usual.upperBound {
      warn("multiply", Phrase(da: "er usædvanligt: \(most) gange så meget. 1.12 er 12 % mere.", en: "is unusual: \(most) times as much. 1.12 is 12 % more."))
    } else {
      warn("multiply", Phrase(da: "er usædvanligt: mindre end det halve. 0.88 er 12 % mindre.", en: "is unusual: less than half. 0.88 is 12 % less."))
    }
  }

  /// `"1,3"`, `[1,3]` and `[1,3, 1,8]` were meant as decimals.
  private func commaRemedy(_ value: PositionedTOML.Value) -> Phrase? {
    let meant: String
    switch value {
    case .string(let text):
      guard text.contains(","), let number = try? NumberText.parse(text) else { return nil }
      meant = NumberText.machine(number)
    case .array(let items):
      let whole = items.compactMap { if case .integer(let number) = $0 { number } else { nil } }
      guard whole.count == items.count, whole.count == 4 else { return nil }
      meant = "[\(whole[0]).\(whole[1]), \(whole[2]).\(whole[3])]"
    default: return nil
    }
    return Phrase(da: "Brug punktum: \(meant).", en: "Use a point: \(meant).")
  }

  private func streamKey(_ key: String) -> UInt64 { Self.hash(scopeText + "/" + key) }

  private mutating func named(_ key: String, _ table: [String: PositionedTOML.Value], among names: [NamedDistribution]) -> UncertainNumber? {
    guard case .string(let word) = table["distribution"], let distribution = NamedDistribution(rawValue: word), names.contains(distribution) else {
      let known = names.map(\.rawValue)
      let written = if case .string(let word) = table["distribution"] { word } else { "" }
      fail(
        key, value: written.isEmpty ? nil : written,
        Phrase(da: "nævner ingen fordeling, der kan bruges her.", en: "names no distribution that can be used here."), NearestName.hint(written, among: known, listAtMost: 4))
      return nil
    }
    let keys = distribution.parameters
    for name in table.keys.sorted() where name != "distribution" && !keys.contains(name) {
      fail(key, value: name, Phrase(da: "\(word) har ikke den parameter.", en: "\(word) has no such parameter."), NearestName.hint(name, among: keys, listAtMost: 3))
      return nil
    }
    let values = keys.compactMap { table[$0].flatMap(Self.number) }.filter(\.isFinite)
    guard values.count == keys.count, let number = distribution.number(values, key: streamKey(key)) else {
      let list = keys.joined(separator: ", ")
      fail(key, Phrase(da: "\(word) skal have tallene \(list): \(distribution.rule.da).", en: "\(word) needs the numbers \(list): \(distribution.rule.en)."), Phrase(""))
      return nil
    }
    return number
  }

  /// Lever, scope and occurrence: the same assumption in two scenarios shares its draws, whatever its time or notice;
  /// two such assumptions in one scenario do not.
  var scopeText: String { Self.scopeText(change) + "#\(occurrence)" }

  static func scopeText(_ change: Scenario.Change) -> String {
    let scope = Lever.scopeKeys + ["offer", "id"]
    return change.lever.rawValue + scope.map { "/" + text(change.values[$0]) }.joined()
  }

  static func number(_ value: PositionedTOML.Value) -> Double? {
    switch value {
    case .integer(let number): Double(number)
    case .number(let number): number
    default: nil
    }
  }

  /// FNV-1a, so that a random stream is named by a text and never by an order.
  static func hash(_ text: String) -> UInt64 {
    text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
  }
}
