/// A TOML file's values together with where each key stands; also values that a table's cells gave instead.
public struct PositionedTOML: Sendable {
  /// Where a value of a table stands.
  public struct Cell: Hashable, Sendable {
    let row: Int
    let column: String?

    /// - Parameter column: as its header names it; nil for the whole row.
    public init(row: Int, column: String?) {
      self.row = row
      self.column = column
    }
  }

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
  private let positions: [String: Cell]
  private let texts: [String: TOMLText]

  /// - Throws: `FindingsError` with line and column when the text is not TOML.
  public init(text: String, file: String) throws(FindingsError) {
    self.file = file
    do throws(TOMLReader.Failure) {
      let document = try TOMLReader.read(text)
      root = document.root.values
      positions = document.places.mapValues { Cell(row: $0.line, column: String($0.column)) }
      texts = document.texts
    } catch {
      throw FindingsError(
        Finding(
          .error, file: file, row: error.place.line, column: String(error.place.column),
          message: Phrase(da: "ikke gyldig TOML: ", en: "not valid TOML: ") + error.message,
          remedy: Phrase(da: "Ret linjen.", en: "Mend the line.")))
    }
  }

  /// Values of a table.
  /// - Parameter cells: where each stands, by path as in a file: `change[0].multiply`.
  public init(root: [String: Value], file: String, cells: [String: Cell]) {
    self.file = file
    self.root = root
    positions = cells
    texts = [:]
  }

  /// A finding at the key with the given path, such as `change[0].multiply`; falls back to the nearest known parent.
  public func finding(_ severity: Finding.Severity = .error, at path: String, value: String? = nil, message: Phrase, remedy: Phrase)
    -> Finding
  {
    let place = place(of: path)
    return Finding(
      severity, file: file, row: place?.row, column: place?.column, value: value, message: message, remedy: remedy,
      longestValue: 120)
  }

  /// Line of the key with the given path; nil where the file does not have it.
  public func line(of path: String) -> Int? { positions[path]?.row }

  /// Where each character of the string with the given path was written, and where it ends; nil where there is no string.
  public func places(ofTextAt path: String) -> [TextPlace]? {
    guard let scalars = texts[path]?.places() else { return nil }
    guard case .string(let value) = value(at: path) else { return nil }
    var places: [TextPlace] = []
    var next = 0
    for character in value where next < scalars.count {
      places.append(scalars[next])
      next += character.unicodeScalars.count
    }
    return places + scalars.suffix(1)
  }

  private func value(at path: String) -> Value? {
    var value: Value? = .table(root)
    for part in path.split(separator: ".") {
      let pieces = part.split(separator: "[")
      guard case .table(let table) = value else { return nil }
      value = table[String(pieces[0])]
      for piece in pieces.dropFirst() {
        guard case .array(let items) = value, let index = Int(piece.dropLast()), items.indices.contains(index) else { return nil }
        value = items[index]
      }
    }
    return value
  }

  private func place(of path: String) -> Cell? {
    var path = path
    while true {
      if let place = positions[path] { return place }
      guard let cut = path.lastIndex(where: { $0 == "." || $0 == "[" }) else { return nil }
      path = String(path[..<cut])
    }
  }
}
