/// Replaces the values of one column of a workbook's sheet and leaves everything else as it is.
///
/// Cells of the column become inline texts, their formulas are dropped; texts that only the column shared are emptied, so that the
/// old values are nowhere in the sheet's part or among the shared texts. Memory: the packed parts and the shared texts.
public struct SheetRewriter {
  /// - Parameters:
  ///   - workbook: the workbook to take over.
  ///   - sheet: the sheet to change.
  ///   - column: from 0.
  ///   - row: the first row to change, from 1.
  public init(_ workbook: Workbook, _ sheet: Workbook.Sheet, column: Int, from row: Int) {
    self.workbook = workbook
    self.sheet = sheet
    self.column = column
    firstRow = row
  }

  private let workbook: Workbook
  private let sheet: Workbook.Sheet
  private let column: Int
  private let firstRow: Int
  /// Bytes that one cell with all in it, or all that follows the last cell, may have.
  private static let largestHeld = 32 << 20

  /// Writes the changed workbook.
  /// - Parameters:
  ///   - replace: the new text for a cell; nil leaves it as it is.
  ///   - inspect: gets every part as it is written, unpacked, piece by piece.
  /// - Throws: `keepsCopies` where a pivot table holds the values a second time, what reading throws, and what the sink throws.
  public func write(
    to sink: @escaping (UnsafeRawBufferPointer) throws -> Void, replace: @escaping (SheetCell) -> String?,
    inspect: @escaping (_ part: String, UnsafeBufferPointer<UInt8>) -> Void
  ) throws {
    let archive = workbook.archive
    if let cache = archive.entries.first(where: { $0.name.lowercased().contains("pivotcache") }) {
      throw WorkbookProblem.keepsCopies(part: cache.name)
    }
    var budget = ZipArchive.largestTotal
    let strings = try workbook.sharedStrings(budget: &budget)
    let own = try indicesOfColumnAlone(strings, &budget)
    var writer = ZipWriter(sink)
    for entry in archive.entries where !entry.name.hasSuffix("/") {
      let part = PackedPart(entry.name)
      let put: (UnsafeBufferPointer<UInt8>) -> Void = { piece in
        part.append(piece)
        inspect(entry.name, piece)
      }
      if entry.name.lowercased() == sheet.part.lowercased() {
        try rewriteSheet(entry, strings, &budget, replace, put)
      } else if entry.name.lowercased() == workbook.sharedStringsPart?.lowercased(), !own.isEmpty {
        try rewriteStrings(entry, own, &budget, put)
      } else {
        try archive.unpack(entry, budget: &budget) { piece throws(WorkbookProblem) in
          inspect(entry.name, piece)
          return true
        }
        try writer.copy(entry, of: archive)
        continue
      }
      part.finish()
      try writer.add(part)
    }
    try writer.finish()
  }

  /// Shared texts that nothing but the column's changed cells shows.
  private func indicesOfColumnAlone(_ strings: SharedStrings, _ budget: inout Int) throws -> Set<Int> {
    var inside = [Bool](repeating: false, count: strings.count)
    var outside = inside
    for other in workbook.sheets {
      guard let entry = workbook.archive.entry(other.part) else { throw WorkbookProblem.missingPart(other.part) }
      let counter = SharedIndexReader(sheet: other.name, strings: strings)
      counter.found = { row, column, index in
        guard inside.indices.contains(index) else { return }
        let isTarget = other == sheet && column == self.column && row >= self.firstRow
        if isTarget { inside[index] = true } else { outside[index] = true }
      }
      try workbook.archive.parse(entry, budget: &budget, counter)
    }
    return Set(inside.indices.filter { inside[$0] && !outside[$0] })
  }

  private func rewriteSheet(
    _ entry: ZipArchive.Entry, _ strings: SharedStrings, _ budget: inout Int, _ replace: @escaping (SheetCell) -> String?,
    _ put: @escaping (UnsafeBufferPointer<UInt8>) -> Void
  ) throws {
    let copier = SpanCopier(put)
    let (column, firstRow) = (column, firstRow)
    var replacement: String?
    let editor = CellEditor(sheet: sheet.name, strings: strings, dateStyles: workbook.dateStyles) { cell in
      replacement = cell.column == column && cell.row >= firstRow ? replace(cell) : nil
      return true
    }
    let stream = XMLStream(part: entry.name, handler: editor)
    editor.begins = { [unowned stream] in
      copier.mark(stream.eventStart)
      replacement = nil
    }
    editor.ends = { [unowned stream, unowned editor] in
      guard let text = replacement else { return }
      let place = CellPlace.letters(editor.column) + String(editor.row)
      let style = editor.style.map { " s=\"\($0)\"" } ?? ""
      copier.replaceFromMark(to: stream.eventEnd, by: "<c r=\"\(place)\"\(style) t=\"inlineStr\"><is><t>\(SpanCopier.escaped(text))</t></is></c>")
    }
    try run(stream, entry, copier, &budget)
  }

