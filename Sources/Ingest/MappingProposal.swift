import Groundwork

/// A line for plads.toml that would let the reading understand a file.
public struct MappingProposal: Hashable, Sendable {
  /// The table that the line belongs under, such as `inputs.stays.columns`.
  public let section: String
  /// Line on which plads.toml has that table already; nil where it does not.
  public let sectionLine: Int?
  public let key: String
  /// As TOML; nil where nothing known is near.
  public let value: String?
  /// What the value may be, where there is none; may be empty.
  public let choices: [String]

  /// Line on which plads.toml has the key already, with another value.
  public private(set) var replacedLine: Int?
  /// Line on which plads.toml has the section as `columns = { … }`. It must go; what it says is proposed, too.
  public private(set) var inlineLine: Int?

  public init(section: String, sectionLine: Int?, key: String, value: String?, choices: [String] = []) {
    self.section = section
    self.sectionLine = sectionLine
    self.key = key
    self.value = value
    self.choices = choices
  }

  /// The line to paste; a comment where the value is left to the reader.
  public var line: String {
    if let value { return "\(key) = \(value)" }
    return "# \(key) = \"…\"" + (choices.isEmpty ? "" : "   # " + choices.joined(separator: ", "))
  }

  /// - Parameter under: the section's keys, one by one.
  init(under parts: [String], key: String, value: String?, choices: [String], in toml: PositionedTOML?) {
    let section = parts.joined(separator: ".")
    let inline = parts.count < 3 ? nil : (3...parts.count).map { parts.prefix($0).joined(separator: ".") }.first { toml?.isInline($0.split(separator: ".").map(String.init)) == true }
    inlineLine = inline.flatMap { toml?.line(of: $0) }
    replacedLine = parts.count < 3 ? toml?.line(of: "\(section).\(key)") : nil
    self.section = section
    sectionLine = inline == nil ? toml?.line(of: section) : nil
    self.key = key
    self.value = value
    self.choices = choices
  }

  /// What the section says already in one line, as proposals; empty where it has lines of its own.
  func inlinePairs(in toml: PositionedTOML?) -> [MappingProposal] {
    guard inlineLine != nil, let toml else { return [] }
    let parts = section.split(separator: ".").map(String.init)
    return toml.texts(under: parts).sorted { $0.key < $1.key }.map {
      MappingProposal(under: parts, key: MappingProposal.quoted($0.key), value: MappingProposal.quoted($0.value), choices: [], in: toml)
    }
  }

  /// A text as a TOML string.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F: result += " "
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

extension PositionedTOML {
  /// Whether the table under the keys is written in one line, as `columns = { … }`, so that no header of its own can follow.
  fileprivate func isInline(_ keys: [String]) -> Bool {
    let path = keys.joined(separator: ".")
    guard let line = line(of: path) else { return false }
    return table(under: keys).keys.contains { self.line(of: "\(path).\($0)") == line }
  }

  fileprivate func texts(under keys: [String]) -> [String: String] {
    table(under: keys).compactMapValues { if case .string(let text) = $0 { text } else { nil } }
  }

  private func table(under keys: [String]) -> [String: Value] {
    var table = root
    for key in keys {
      guard case .table(let inner) = table[key] else { return [:] }
      table = inner
    }
    return table
  }
}
