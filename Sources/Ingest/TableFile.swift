public import Groundwork
import Spreadsheets

/// A table's file, delimited text or a workbook: what may lie wherever a table may lie.
public enum TableFile {
  static let workbookEndings = [".xlsx", ".xlsm"]
  /// Endings of files that may be meant as tables.
  static let endings = [".csv", ".xls", ".xlsb"] + workbookEndings

  static func isNamedWorkbook(_ name: String) -> Bool { workbookEndings.contains { name.lowercased().hasSuffix($0) } }

  /// Reads any table without a project's mapping.
  /// - Parameters:
  ///   - sheet: name of the sheet; nil where a workbook has one alone, and for text.
  ///   - name: what findings call the file; the path where nil.
  ///   - names: of a sheet that is taken where several are there and none is asked for, in machine form.
  /// - Throws: what is wrong with the file, its sheets or its header.
  public static func read(_ path: String, sheet: String? = nil, as name: String? = nil, preferring names: [String] = []) throws(FindingsError) -> DelimitedText {
    let name = name ?? path
    switch try open(path, as: name) {
    case .text(let bytes):
      if sheet != nil { throw FindingsError(Fault.sheetOfText(byOption: true).finding(file: name)) }
      return try DelimitedText(bytes: bytes, file: name)
    case .workbook(let workbook):
      let own = sheet ?? workbook.sheets.first { names.contains(NearestName.machineForm($0.name)) }?.name
      return try DelimitedText(workbook, try workbook.choose(own, file: name), file: name, byOption: true)
    }
  }

  enum Content {
    case text([UInt8])
    case workbook(Workbook)
  }

  /// - Throws: where the file is missing, no text and no workbook, or not what its name says.
  static func open(_ path: String, as name: String) throws(FindingsError) -> Content {
    let bytes = try TextFile.bytes(path, as: name)
    switch Workbook.format(of: bytes) {
    case .encrypted: throw FindingsError(Fault.encryptedWorkbook.finding(file: name))
    case .oldWorkbook: throw FindingsError(Fault.oldWorkbook.finding(file: name))
    case .workbook:
      do throws(WorkbookProblem) {
        let workbook = try Workbook(bytes)
        if isNamedWorkbook(name) { return .workbook(workbook) }
      } catch {
        if case .otherContent = error { throw FindingsError(Fault.workbook(error).finding(file: name)) }
        if isNamedWorkbook(name) { throw FindingsError(Fault.workbook(error).finding(file: name)) }
      }
      throw FindingsError(Fault.workbookNamedText.finding(file: name))
    case .other:
      if isNamedWorkbook(name) { throw FindingsError(Fault.textNamedWorkbook.finding(file: name)) }
      try TextFile.check(bytes, as: name)
      return .text(bytes)
    }
  }
}

extension Workbook {
  /// The sheet with the name, the one named after the table, or the only one that is not hidden.
  /// - Throws: a finding with the nearest name, or with all names.
  func choose(_ name: String?, for table: TableName? = nil, file: String) throws(FindingsError) -> Sheet {
    if let name {
      do throws(WorkbookProblem) {
        return try sheet(name)
      } catch {
        throw FindingsError(Fault.workbook(error).finding(file: file, value: nil))
      }
    }
    if let table, let sheet = sheets.first(where: { table.isCalled($0.name) }) { return sheet }
    let visible = sheets.filter { !$0.isHidden }
    if visible.count == 1 { return visible[0] }
    throw FindingsError(Fault.whichSheet(sheets.map(\.name), table: table?.rawValue).finding(file: file))
  }
}
