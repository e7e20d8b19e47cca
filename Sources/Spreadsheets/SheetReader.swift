internal import Glibc

/// One value of a sheet.
public struct SheetCell {
  public enum Kind: Sendable {
    /// Text, shared, inline or a formula's.
    case text
    case number
    /// A number that its format shows as a day.
    case day
    case flag
    /// `#N/A`, `#REF!` and their like.
    case error
    /// A formula whose result the file does not hold; there is no value.
    case unsaved
  }

  /// From 1.
  public let row: Int
  /// From 0.
  public let column: Int
  public let kind: Kind
  /// As the file writes it: UTF-8, days as serials, flags as 0 and 1. Valid during the call that brings it.
  public let bytes: UnsafeBufferPointer<UInt8>
}

/// What a sheet says beside its values.
public struct SheetNotes: Sendable {
  /// Ranges such as `A1:C1`, the first of them.
  public fileprivate(set) var merged: [String] = []
  public fileprivate(set) var mergedCount = 0
  /// Hidden columns from 0, as far as they can have a name.
  public fileprivate(set) var hiddenColumns: [ClosedRange<Int>] = []
  public fileprivate(set) var hiddenRows = 0
  public fileprivate(set) var firstHiddenRow: Int?

  public init() {}
}

extension Workbook {
  /// Calls back with every cell that has a value, in the file's order: rows downwards, cells from left to right.
  /// Memory does not grow with the sheet.
  /// - Parameters:
  ///   - rows: reading ends before the row after this many; nil reads all.
  ///   - body: false ends the reading.
  /// - Throws: `damaged`, `truncated`, `tooLarge`, `longText`, `longSharedText`, `badReference`, `missingPart`.
  @discardableResult
  public func read(_ sheet: Sheet, rows: Int? = nil, _ body: (SheetCell) -> Bool) throws(WorkbookProblem) -> SheetNotes {
    guard let entry = archive.entry(sheet.part) else { throw .missingPart(sheet.part) }
    var budget = ZipArchive.largestTotal
    let strings = try sharedStrings(budget: &budget)
    return try withoutActuallyEscaping(body) { body throws(WorkbookProblem) in
      let part = SheetPart(sheet: sheet.name, strings: strings, dateStyles: dateStyles, lastRow: rows ?? CellPlace.lastRow, body)
      try archive.parse(entry, budget: &budget, part)
      return part.notes
    }
  }
}

/// Reads a sheet's XML. Also the base of the sheet's rewriting, which needs to know where cells begin and end.
class SheetPart: XMLHandler {
  enum Storage {
    case number, shared, inline, formula, flag, error, isoDay
  }

  private let sheet: String
  private let strings: SharedStrings
  private let dateStyles: [Bool]
  private let lastRow: Int
  private let body: (SheetCell) -> Bool
  private(set) var notes = SheetNotes()
  // One parser calls; the checks of exclusive access would cost a tenth of the reading.
  @exclusivity(unchecked) private(set) final var problem: WorkbookProblem?
  @exclusivity(unchecked) private(set) final var isDone = false

  @exclusivity(unchecked) private(set) final var row = 0
  @exclusivity(unchecked) private(set) final var column = -1
  @exclusivity(unchecked) private(set) final var storage = Storage.number
  /// Number of the cell's style; nil where it has none.
  @exclusivity(unchecked) private(set) final var style: Int?
  @exclusivity(unchecked) private final var isDay = false
  @exclusivity(unchecked) private final var hasFormula = false
  @exclusivity(unchecked) private final var isInCell = false
  @exclusivity(unchecked) private final var isInValue = false
  @exclusivity(unchecked) private final var isInPhonetic = false
  @exclusivity(unchecked) private final var value: [UInt8] = []

  init(sheet: String, strings: SharedStrings, dateStyles: [Bool], lastRow: Int, _ body: @escaping (SheetCell) -> Bool) {
    self.sheet = sheet
    self.strings = strings
    self.dateStyles = dateStyles
    self.lastRow = lastRow
    self.body = body
    value.reserveCapacity(256)
  }

