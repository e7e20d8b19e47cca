/// A workbook in Office Open XML (.xlsx, .xlsm) that lies in memory: its sheets' names, shared texts and date formats.
/// Source: ECMA-376, "Office Open XML File Formats", part 1, 18.2 to 18.8.
public struct Workbook: Sendable {
  public struct Sheet: Hashable, Sendable {
    public let name: String
    public let isHidden: Bool
    let part: String
  }

  public enum Format: Sendable {
    case workbook
    /// The binary format of before 2007 (.xls).
    case oldWorkbook
    /// A workbook that a password encrypts.
    case encrypted
    case other
  }

  /// In the workbook's order; sheets that hold a chart alone are left out.
  public let sheets: [Sheet]
  public let days: DaySerials
  let archive: ZipArchive
  let dateStyles: [Bool]
  let sharedStringsPart: String?

  /// What the first bytes and, for the old container, the names in it say.
  public static func format(of bytes: [UInt8]) -> Format {
    if bytes.starts(with: ZipArchive.magic) { return .workbook }
    guard bytes.starts(with: [0xD0, 0xCF, 0x11, 0xE0]) else { return .other }
    // Names in the container's directory are UTF-16; an encrypted workbook has the stream EncryptedPackage.
    let name = Array("EncryptedPackage".utf8).flatMap { [UInt8]([$0, 0]) }
    return contains(name, in: bytes) ? .encrypted : .oldWorkbook
  }

  private static func contains(_ wanted: [UInt8], in bytes: [UInt8]) -> Bool {
    var position = 0
    while let start = bytes[position...].firstIndex(of: wanted[0]), start + wanted.count <= bytes.count {
      if bytes[start..<(start + wanted.count)].elementsEqual(wanted) { return true }
      position = start + 1
    }
    return false
  }

  /// Reads everything but the sheets and the shared texts.
  /// - Throws: what the archive throws, `missingPart`, and `otherContent` for archives of something else.
  public init(_ bytes: [UInt8]) throws(WorkbookProblem) {
    archive = try ZipArchive(bytes)
    var budget = ZipArchive.largestTotal
    guard let types = archive.entry("[Content_Types].xml") else { throw .otherContent(Workbook.guess(archive)) }
    let contentTypes = ContentTypes()
    try archive.parse(types, budget: &budget, contentTypes)
    let roots = try Workbook.relations(of: "", archive, &budget)
    let main = roots.first { $0.kind == "officeDocument" }?.target ?? "xl/workbook.xml"
    let kind = contentTypes.overrides[main.lowercased()] ?? contentTypes.defaults["xml"] ?? ""
    guard kind.contains("spreadsheetml.") || kind.contains("ms-excel.sheet.macroEnabled") || kind.contains("ms-excel.template.macroEnabled")
    else { throw .otherContent(kind) }
    guard let entry = archive.entry(main) else { throw .missingPart(main) }
    let book = BookPart()
    try archive.parse(entry, budget: &budget, book)
    let relations = try Workbook.relations(of: main, archive, &budget)
    sheets = book.sheets.compactMap { sheet in
      relations.first { $0.id == sheet.relation && $0.kind == "worksheet" }
        .map { Sheet(name: sheet.name, isHidden: sheet.isHidden, part: $0.target) }
    }
    days = book.is1904 ? .from1904 : .from1900
    sharedStringsPart = relations.first { $0.kind == "sharedStrings" }?.target
    let styles = StylesPart()
    if let relation = relations.first(where: { $0.kind == "styles" }), let entry = archive.entry(relation.target) {
      try archive.parse(entry, budget: &budget, styles)
    }
    dateStyles = styles.dateStyles
    if sheets.isEmpty { throw .missingPart("worksheet") }
  }

  /// The sheet with the name, small differences of writing allowed by the caller.
  /// - Throws: `noSuchSheet`.
  public func sheet(_ name: String) throws(WorkbookProblem) -> Sheet {
    if let sheet = sheets.first(where: { $0.name == name }) ?? sheets.first(where: { $0.name.lowercased() == name.lowercased() }) {
      return sheet
    }
    throw .noSuchSheet(name, sheets: sheets.map(\.name))
  }

  private static func guess(_ archive: ZipArchive) -> String {
    if archive.entry("mimetype") != nil, archive.entry("content.xml") != nil { return "OpenDocument" }
    return "ZIP"
  }

  private static func relations(of part: String, _ archive: ZipArchive, _ budget: inout Int) throws(WorkbookProblem) -> [RelationsPart.Relation] {
    let (folder, name) = split(part)
    guard let entry = archive.entry("\(folder)_rels/\(name).rels") else { return [] }
    let reader = RelationsPart(folder: folder)
    try archive.parse(entry, budget: &budget, reader)
    return reader.relations
  }

