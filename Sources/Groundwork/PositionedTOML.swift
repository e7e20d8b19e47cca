/// A TOML file's values together with where each key stands.
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
  private let positions: [String: TOMLReader.Place]

  /// - Throws: `FindingsError` with line and column when the text is not TOML.
  public init(text: String, file: String) throws {
    self.file = file
    do throws(TOMLReader.Failure) {
      let document = try TOMLReader.read(text)
      root = document.root.values
      positions = document.places
    } catch {
      throw FindingsError(
        Finding(
          .error, file: file, row: error.place.line, column: String(error.place.column),
          message: Phrase(da: "ikke gyldig TOML: ", en: "not valid TOML: ") + error.message,
          remedy: Phrase(da: "Ret linjen.", en: "Mend the line.")))
    }
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

  /// Line of the key with the given path; nil where the file does not have it.
  public func line(of path: String) -> Int? { positions[path]?.line }

  private func place(of path: String) -> TOMLReader.Place? {
    var path = path
    while true {
      if let place = positions[path] { return place }
      guard let cut = path.lastIndex(where: { $0 == "." || $0 == "[" }) else { return nil }
      path = String(path[..<cut])
    }
  }
}