  final func start(_ name: XMLName, _ attributes: XMLAttributes) {
    if isDone || problem != nil { return }
    if isInCell {
      if name == "v" { isInValue = true }
      if name == "t" { isInValue = storage == .inline && !isInPhonetic }
      if name == "f" { hasFormula = true }
      if name == "rPh" { isInPhonetic = true }
    } else if name == "c" {
      startCell(attributes)
    } else if name == "row" {
      startRow(attributes)
    } else if name == "mergeCell" {
      notes.mergedCount += 1
      if notes.merged.count < 5, let range = attributes["ref"] { notes.merged.append(String(range.prefix(30))) }
    } else if name == "col", attributes.flag("hidden"), let first = attributes.integer("min"), let last = attributes.integer("max"),
      first >= 1, first <= last, last <= CellPlace.lastColumn, notes.hiddenColumns.count < 100
    {
      notes.hiddenColumns.append((first - 1)...(last - 1))
    }
  }

  private func startRow(_ attributes: XMLAttributes) {
    if let text = attributes.bytes("r") {
      guard let number = CellPlace.row(text), number > row else { return fail(String(cString: text)) }
      row = number
    } else {
      row += 1
    }
    if row > CellPlace.lastRow { return fail(String(row)) }
    column = -1
    if row > lastRow { isDone = true }
    if attributes.flag("hidden") {
      notes.hiddenRows += 1
      notes.firstHiddenRow = notes.firstHiddenRow ?? row
    }
  }

  private func startCell(_ attributes: XMLAttributes) {
    if let text = attributes.bytes("r") {
      guard let place = CellPlace.read(text), place.row == row, place.column > column else { return fail(String(cString: text)) }
      column = place.column
    } else {
      column += 1
    }
    if column >= CellPlace.lastColumn || row == 0 { return fail(CellPlace.letters(column)) }
    style = attributes.bytes("s").map { atol($0) }
    let number = style ?? 0
    isDay = dateStyles.indices.contains(number) && dateStyles[number]
    storage = attributes.bytes("t").map { SheetPart.storage($0) } ?? .number
    isInCell = true
    isInValue = false
    hasFormula = false
    value.removeAll(keepingCapacity: true)
    cellBegins()
  }

  private static func storage(_ text: UnsafePointer<CChar>) -> Storage {
    let name = XMLName(text)
    if name == "s" { return .shared }
    if name == "str" { return .formula }
    if name == "inlineStr" { return .inline }
    if name == "b" { return .flag }
    if name == "e" { return .error }
    if name == "d" { return .isoDay }
    return .number
  }

  final func text(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard isInValue, problem == nil else { return }
    if value.count + bytes.count > CellPlace.longestText {
      problem = .longText(sheet: sheet, cell: CellPlace.letters(column) + String(row))
    } else {
      value += bytes
    }
  }

  final func end(_ name: XMLName) {
    guard isInCell else { return }
    if name == "v" || name == "t" { isInValue = false }
    if name == "rPh" { isInPhonetic = false }
    if name == "c" {
      isInCell = false
      if problem == nil, !isDone { finishCell() }
    }
  }

  private func finishCell() {
    if value.isEmpty {
      if hasFormula, storage != .formula { emit(.unsaved, UnsafeBufferPointer(start: nil, count: 0)) }
    } else if storage == .shared {
      let index = value.withUnsafeBufferPointer { SheetPart.integer($0) }
      let shown: Void? = index.flatMap { strings.withText($0) { text in if !text.isEmpty { emit(.text, text) } } }
      if shown == nil { fail(CellPlace.letters(column) + String(row)) }
    } else {
      value.withUnsafeBufferPointer { emit(kind, $0) }
    }
    cellEnded(sharedIndex: storage == .shared ? value.withUnsafeBufferPointer { SheetPart.integer($0) } : nil)
  }

  private var kind: SheetCell.Kind {
    switch storage {
    case .number: isDay ? .day : .number
    case .flag: .flag
    case .error: .error
    case .shared, .inline, .formula, .isoDay: .text
    }
  }

  private static func integer(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    guard !bytes.isEmpty, bytes.count <= 10 else { return nil }
    var value = 0
    for byte in bytes {
      guard byte >= 0x30, byte <= 0x39 else { return nil }
      value = value * 10 + Int(byte - 0x30)
    }
    return value
  }

  private func emit(_ kind: SheetCell.Kind, _ bytes: UnsafeBufferPointer<UInt8>) {
    if !body(SheetCell(row: row, column: column, kind: kind, bytes: bytes)) { isDone = true }
  }

  private func fail(_ reference: String) {
    problem = .badReference(sheet: sheet, row: row, reference: String(reference.prefix(20)))
  }

  // MARK: For the rewriting

  /// A cell's element has begun.
  func cellBegins() {}

  /// A cell's element ends; its value has been shown.
  func cellEnded(sharedIndex: Int?) {}
}
