import Groundwork
import Spreadsheets

/// What is known of a table that came from a sheet, beside its text.
struct SheetSource {
  /// Of the workbook.
  let file: String
  let name: String
  let days: DaySerials
  let remarks: [SheetText.Remark]
  let timesOfDay: [Int: (count: Int, row: Int)]
}

extension DelimitedText {
  /// A workbook's sheet as a table. Findings call it `file [sheet]`, and rows by the sheet's numbers.
  /// - Parameter byOption: whether `--sheet` chooses the sheet, not plads.toml.
  /// - Throws: where the sheet is damaged or empty, or its header is none.
  init(_ workbook: Workbook, _ sheet: Workbook.Sheet, file: String, headerRows: ClosedRange<Int>? = nil, byOption: Bool = false) throws(FindingsError) {
    let name = DelimitedText.label(file, sheet.name)
    let text: SheetText
    do throws(WorkbookProblem) {
      text = try SheetText(workbook, sheet)
    } catch {
      throw FindingsError(Fault.workbook(error).finding(file: name))
    }
    if text.bytes.isEmpty { throw FindingsError(Fault.emptySheet(byOption: byOption).finding(file: name)) }
    let source = SheetSource(file: file, name: sheet.name, days: text.days, remarks: text.remarks, timesOfDay: text.timesOfDay)
    try self.init(
      utf8: text.bytes, file: name, headerRows: headerRows, sheet: source, notes: DelimitedText.notes(text.notes, file: name))
  }

  static func label(_ file: String, _ sheet: String) -> String { "\(file) [\(sheet)]" }

  private static func notes(_ notes: SheetNotes, file: String) -> [Finding] {
    var findings: [Finding] = []
    if notes.mergedCount > 0 { findings.append(Fault.mergedCells(notes.mergedCount, notes.merged).finding(file: file)) }
    // Hiding all columns to the right of a table is a habit; only those that can be of the table are named.
    let hidden = notes.hiddenColumns.flatMap { Array($0.prefix(50)) }.filter { $0 < 500 }
    if !hidden.isEmpty { findings.append(Fault.hiddenColumns(hidden.map(CellPlace.letters)).finding(file: file)) }
    if notes.hiddenRows > 0 { findings.append(Fault.hiddenRows(notes.hiddenRows).finding(file: file, row: notes.firstHiddenRow)) }
    return findings
  }

  /// Reports what a sheet has and a CSV has not.
  /// - Parameter used: columns that mean something; an error value elsewhere does no harm.
  func reportRemarks(used: Set<Int>, to log: FindingLog) {
    guard let sheet else { return }
    for remark in sheet.remarks where remark.row > headerLine && header.indices.contains(remark.column) {
      switch remark.kind {
      case .error:
        log.report(
          .cellError(isUsed: used.contains(remark.column)), file: file, row: remark.row, column: header[remark.column], value: remark.value)
      case .unsaved: log.report(.unsavedFormula, file: file, row: remark.row, column: header[remark.column])
      default: break
      }
    }
    for (column, times) in sheet.timesOfDay.sorted(by: { $0.key < $1.key }) where used.contains(column) {
      log.report(.timesOfDay(times.count), file: file, row: times.row, column: header[column])
    }
  }
}