  private static func split(_ part: String) -> (folder: String, name: String) {
    guard let slash = part.lastIndex(of: "/") else { return ("", part) }
    return (String(part[...slash]), String(part[part.index(after: slash)...]))
  }
}

/// `[Content_Types].xml`: what each part is.
private final class ContentTypes: XMLHandler {
  var defaults: [String: String] = [:]
  /// By the part's name in small letters, without the slash in front.
  var overrides: [String: String] = [:]

  func start(_ name: XMLName, _ attributes: XMLAttributes) {
    if name == "Default", let ending = attributes["Extension"] { defaults[ending.lowercased()] = attributes["ContentType"] }
    if name == "Override", let part = attributes["PartName"] {
      overrides[String(part.lowercased().drop { $0 == "/" })] = attributes["ContentType"]
    }
  }
}

/// A part's relations to others.
private final class RelationsPart: XMLHandler {
  struct Relation {
    let id: String
    /// The last word of the relation's type; the words before differ between the transitional and the strict form.
    let kind: String
    let target: String
  }

  private let folder: String
  var relations: [Relation] = []

  init(folder: String) {
    self.folder = folder
  }

  func start(_ name: XMLName, _ attributes: XMLAttributes) {
    guard name == "Relationship", let id = attributes["Id"], let type = attributes["Type"], let target = attributes["Target"] else { return }
    relations.append(Relation(id: id, kind: type.split(separator: "/").last.map(String.init) ?? "", target: resolved(target)))
  }

  private func resolved(_ target: String) -> String {
    if target.hasPrefix("/") { return String(target.drop { $0 == "/" }) }
    var parts = folder.split(separator: "/").map(String.init)
    for part in target.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(String(part)) }
    }
    return parts.joined(separator: "/")
  }
}

/// `xl/workbook.xml`.
private final class BookPart: XMLHandler {
  struct Sheet {
    let name: String
    let relation: String
    let isHidden: Bool
  }

  var sheets: [Sheet] = []
  var is1904 = false

  func start(_ name: XMLName, _ attributes: XMLAttributes) {
    if name == "workbookPr" { is1904 = attributes.flag("date1904") }
    if name == "sheet", let sheetName = attributes["name"], let relation = attributes["id"] {
      let state = attributes["state"] ?? "visible"
      sheets.append(Sheet(name: sheetName, relation: relation, isHidden: state != "visible"))
    }
  }
}

/// `xl/styles.xml`, of which only the number formats matter.
private final class StylesPart: XMLHandler {
  private var codes: [Int: String] = [:]
  private var isInCellFormats = false
  /// Whether numbers of the style are days, by the style's number.
  var dateStyles: [Bool] = []

  func start(_ name: XMLName, _ attributes: XMLAttributes) {
    if name == "numFmt", let id = attributes.integer("numFmtId") { codes[id] = attributes["formatCode"] }
    if name == "cellXfs" { isInCellFormats = true }
    if isInCellFormats, name == "xf" {
      let id = attributes.integer("numFmtId") ?? 0
      dateStyles.append(codes[id].map { NumberFormat.isDate($0) } ?? NumberFormat.isDate(builtIn: id))
    }
  }

  func end(_ name: XMLName) {
    if name == "cellXfs" { isInCellFormats = false }
  }
}

/// Which number formats show a day.
enum NumberFormat {
  /// Formats without a code in the file (ECMA-376 part 1, 18.8.30); 27 to 36 and 50 to 58 are days in East Asian versions.
  /// Times of day (18 to 21, 45 to 47) are no days.
  static func isDate(builtIn id: Int) -> Bool { (14...17).contains(id) || id == 22 || (27...36).contains(id) || (50...58).contains(id) }

  /// A code shows a day where it has a year or a day of the month; a month alone (`m`) may be minutes.
  static func isDate(_ code: String) -> Bool {
    var isQuoted = false
    var isBracketed = false
    var isEscaped = false
    for character in code.lowercased() {
      if isEscaped {
        isEscaped = false
        continue
      }
      switch character {
      case "\"": isQuoted.toggle()
      case "\\", "_", "*": isEscaped = !isQuoted
      case "[" where !isQuoted: isBracketed = true
      case "]" where !isQuoted: isBracketed = false
      case ";" where !isQuoted: return false
      case "y", "d", "å": if !isQuoted, !isBracketed { return true }
      default: break
      }
    }
    return false
  }
}
