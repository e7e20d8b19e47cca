internal import Groundwork

/// A small workbook in Office Open XML: sheets of texts and numbers, the first row in bold and kept in sight.
/// Source: ECMA-376, part 1, 18.2 (workbook), 18.3 (sheets), 18.8 (styles).
public struct WorkbookWriter {
  public enum Cell: Hashable, Sendable {
    case blank
    case text(String)
    case number(Double)
  }

  public struct Sheet: Sendable {
    public let name: String
    public let rows: [[Cell]]
    /// Columns of the same width, in characters.
    public let width: Int

    public init(name: String, rows: [[Cell]], width: Int = 18) {
      self.name = name
      self.rows = rows
      self.width = width
    }
  }

  private let sheets: [Sheet]

  /// - Parameter sheets: at least one; names of 1 to 31 characters, each once.
  public init(_ sheets: [Sheet]) {
    precondition(!sheets.isEmpty && sheets.allSatisfy { (1...31).contains($0.name.count) }, "a workbook has named sheets")
    self.sheets = sheets
  }

  /// The same sheets give the same bytes.
  public func write(to sink: @escaping (UnsafeRawBufferPointer) throws -> Void) throws {
    var archive = ZipWriter(sink)
    for (name, text) in parts {
      let part = PackedPart(name)
      part.append(text)
      part.finish()
      try archive.add(part)
    }
    try archive.finish()
  }

  private var parts: [(name: String, text: String)] {
    let numbers = sheets.indices.map { $0 + 1 }
    let office = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    let types = numbers.map { "<Override PartName=\"/xl/worksheets/sheet\($0).xml\" ContentType=\"\(office).worksheet+xml\"/>" }.joined()
    let listed = zip(numbers, sheets).map { "<sheet name=\"\(Self.escaped($1.name))\" sheetId=\"\($0)\" r:id=\"rId\($0)\"/>" }.joined()
    let links = numbers.map { "<Relationship Id=\"rId\($0)\" Type=\"\(relations)/worksheet\" Target=\"worksheets/sheet\($0).xml\"/>" }.joined()
    let last = numbers.count + 1
    return [
      (
        "[Content_Types].xml",
        Self.head + "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" "
          + "ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/>"
          + "<Override PartName=\"/xl/workbook.xml\" ContentType=\"\(office).sheet.main+xml\"/>"
          + "<Override PartName=\"/xl/styles.xml\" ContentType=\"\(office).styles+xml\"/>\(types)</Types>"
      ),
      (
        "_rels/.rels",
        Self.head + "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" "
          + "Type=\"\(relations)/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
      ),
      ("xl/workbook.xml", Self.head + "<workbook \(Self.main) xmlns:r=\"\(relations)\"><sheets>\(listed)</sheets></workbook>"),
      (
        "xl/_rels/workbook.xml.rels",
        Self.head + "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\(links)"
          + "<Relationship Id=\"rId\(last)\" Type=\"\(relations)/styles\" Target=\"styles.xml\"/></Relationships>"
      ),
      ("xl/styles.xml", Self.styles),
    ] + zip(numbers, sheets).map { ("xl/worksheets/sheet\($0).xml", Self.sheet($1)) }
  }

  private static let head = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
  private static let main = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\""

  /// Style 1 is bold, style 2 text, which a spreadsheet leaves as it is typed: `1-2` becomes no date.
  private static let styles =
    head + "<styleSheet \(main)><fonts count=\"2\"><font><sz val=\"11\"/><name val=\"Calibri\"/></font><font><b/><sz val=\"11\"/><name val=\"Calibri\"/></font></fonts>"
    + "<fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill></fills>"
    + "<borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>"
    + "<cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>"
    + "<cellXfs count=\"3\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>"
    + "<xf numFmtId=\"0\" fontId=\"1\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyFont=\"1\"/>"
    + "<xf numFmtId=\"49\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/></cellXfs></styleSheet>"

  private static func sheet(_ sheet: Sheet) -> String {
    let columns = max(1, sheet.rows.map(\.count).max() ?? 1)
    var text =
      head + "<worksheet \(main)><sheetViews><sheetView workbookViewId=\"0\"><pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/>"
      + "</sheetView></sheetViews><cols><col min=\"1\" max=\"\(columns)\" width=\"\(sheet.width)\" style=\"2\" customWidth=\"1\"/></cols><sheetData>"
    for (number, row) in sheet.rows.enumerated() {
      text += "<row r=\"\(number + 1)\">"
      for (column, cell) in row.enumerated() {
        let place = "\(CellPlace.letters(column))\(number + 1)"
        switch cell {
        case .blank: continue
        case .text(let value):
          let style = number == 0 ? 1 : 2
          text += "<c r=\"\(place)\" s=\"\(style)\" t=\"inlineStr\"><is><t xml:space=\"preserve\">\(escaped(value))</t></is></c>"
        case .number(let value): text += "<c r=\"\(place)\"><v>\(NumberText.allDigits(value))</v></c>"
        }
      }
      text += "</row>"
    }
    return text + "</sheetData></worksheet>"
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
  }
}
