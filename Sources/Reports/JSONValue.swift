internal import Groundwork

/// A JSON document under construction; keys keep their order.
public indirect enum JSONValue: Hashable, Sendable {
  case null
  case boolean(Bool)
  case string(String)
  case integer(Int)
  /// At most six decimals, for results.
  case rounded(Double)
  /// Every digit that identifies the double, for estimates.
  case exact(Double)
  case array([JSONValue])
  case object([Member])

  public struct Member: Hashable, Sendable {
    public let key: String
    public let value: JSONValue

    public init(_ key: String, _ value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  /// `null` for nil.
  public static func exact(_ value: Double?) -> JSONValue { value.map { .exact($0) } ?? .null }

  public static func string(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }

  /// The text without a line feed at its end. Containers above the given depth stand on several lines, deeper ones on
  /// one. Numbers that JSON does not have (infinite, none) become `null`.
  public func text(brokenToDepth depth: Int = 0) -> String {
    var output = ""
    write(to: &output, broken: depth, indent: 0)
    return output
  }

  private func write(to output: inout String, broken: Int, indent: Int) {
    switch self {
    case .null: output += "null"
    case .boolean(let value): output += value ? "true" : "false"
    case .string(let value): Self.writeString(value, to: &output)
    case .integer(let value): output += String(value)
    case .rounded(let value): output += value.isFinite ? NumberText.machine(value) : "null"
    case .exact(let value): output += value.isFinite ? NumberText.allDigits(value) : "null"
    case .array(let values):
      Self.writeContainer("[", "]", count: values.count, broken: broken, indent: indent, to: &output) { index, output in
        values[index].write(to: &output, broken: broken - 1, indent: indent + 1)
      }
    case .object(let members):
      Self.writeContainer("{", "}", count: members.count, broken: broken, indent: indent, to: &output) { index, output in
        Self.writeString(members[index].key, to: &output)
        output += ": "
        members[index].value.write(to: &output, broken: broken - 1, indent: indent + 1)
      }
    }
  }

  private static func writeContainer(
    _ open: String, _ close: String, count: Int, broken: Int, indent: Int, to output: inout String,
    element: (Int, inout String) -> Void
  ) {
    let onLines = broken > 0 && count > 0
    output += open
    for index in 0..<count {
      if index > 0 { output += onLines ? "," : ", " }
      if onLines { output += "\n" + String(repeating: "  ", count: indent + 1) }
      element(index, &output)
    }
    if onLines { output += "\n" + String(repeating: "  ", count: indent) }
    output += close
  }

  private static func writeString(_ text: String, to output: inout String) {
    output += "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": output += "\\\""
      case "\\": output += "\\\\"
      case "\n": output += "\\n"
      case "\r": output += "\\r"
      case "\t": output += "\\t"
      case let control where control.value < 0x20 || control.value == 0x7F:
        let digits = String(control.value, radix: 16)
        output += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: output.unicodeScalars.append(scalar)
      }
    }
    output += "\""
  }
}

extension JSONValue: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral, ExpressibleByStringLiteral {
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(elements.map { Member($0.0, $0.1) })
  }

  public init(arrayLiteral elements: JSONValue...) {
    self = .array(elements)
  }

  public init(stringLiteral value: String) {
    self = .string(value)
  }
}
