import Groundwork
import Spreadsheets

/// Opens a table's file as plads.toml maps it; reports what stands in the way and proposes settings that would remove it.
struct TableOpening {
  let layout: TableLayout
  let mapping: InputMapping
  let toml: PositionedTOML?
  let log: FindingLog

  /// - Returns: nil and findings where the file's beginning cannot be read.
  func open(_ path: String, file: String) -> DelimitedText? {
    do throws(FindingsError) {
      switch try TableFile.open(path, as: file) {
      case .text(let bytes): return try openText(bytes, file)
      case .workbook(let workbook): return try openSheet(workbook, file)
      }
    } catch {
      error.findings.forEach(log.add)
      return nil
    }
  }

  private func openText(_ bytes: [UInt8], _ file: String) throws(FindingsError) -> DelimitedText? {
    if mapping.sheet != nil { throw FindingsError(Fault.sheetOfText(byOption: false).finding(file: file)) }
    do throws(FindingsError) {
      return try DelimitedText(
        bytes: bytes, file: file, delimiter: mapping.delimiter, encoding: mapping.encoding, headerRows: mapping.headerRows)
    } catch {
      // A title above the names may have no delimiter, or the same words twice.
      let utf8 = TextEncoding.utf8(bytes)
      if proposesHeader(HeaderFinder(utf8: utf8, delimiter: mapping.delimiter), file: file) { return nil }
      throw error
    }
  }

  private func openSheet(_ workbook: Workbook, _ file: String) throws(FindingsError) -> DelimitedText? {
    let sheet: Workbook.Sheet
    do throws(FindingsError) {
      sheet = try workbook.choose(mapping.sheet, for: layout.name, file: file)
    } catch {
      proposeSheet(workbook)
      throw error
    }
    do throws(FindingsError) {
      return try DelimitedText(workbook, sheet, file: file, headerRows: mapping.headerRows)
    } catch {
      if let finder = HeaderFinder(workbook, sheet), proposesHeader(finder, file: DelimitedText.label(file, sheet.name)) { return nil }
      throw error
    }
  }

  /// The nearest name where one is asked for, else the sheet whose first rows look most like the table.
  private func proposeSheet(_ workbook: Workbook) {
    let names = workbook.sheets.map(\.name)
    var best: (name: String, score: Int)?
    if let wanted = mapping.sheet, let near = NearestName.find(wanted, among: names) {
      best = (near, 0)
    } else {
      for sheet in workbook.sheets {
        guard let place = HeaderFinder(workbook, sheet)?.header(of: layout, own: mapping.ownHeaders) else { continue }
        if place.score > (best?.score ?? 0) { best = (sheet.name, place.score) }
      }
    }
    log.propose(
      OpenTable.proposal(layout.name, toml, "sheet", best.map { MappingProposal.quoted($0.name) }, choices: names.map { Fault.shown($0) }))
  }

  private func proposesHeader(_ finder: HeaderFinder, file: String) -> Bool {
    guard mapping.headerRows == nil, let place = finder.header(of: layout, own: mapping.ownHeaders), place.score > 2,
      place.rows != 1...1
    else { return false }
    log.report(.headerElsewhere(place.setting, table: layout.name.rawValue), file: file, row: place.rows.lowerBound)
    log.propose(OpenTable.proposal(layout.name, toml, "header_row", place.setting))
    return true
  }
}

extension HeaderFinder {
  /// The first rows of a sheet.
  init(rowsOf sheet: Workbook.Sheet, in workbook: Workbook) throws(WorkbookProblem) {
    self.init(utf8: try SheetText(workbook, sheet, rows: HeaderFinder.searchedRows).bytes, delimiter: .tab)
  }

  /// The first rows of a sheet; nil where they cannot be read.
  init?(_ workbook: Workbook, _ sheet: Workbook.Sheet) {
    do {
      try self.init(rowsOf: sheet, in: workbook)
    } catch {
      return nil
    }
  }
}

/// A file in data/ that no table's name and no setting leads to.
struct StrayFile {
  let path: String
  let file: String
  let project: ProjectFile
  let log: FindingLog

  /// Proposes the tables that its first rows, or those of its sheets, look like.
  func propose(missing: Set<String>) {
    guard let content = try? TableFile.open(path, as: file) else { return }
    var taken: Set<TableName> = []
    switch content {
    case .text(let bytes):
      propose(HeaderFinder(utf8: TextEncoding.utf8(bytes), delimiter: nil), sheet: nil, missing, &taken)
    case .workbook(let workbook):
      let visible = workbook.sheets.filter { !$0.isHidden }
      for sheet in visible {
        guard let finder = HeaderFinder(workbook, sheet) else { continue }
        propose(finder, sheet: sheet.name, isOnly: visible.count == 1, missing, &taken)
      }
    }
  }

  private func propose(_ finder: HeaderFinder, sheet: String?, isOnly: Bool = true, _ missing: Set<String>, _ taken: inout Set<TableName>) {
    let name = isOnly ? file : sheet ?? file
    guard let (table, header) = finder.table(named: name), missing.contains(table.rawValue), taken.insert(table).inserted else { return }
    func line(_ key: String, _ value: String) { log.propose(OpenTable.proposal(table, project.toml, key, value)) }
    line("file", MappingProposal.quoted(file))
    if let sheet, !isOnly { line("sheet", MappingProposal.quoted(sheet)) }
    if header.score > 2, header.rows.upperBound > 1 { line("header_row", header.setting) }
  }
}
