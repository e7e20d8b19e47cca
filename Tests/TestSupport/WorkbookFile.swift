import CZlib

/// A small workbook in Office Open XML, written for a test.
public struct WorkbookFile: Sendable {
  /// A cell of a test's sheet.
  public enum Cell: Sendable, ExpressibleByStringLiteral, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
    case shared(String)
    case inline(String)
    /// As the XML has it.
    case number(String)
    /// A number that style 1 (built-in format 14) shows as a day.
    case day(String)
    /// With a custom format.
    case customDay(String)
    case flag(Bool)
    case error(String)
    /// Formula and cached value; nil where the file has none.
    case formula(String, cached: String?)
    case formulaText(String, cached: String)
    case blank

    public init(stringLiteral value: String) { self = value.isEmpty ? .blank : .shared(value) }
    public init(floatLiteral value: Double) { self = .number("\(value)") }
    public init(integerLiteral value: Int) { self = .number("\(value)") }
  }

  public struct Sheet: Sendable {
    public var name: String
    /// Row number from 1 and cells from column A.
    public var rows: [(number: Int, cells: [Cell])]
    public var isHidden = false
    /// Before the rows, such as `<cols>…</cols>`.
    public var before = ""
    /// After the rows, such as `<mergeCells>…</mergeCells>`.
    public var after = ""
    /// Instead of everything between `<sheetData>` and its end.
    public var data: String?

    public init(_ name: String, _ rows: [[Cell]]) {
      self.name = name
      self.rows = rows.enumerated().map { ($0.offset + 1, $0.element) }
    }
  }

  public var sheets: [Sheet]
  public var is1904 = false
  public var isStored = false
  public var contentType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
  /// Further parts, name and text.
  public var extras: [(name: String, text: String)] = []

  public init(_ sheets: [Sheet]) {
    self.sheets = sheets
  }

  public init(_ rows: [[Cell]]) {
    self.init([Sheet("Ark1", rows)])
  }

  public var bytes: [UInt8] { Self.archive(parts, isStored: isStored) }

  /// The archive's parts, in order.
  public var parts: [(name: String, bytes: [UInt8])] {
    var strings: [String] = []
    var indices: [String: Int] = [:]
    func index(_ text: String) -> Int {
      if let index = indices[text] { return index }
      indices[text] = strings.count
      strings.append(text)
      return strings.count - 1
    }
    let spreadsheet = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\""
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    let package = "http://schemas.openxmlformats.org/package/2006"
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
    let bodies = sheets.map { sheet -> String in
      let rows = sheet.rows.map { row in
        "<row r=\"\(row.number)\">" + row.cells.enumerated().map { Self.xml($0.element, Self.letters($0.offset) + "\(row.number)", index) }.joined() + "</row>"
      }
      return head + "<worksheet \(spreadsheet)>\(sheet.before)<sheetData>\(sheet.data ?? rows.joined())</sheetData>\(sheet.after)</worksheet>"
    }
    let names = sheets.enumerated().map {
      "<sheet name=\"\(Self.escaped($0.element.name))\" sheetId=\"\($0.offset + 1)\"\($0.element.isHidden ? " state=\"hidden\"" : "") r:id=\"rId\($0.offset + 1)\"/>"
    }
    let links = sheets.indices.map { "<Relationship Id=\"rId\($0 + 1)\" Type=\"\(relations)/worksheet\" Target=\"worksheets/sheet\($0 + 1).xml\"/>" }
    let others = [("styles", "styles.xml"), ("sharedStrings", "sharedStrings.xml")].enumerated().map {
      "<Relationship Id=\"rId\(sheets.count + 1 + $0.offset)\" Type=\"\(relations)/\($0.element.0)\" Target=\"\($0.element.1)\"/>"
    }
    let texts: [(String, String)] = [
      ("[Content_Types].xml",
        head + "<Types xmlns=\"\(package)/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"\(contentType)\"/></Types>"),
      ("_rels/.rels",
        head + "<Relationships xmlns=\"\(package)/relationships\"><Relationship Id=\"rId1\" Type=\"\(relations)/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"),
      ("xl/workbook.xml",
        head + "<workbook \(spreadsheet) xmlns:r=\"\(relations)\"><workbookPr\(is1904 ? " date1904=\"1\"" : "")/><sheets>\(names.joined())</sheets></workbook>"),
      ("xl/_rels/workbook.xml.rels", head + "<Relationships xmlns=\"\(package)/relationships\">\(links.joined())\(others.joined())</Relationships>"),
      ("xl/styles.xml",
        head + "<styleSheet \(spreadsheet)><numFmts count=\"1\"><numFmt numFmtId=\"164\" formatCode=\"[$-406]d\\. mmmm\\ yyyy;@\"/></numFmts><cellXfs count=\"3\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"164\"/></cellXfs></styleSheet>"),
      ("xl/sharedStrings.xml",
        head + "<sst \(spreadsheet)>" + strings.map { "<si><t xml:space=\"preserve\">\(Self.escaped($0))</t></si>" }.joined() + "</sst>"),
    ]
    let sheetParts = bodies.enumerated().map { ("xl/worksheets/sheet\($0.offset + 1).xml", $0.element) }
    return (texts + sheetParts + extras).map { (name: $0.0, bytes: Array($0.1.utf8)) }
  }

  private static func xml(_ cell: Cell, _ place: String, _ index: (String) -> Int) -> String {
    switch cell {
    case .shared(let text): "<c r=\"\(place)\" t=\"s\"><v>\(index(text))</v></c>"
    case .inline(let text): "<c r=\"\(place)\" t=\"inlineStr\"><is><t>\(escaped(text))</t></is></c>"
    case .number(let text): "<c r=\"\(place)\"><v>\(text)</v></c>"
    case .day(let text): "<c r=\"\(place)\" s=\"1\"><v>\(text)</v></c>"
    case .customDay(let text): "<c r=\"\(place)\" s=\"2\"><v>\(text)</v></c>"
    case .flag(let flag): "<c r=\"\(place)\" t=\"b\"><v>\(flag ? 1 : 0)</v></c>"
    case .error(let text): "<c r=\"\(place)\" t=\"e\"><v>\(text)</v></c>"
    case .formula(let formula, let cached): "<c r=\"\(place)\"><f>\(escaped(formula))</f>\(cached.map { "<v>\($0)</v>" } ?? "")</c>"
    case .formulaText(let formula, let cached): "<c r=\"\(place)\" t=\"str\"><f>\(escaped(formula))</f><v>\(escaped(cached))</v></c>"
    case .blank: "<c r=\"\(place)\" s=\"0\"/>"
    }
  }

  private static func letters(_ column: Int) -> String {
    column < 26 ? String(UnicodeScalar(UInt8(65 + column))) : letters(column / 26 - 1) + letters(column % 26)
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing("\"", with: "&quot;")
  }

  // MARK: The archive

  public static func archive(_ parts: [(name: String, bytes: [UInt8])], isStored: Bool = false) -> [UInt8] {
    var result: [UInt8] = []
    var directory: [UInt8] = []
    for part in parts {
      let packed = isStored ? part.bytes : deflated(part.bytes)
      let checksum = UInt32(truncatingIfNeeded: part.bytes.withUnsafeBufferPointer { crc32(0, $0.baseAddress, UInt32($0.count)) })
      let fields =
        little(20, 2) + little(0, 2) + little(isStored ? 0 : 8, 2) + little(0, 4) + little(Int(checksum), 4) + little(packed.count, 4)
        + little(part.bytes.count, 4) + little(part.name.utf8.count, 2) + little(0, 2)
      directory += little(0x0201_4B50, 4) + little(20, 2) + fields + little(0, 10) + little(result.count, 4) + Array(part.name.utf8)
      result += little(0x0403_4B50, 4) + fields + Array(part.name.utf8) + packed
    }
    let end = little(0x0605_4B50, 4) + little(0, 4) + little(parts.count, 2) + little(parts.count, 2) + little(directory.count, 4) + little(result.count, 4) + little(0, 2)
    return result + directory + end
  }

  private static func little(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { $0 < 8 ? UInt8(truncatingIfNeeded: value >> (8 * $0)) : 0 }
  }

  private static func deflated(_ bytes: [UInt8]) -> [UInt8] {
    var stream = z_stream()
    plads_deflate_init_raw(&stream, 6)
    defer { deflateEnd(&stream) }
    var input = bytes
    var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))))
    let count = input.withUnsafeMutableBufferPointer { source in
      output.withUnsafeMutableBufferPointer { target in
        stream.next_in = source.baseAddress
        stream.avail_in = UInt32(source.count)
        stream.next_out = target.baseAddress
        stream.avail_out = UInt32(target.count)
        _ = deflate(&stream, Z_FINISH)
        return target.count - Int(stream.avail_out)
      }
    }
    return Array(output[..<count])
  }
}
