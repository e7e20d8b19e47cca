/// One thing found in a user's file: where it stands, what it is, and what to do about it.
public struct Finding: Hashable, Sendable {
  public enum Severity: Int, Comparable, Sendable {
    case note, warning, error

    public static func < (left: Severity, right: Severity) -> Bool { left.rawValue < right.rawValue }
  }

  public let severity: Severity
  /// The file as the user named it, relative to the project folder where it lies inside.
  public let file: String?
  /// Line of the file, counted from 1 (the header is line 1).
  public let row: Int?
  /// A column's name, or for TOML the column number of the key or value.
  public let column: String?
  public let value: String?
  public let message: Phrase
  public let remedy: Phrase

  /// - Parameter longestValue: characters beyond which the value is cut.
  public init(
    _ severity: Severity, file: String? = nil, row: Int? = nil, column: String? = nil, value: String? = nil,
    message: Phrase, remedy: Phrase, longestValue: Int = 60
  ) {
    self.severity = severity
    self.file = file
    self.row = row
    self.column = column
    self.value = value.map { String($0.prefix(longestValue)) }
    self.message = message
    self.remedy = remedy
  }

  /// One line: place, value, what is wrong, what to do.
  public func text(in language: Language) -> String {
    var line = Self.label(severity)[language] + ": "
    let place = placeText(in: language)
    if !place.isEmpty { line += place + ": " }
    if let value { line += "»\(value)«: " }
    line += message[language]
    if !remedy.isEmpty { line += " " + remedy[language] }
    return line
  }

  private func placeText(in language: Language) -> String {
    var parts: [String] = []
    if let file { parts.append(file) }
    if let row { parts.append(Phrase(da: "række \(row)", en: "row \(row)")[language]) }
    if let column { parts.append(Phrase(da: "kolonne \(column)", en: "column \(column)")[language]) }
    return parts.joined(separator: ", ")
  }

  private static func label(_ severity: Severity) -> Phrase {
    switch severity {
    case .note: Phrase(da: "note", en: "note")
    case .warning: Phrase(da: "advarsel", en: "warning")
    case .error: Phrase(da: "fejl", en: "error")
    }
  }
}

/// A user's files cannot be used as they are. Ends the program with exit code 1.
public struct FindingsError: Error, Sendable {
  public let findings: [Finding]

  public init(_ findings: [Finding]) {
    self.findings = findings
  }

  public init(_ finding: Finding) {
    self.init([finding])
  }
}

/// The command line asks for something that does not exist. Ends the program with exit code 2.
public struct UsageError: Error, Sendable {
  public let message: Phrase

  public init(_ message: Phrase) {
    self.message = message
  }
}
