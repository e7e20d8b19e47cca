import TOMLKit

/// A TOML file's values together with where each key stands.
///
/// Parsing is TOMLKit's, which gives positions for syntax errors only; a scan of the text supplies the rest.
public struct PositionedTOML: Sendable {
  public indirect enum Value: Hashable, Sendable {
    case string(String)
    case integer(Int)
    case number(Double)
    case boolean(Bool)
    case array([Value])
    case table([String: Value])
  }

  public let file: String
  public let root: [String: Value]
  private let positions: [String: TOMLPositions.Place]

  /// - Throws: `FindingsError` with line and column when the text is not TOML.
  public init(text: String, file: String) throws {
    self.file = file
    let scan = TOMLPositions.scan(text)
    if let place = scan.badBeginning { throw FindingsError(Self.badBeginning(file: file, place)) }
    root = Self.table(try Self.parse(text, file: file))
    positions = scan.places
  }

  private static func parse(_ text: String, file: String) throws -> TOMLTable {
    do {
      return try TOMLTable(string: text)
    } catch let error as TOMLParseError {
      throw FindingsError(
        Finding(
          .error, file: file, row: error.source.begin.line, column: String(error.source.begin.column),
          message: Phrase(da: "ikke gyldig TOML: \(error.description)", en: "not valid TOML: \(error.description)"),
          remedy: Phrase(
            da: "Ret linjen; tekst skal stå i anførselstegn.", en: "Mend the line; text must stand in quotes.")))
    }
  }

  private static func badBeginning(file: String, _ place: TOMLPositions.Place) -> Finding {
    Finding(
      .error, file: file, row: place.line, column: String(place.column),
      message: Phrase(
        da: "ikke gyldig TOML: her skal stå et navn eller en værdi.", en: "not valid TOML: a name or a value must stand here."),
      remedy: Phrase(
        da: "Skriv [navn]; navne og tekst med æ, ø eller å skal stå i anførselstegn.",
        en: "Write [name]; names and text with letters beyond a-z must stand in quotes."))
  }

  /// A finding at the key with the given path, such as `change[0].multiply`; falls back to the nearest known parent.
  public func finding(_ severity: Finding.Severity = .error, at path: String, value: String? = nil, message: Phrase, remedy: Phrase)
    -> Finding
  {
    let place = place(of: path)
    return Finding(
      severity, file: file, row: place?.line, column: place.map { String($0.column) }, value: value, message: message,
      remedy: remedy)
  }

  private func place(of path: String) -> TOMLPositions.Place? {
    var path = path
    while true {
      if let place = positions[path] { return place }
      guard let cut = path.lastIndex(where: { $0 == "." || $0 == "[" }) else { return nil }
      path = String(path[..<cut])
    }
  }

  private static func table(_ table: TOMLTable) -> [String: Value] {
    var result: [String: Value] = [:]
    for key in table.keys {
      if let converted = table[key].flatMap(value) { result[key] = converted }
    }
    return result
  }

  private static func value(_ value: any TOMLValueConvertible) -> Value? {
    if let text = value.string { return .string(text) }
    if let flag = value.bool { return .boolean(flag) }
    if let integer = value.int { return .integer(integer) }
    if let number = value.double { return .number(number) }
    if let date = value.date { return .string(iso(date)) }
    if let array = value.array { return .array(array.compactMap { Self.value($0) }) }
    if let table = value.table { return .table(Self.table(table)) }
    return .string(value.debugDescription)
  }

  private static func iso(_ date: TOMLDate) -> String {
    func pad(_ number: Int, _ width: Int) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    return pad(date.year, 4) + "-" + pad(date.month, 2) + "-" + pad(date.day, 2)
  }
}
