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
