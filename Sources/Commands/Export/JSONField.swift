internal import Reports

/// A key of a JSON document: how it is written and what its schema says, in one place.
struct JSONField<Subject> {
  let key: String
  /// A JSON Schema of the value.
  let schema: JSONValue
  /// Whether documents may lack it.
  let isOptional: Bool
  /// Nil where the document lacks it.
  let value: (Subject) -> JSONValue?

  init(_ key: String, _ shape: JSONShape, _ meaning: String, isOptional: Bool = false, _ value: @escaping (Subject) -> JSONValue?) {
    self.key = key
    self.isOptional = isOptional
    self.value = value
    guard case .object(let members) = shape.schema else { preconditionFailure("a schema is an object") }
    schema = .object(members + [.init("description", .string(meaning))])
  }
}

/// What a schema says of a key, whatever it is a key of.
struct DescribedKey {
  let key: String
  let schema: JSONValue
  let isOptional: Bool
}

extension JSONField {
  var described: DescribedKey { DescribedKey(key: key, schema: schema, isOptional: isOptional) }
}

/// What a value of a JSON document is.
enum JSONShape {
  case text, optionalText, whole, number
  indirect case list(JSONShape)
  case object(JSONValue)

  /// Numbers that are not known are null.
  var schema: JSONValue {
    switch self {
    case .text: ["type": "string"]
    case .optionalText: ["type": ["string", "null"]]
    case .whole: ["type": "integer"]
    case .number: ["type": ["number", "null"]]
    case .list(let own): ["type": "array", "items": own.schema]
    case .object(let own): own
    }
  }
}

extension Array {
  /// The members that a document has, in the order of the fields.
  func members<Subject>(of subject: Subject) -> [JSONValue.Member] where Element == JSONField<Subject> {
    compactMap { field in field.value(subject).map { JSONValue.Member(field.key, $0) } }
  }

  func schema<Subject>() -> JSONValue where Element == JSONField<Subject> { map(\.described).schema() }

  /// Of a document that has these keys and no others.
  func schema() -> JSONValue where Element == DescribedKey {
    [
      "type": "object", "properties": .object(map { .init($0.key, $0.schema) }), "required": .array(filter { !$0.isOptional }.map { .string($0.key) }),
      "additionalProperties": .boolean(false),
    ]
  }
}
