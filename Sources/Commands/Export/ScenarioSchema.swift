internal import Groundwork
internal import Reports
internal import Scenarios

/// The JSON Schema (2020-12) of a scenario file, from the levers and keys that its reader knows.
enum ScenarioSchema {
  static let dialect = "https://json-schema.org/draft/2020-12/schema"

  static var json: JSONValue {
    [
      "$schema": .string(dialect), "title": "plads scenario",
      "description": "A scenario of Plads: a TOML file, or its rows in a sheet, as this schema's object.", "type": "object",
      "properties": [
        "title": text("What the scenario is, in a line"),
        "base": text("The scenario that it builds on and is compared with; left out: the plain forecast, which is called basis"),
        "reason": text("Who said so, and when; of changes that have no reason of their own"),
        "change": ["type": "array", "description": "What changes, in order", "items": ["$ref": "#/$defs/change"]],
      ], "additionalProperties": .boolean(false),
      "$defs": .object([.init("change", change)] + Lever.allCases.map { .init($0.rawValue, lever($0)) } + [.init("distribution", distribution)]),
    ]
  }

  private static func text(_ meaning: String) -> JSONValue { ["type": "string", "description": .string(meaning)] }

  /// Which keys there may be follows from `what`.
  private static var change: JSONValue {
    let known = Lever.allCases.map { JSONValue.string($0.rawValue) }
    let cases = Lever.allCases.map { lever -> JSONValue in
      [
        "if": ["properties": ["what": ["const": .string(lever.rawValue)]], "required": ["what"]],
        "then": ["$ref": .string("#/$defs/\(lever.rawValue)")],
      ]
    }
    return ["type": "object", "properties": ["what": ["enum": .array(known)]], "required": ["what"], "allOf": .array(cases)]
  }

  private static func lever(_ lever: Lever) -> JSONValue {
    let described = Dictionary(lever.described.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let properties = lever.keys.map { key -> JSONValue.Member in
      if key == "what" { return .init(key, ["const": .string(lever.rawValue)]) }
      // A key that nothing is known of may hold anything.
      return .init(key, described[key].map(value) ?? .object([]))
    }
    var members: [JSONValue.Member] = [
      .init("type", "object"), .init("description", .string(lever.phrase.en)), .init("properties", .object(properties)),
      .init("required", .array((["what"] + lever.requiredKeys).map { .string($0) })), .init("additionalProperties", .boolean(false)),
    ]
    if !lever.effectKeys.isEmpty {
      members.append(.init("oneOf", .array(lever.effectKeys.map { ["required": [.string($0)]] })))
    }
    return .object(members)
  }

  private static func value(_ key: ChangeKey) -> JSONValue {
    let unit = key.unit.isEmpty ? "" : " (\(key.unit))"
    return .object([.init("description", .string(key.meaning.en + unit))] + form(key.form))
  }

  private static func form(_ form: ChangeKey.Form) -> [JSONValue.Member] {
    switch form {
    case .text: return [.init("type", "string")]
    case .name, .names:
      let one: JSONValue = ["type": ["string", "integer"]]
      return [.init("anyOf", [one, ["type": "array", "items": one]])]
    case .numbers(let most):
      let one: JSONValue = ["type": "number", "exclusiveMinimum": .integer(0), "maximum": .exact(most)]
      return [.init("anyOf", [one, ["type": "array", "items": one]])]
    case .period: return [.init("type", ["string", "integer"])]
    case .flag: return [.init("type", "boolean")]
    case .whole(let range): return [.init("type", "integer"), .init("minimum", .integer(range.lowerBound)), .init("maximum", .integer(range.upperBound))]
    case .number(let range): return number(range)
    case .uncertain(let range, let isFactor, let names):
      let first = JSONValue.object(number(range) + (isFactor ? [.init("exclusiveMinimum", .integer(0))] : []))
      let interval: JSONValue = [
        "type": "array", "description": "Smaller end first: the 10 % and the 90 % quantile, of shares and delays the ends",
        "prefixItems": [first, .object(number(range))], "items": .boolean(false), "minItems": .integer(2),
      ]
      let named: JSONValue = [
        "allOf": [["$ref": "#/$defs/distribution"], ["properties": ["distribution": ["enum": .array(names.map { .string($0.rawValue) })]]]]
      ]
      return [.init("anyOf", [.object(number(range)), interval, named])]
    }
  }

  private static func number(_ range: ClosedRange<Double>) -> [JSONValue.Member] {
    [.init("type", "number"), .init("minimum", .exact(range.lowerBound)), .init("maximum", .exact(range.upperBound))]
  }

  private static var distribution: JSONValue {
    [
      "description": "A named distribution",
      "oneOf": .array(
        NamedDistribution.allCases.map { own in
          let numbers = own.parameters.map { JSONValue.Member($0, ["type": "number"]) }
          return [
            "type": "object", "description": .string(own.rule.en),
            "properties": .object([.init("distribution", ["const": .string(own.rawValue)])] + numbers),
            "required": .array((["distribution"] + own.parameters).map { .string($0) }), "additionalProperties": .boolean(false),
          ]
        }),
    ]
  }
}
