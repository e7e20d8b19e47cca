public import Groundwork

/// A number of a scenario that is varied: `homecoming.multiply`, or `homecoming[2].multiply` for the second change of the lever.
public struct ScenarioVariable: Hashable, Sendable {
  /// As it is written and heads a column.
  public let name: String
  let lever: Lever
  let key: String
  /// Which change of the lever, from 1; nil for its only one.
  let occurrence: Int?

  /// - Throws: `FindingsError` with the nearest name where lever or key is unknown.
  public init(_ text: String) throws(FindingsError) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    var word = parts[0]
    var occurrence: Int?
    if word.hasSuffix("]"), let bracket = word.lastIndex(of: "[") {
      let digits = word[word.index(after: bracket)...].dropLast()
      guard let number = Int(digits), number >= 1 else {
        throw Self.refusal(text, Phrase(da: "»\(digits)« er ikke nummeret på en ændring.", en: "“\(digits)” is not the number of a change."), Self.example)
      }
      (occurrence, word) = (number, String(word[..<bracket]))
    }
    guard let lever = Lever(rawValue: word), !lever.numberKeys.isEmpty else {
      let known = Lever.allCases.filter { !$0.numberKeys.isEmpty }.map(\.rawValue)
      throw Self.refusal(text, Phrase(da: "»\(word)« er intet håndtag med tal.", en: "“\(word)” is no lever with numbers."), NearestName.hint(word, among: known))
    }
    guard parts.count == 2, lever.numberKeys.contains(parts[1]) else {
      let key = parts.dropFirst().joined(separator: ".")
      throw Self.refusal(
        text, Phrase(da: "\(word) har intet tal »\(key)«.", en: "\(word) has no number “\(key)”."), NearestName.hint(key, among: lever.numberKeys, listAtMost: 10))
    }
    self.init(name: text, lever: lever, key: parts[1], occurrence: occurrence)
  }

  private init(name: String, lever: Lever, key: String, occurrence: Int?) {
    self.name = name
    self.lever = lever
    self.key = key
    self.occurrence = occurrence
  }

  private static let example = Phrase(da: "Skriv fx homecoming.multiply.", en: "Write for example homecoming.multiply.")

  private static func refusal(_ text: String, _ message: Phrase, _ remedy: Phrase) -> FindingsError {
    FindingsError(Finding(.error, value: text, message: message, remedy: remedy))
  }

  /// Values between which a solution is looked for where nothing else is said.
  public var usualRange: ClosedRange<Double> {
    switch key {
    case "multiply": 0...4
    case "add": -10...10
    case "realised", "leave", "others_stay", "from_own", "tariff_share": 0...1
    case "homecoming", "admission", "other_exit": 0...4
    case "per_year", "size": 0...10
    case "percent": 0...20
    case "percent_a_year", "growth": 0...10
    case "months": 1...36
    case "share": 0.05...0.95
    case "elasticity": 0...2
    case "number", "places": 1...50
    case "notice", "delay_months", "ramp_months", "places_ramp_months", "wind_down_months", "lead_months": 0...36
    default: 0...100
    }
  }

  /// Whether numbers below zero have a meaning.
  public var mayBeNegative: Bool { key == "add" }

  /// Whether only whole numbers have a meaning.
  public var isWhole: Bool { lever.wholeKeys.contains(key) }
}

extension Lever {
  /// Keys that hold a number.
  var numberKeys: [String] { keys.filter { Self.numbers.contains($0) } }

  var wholeKeys: [String] { keys.filter { ["number", "notice", "months", "homecomings", "wind_down_months", "lead_months"].contains($0) || (self != .places && $0 == "places") } }

  private static let numbers: Set = [
    "multiply", "add", "set", "ramp_months", "number", "notice", "realised", "delay_months", "places", "share", "elasticity",
    "leave", "others_stay", "from_own", "homecomings", "wind_down_months", "lead_months", "places_ramp_months", "staffed", "rent", "per_year", "size", "homecoming", "admission",
    "other_exit", "percent", "percent_a_year", "tariff_share", "growth", "months",
  ]
}

extension Scenario {
  /// The scenario with other numbers.
  ///
  /// A variable of a lever that the scenario does not have is a change of its own everywhere, from the forecast's first period on.
  /// - Parameter values: variables, each once, with their values.
  /// - Throws: `FindingsError` where the scenario has several changes of the lever and the variable does not say which, fewer than it
  ///   says, or none and the lever needs more than a number.
  public func varied(_ values: [(variable: ScenarioVariable, value: Double)], named name: String) throws(FindingsError) -> Scenario {
    var changes = changes
    for (variable, value) in values {
      let index = try place(of: variable, in: &changes)
      changes[index] = changes[index].with(variable, value)
    }
    return Scenario(name: name, title: title, base: base, reason: reason, changes: changes, source: source, flaws: flaws)
  }

  private func place(of variable: ScenarioVariable, in changes: inout [Change]) throws(FindingsError) -> Int {
    let own = changes.indices.filter { changes[$0].lever == variable.lever }
    let word = variable.lever.rawValue
    if let occurrence = variable.occurrence {
      guard occurrence <= own.count else {
        throw refusal(
          variable, Phrase(da: "ændringer af \(word) i scenariet »\(name)«: \(own.count).", en: "changes of \(word) in the scenario “\(name)”: \(own.count)."), Phrase(""))
      }
      return own[occurrence - 1]
    }
    if own.count > 1 {
      throw refusal(
        variable, Phrase(da: "ændringer af \(word) i scenariet »\(name)«: \(own.count).", en: "changes of \(word) in the scenario “\(name)”: \(own.count)."),
        Phrase(da: "Skriv hvilken, fx \(word)[1].\(variable.key).", en: "Say which, for example \(word)[1].\(variable.key)."))
    }
    if let only = own.first { return only }
    guard variable.lever.requiredKeys.isEmpty, variable.lever.effectKeys.contains(variable.key) else {
      throw refusal(
        variable, Phrase(da: "scenariet »\(name)« har ingen ændring af \(word).", en: "the scenario “\(name)” has no change of \(word)."),
        Phrase(da: "Skriv den i scenariet; så kan dens tal varieres.", en: "Write it into the scenario; then its numbers can be varied."))
    }
    changes.append(Change(lever: variable.lever, reason: "", path: "change[\(changes.count)]", values: ["what": .string(word)]))
    return changes.count - 1
  }

  private func refusal(_ variable: ScenarioVariable, _ message: Phrase, _ remedy: Phrase) -> FindingsError {
    FindingsError(Finding(.error, file: changes.isEmpty ? nil : source.file, value: variable.name, message: message, remedy: remedy))
  }
}

extension Scenario.Change {
  /// With one number instead of what stands there; of several ways to say an effect the new one is left.
  fileprivate func with(_ variable: ScenarioVariable, _ value: Double) -> Scenario.Change {
    var values = values
    if lever.effectKeys.contains(variable.key) {
      for key in lever.effectKeys { values[key] = nil }
    }
    values[variable.key] = variable.isWhole ? .integer(Int(value.rounded())) : .number(value)
    return Scenario.Change(lever: lever, reason: reason, path: path, values: values, isFlawed: isFlawed)
  }
}