  private func rewriteStrings(
    _ entry: ZipArchive.Entry, _ indices: Set<Int>, _ budget: inout Int, _ put: @escaping (UnsafeBufferPointer<UInt8>) -> Void
  ) throws {
    let copier = SpanCopier(put)
    let editor = SharedStringEditor()
    let stream = XMLStream(part: entry.name, handler: editor)
    editor.begins = { [unowned stream] in copier.mark(stream.eventStart) }
    editor.ends = { [unowned stream] index in
      if indices.contains(index) { copier.replaceFromMark(to: stream.eventEnd, by: "<si><t></t></si>") }
    }
    try run(stream, entry, copier, &budget)
  }

  private func run(_ stream: XMLStream, _ entry: ZipArchive.Entry, _ copier: SpanCopier, _ budget: inout Int) throws {
    try workbook.archive.unpack(entry, budget: &budget) { piece throws(WorkbookProblem) in
      copier.add(piece)
      let isWanted = try stream.read(piece)
      copier.flush()
      if copier.heldCount > SheetRewriter.largestHeld { throw .tooLarge(part: entry.name) }
      return isWanted
    }
    try stream.finish()
    guard copier.finish() else { throw WorkbookProblem.damaged(part: entry.name) }
  }
}

/// Where a sheet's cells show shared texts.
private final class SharedIndexReader: SheetPart {
  var found: (_ row: Int, _ column: Int, _ index: Int) -> Void = { _, _, _ in }

  init(sheet: String, strings: SharedStrings) {
    super.init(sheet: sheet, strings: strings, dateStyles: [], lastRow: CellPlace.lastRow) { _ in true }
  }

  override func cellEnded(sharedIndex: Int?) {
    if let sharedIndex { found(row, column, sharedIndex) }
  }
}

/// Tells where each cell's element begins and ends.
private final class CellEditor: SheetPart {
  var begins: () -> Void = {}
  var ends: () -> Void = {}

  init(sheet: String, strings: SharedStrings, dateStyles: [Bool], _ body: @escaping (SheetCell) -> Bool) {
    super.init(sheet: sheet, strings: strings, dateStyles: dateStyles, lastRow: CellPlace.lastRow, body)
  }

  override func cellBegins() { begins() }

  override func cellEnded(sharedIndex: Int?) { ends() }
}

/// Tells where each shared text begins and ends.
private final class SharedStringEditor: XMLHandler {
  var begins: () -> Void = {}
  var ends: (Int) -> Void = { _ in }
  private var index = 0

  func start(_ name: XMLName, _ attributes: XMLAttributes) {
    if name == "si" { begins() }
  }

  func end(_ name: XMLName) {
    guard name == "si" else { return }
    ends(index)
    index += 1
  }
}

/// Passes a document on piece by piece, with marked stretches replaced.
private final class SpanCopier {
  private let put: (UnsafeBufferPointer<UInt8>) -> Void
  /// Bytes not passed on yet; the first has the position `start` in the document.
  private var waiting: [UInt8] = []
  private var start = 0
  private var marked: Int?
  /// Waiting bytes that were passed on or replaced.
  private var passed = 0
  private var hasMissed = false

  init(_ put: @escaping (UnsafeBufferPointer<UInt8>) -> Void) {
    self.put = put
  }

  var heldCount: Int { waiting.count }

  func add(_ piece: UnsafeBufferPointer<UInt8>) { waiting += piece }

  func mark(_ position: Int) { marked = position }

  func replaceFromMark(to end: Int, by text: String) {
    guard let marked, marked >= start + passed, end >= marked, end <= start + waiting.count else {
      hasMissed = true
      return
    }
    pass(to: marked)
    passed = end - start
    self.marked = nil
    var text = text
    text.withUTF8 { put($0) }
  }

  /// Passes on what no replacement can reach any more: all before the last mark. The parser may hold back the rest.
  func flush() {
    if let marked { pass(to: marked) }
    waiting.removeFirst(passed)
    start += passed
    passed = 0
  }

  /// - Returns: false where a stretch to replace had been passed on already.
  func finish() -> Bool {
    pass(to: start + waiting.count)
    return !hasMissed
  }

  private func pass(to position: Int) {
    let end = position - start
    guard end > passed else { return }
    waiting.withUnsafeBufferPointer { put(UnsafeBufferPointer(rebasing: $0[passed..<end])) }
    passed = end
  }

  static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
  }
}
