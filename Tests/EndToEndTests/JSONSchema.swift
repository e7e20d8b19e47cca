import Foundation

/// As much of JSON Schema 2020-12 as the program's schemas use; a keyword that is not known fails.
struct JSONSchema {
  private let root: [String: Any]

  init(_ text: String) throws {
    guard let root = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] else { throw Unusable() }
    self.root = root
  }

  struct Unusable: Error {}

  private static let annotations: Set = ["$schema", "title", "description", "unit", "$defs"]

  /// What of the value does not fit, each with its place; empty where all fits.
  func problems(_ value: Any, at definition: String? = nil) -> [String] {
    var schema: Any = root
    if let definition { schema = (root["$defs"] as? [String: Any])?[definition] ?? false }
    return check(value, schema, "")
  }

  private func check(_ value: Any, _ schema: Any, _ place: String) -> [String] {
    if let flag = schema as? Bool { return flag ? [] : ["\(place): nothing is allowed here"] }
    guard let schema = schema as? [String: Any] else { return ["\(place): no schema"] }
    return schema.keys.sorted().flatMap { check(value, $0, schema[$0] ?? false, schema, place) }
  }

  private func check(_ value: Any, _ keyword: String, _ argument: Any, _ schema: [String: Any], _ place: String) -> [String] {
    func fail(_ holds: Bool) -> [String] { holds ? [] : ["\(place): \(keyword) \(argument) does not hold for \(value)"] }
    let list = argument as? [Any] ?? []
    switch keyword {
    case _ where Self.annotations.contains(keyword), "then": return []
    case "$ref":
      let name = (argument as? String ?? "").replacing("#/$defs/", with: "")
      return check(value, (root["$defs"] as? [String: Any])?[name] ?? false, place)
    case "type":
      let types = argument as? [String] ?? [argument as? String ?? ""]
      return fail(types.contains { Self.isOf($0, value) })
    case "const": return fail(Self.isEqual(value, argument))
    case "enum": return fail(list.contains { Self.isEqual(value, $0) })
    case "minimum", "maximum", "exclusiveMinimum":
      guard let number = Self.number(value), let limit = Self.number(argument) else { return [] }
      return fail(keyword == "minimum" ? number >= limit : keyword == "maximum" ? number <= limit : number > limit)
    case "pattern": return fail((value as? String).map { $0.range(of: argument as? String ?? "", options: .regularExpression) != nil } ?? true)
    case "minItems": return fail((value as? [Any]).map { $0.count >= Int(Self.number(argument) ?? 0) } ?? true)
    case "allOf": return list.flatMap { check(value, $0, place) }
    case "anyOf": return fail(list.contains { check(value, $0, place).isEmpty })
    case "oneOf": return fail(list.count { check(value, $0, place).isEmpty } == 1)
    case "if": return check(value, argument, place).isEmpty ? check(value, schema["then"] ?? true, place) : []
    case "required": return fail((value as? [String: Any]).map { object in list.allSatisfy { object[$0 as? String ?? ""] != nil } } ?? true)
    case "properties", "patternProperties", "additionalProperties":
      guard let object = value as? [String: Any] else { return [] }
      return object.keys.sorted().flatMap { key in member(object[key] ?? NSNull(), key, keyword, schema, place) }
    case "prefixItems", "items":
      guard let items = value as? [Any] else { return [] }
      let first = (schema["prefixItems"] as? [Any])?.count ?? 0
      if keyword == "items" { return items.enumerated().dropFirst(first).flatMap { check($1, argument, "\(place)[\($0)]") } }
      return zip(items, list).enumerated().flatMap { check($1.0, $1.1, "\(place)[\($0)]") }
    default: return ["the keyword \(keyword) is not known"]
    }
  }

  private func member(_ value: Any, _ key: String, _ keyword: String, _ schema: [String: Any], _ place: String) -> [String] {
    let known = schema["properties"] as? [String: Any] ?? [:]
    let patterns = (schema["patternProperties"] as? [String: Any] ?? [:]).filter { key.range(of: $0.key, options: .regularExpression) != nil }
    switch keyword {
    case "properties": return known[key].map { check(value, $0, place + "." + key) } ?? []
    case "patternProperties": return patterns.values.flatMap { check(value, $0, place + "." + key) }
    default: return known[key] == nil && patterns.isEmpty ? check(value, schema[keyword] ?? true, place + "." + key) : []
    }
  }

  private static func isOf(_ type: String, _ value: Any) -> Bool {
    switch type {
    case "null": value is NSNull
    case "boolean": isFlag(value)
    case "string": value is String
    case "integer": number(value).map { $0 == $0.rounded() } ?? false
    case "number": number(value) != nil
    case "array": value is [Any]
    case "object": value is [String: Any]
    default: false
    }
  }

  private static func isFlag(_ value: Any) -> Bool { (value as? NSNumber).map { String(cString: $0.objCType) == "c" } ?? false }

  private static func number(_ value: Any) -> Double? { isFlag(value) ? nil : (value as? NSNumber)?.doubleValue }

  private static func isEqual(_ a: Any, _ b: Any) -> Bool {
    if let a = a as? String, let b = b as? String { return a == b }
    return number(a) != nil && number(a) == number(b)
  }
}
