import Groundwork
import Spreadsheets

/// Faults of workbooks and their sheets.
extension Fault {
  static func workbook(_ problem: WorkbookProblem) -> Fault {
    switch problem {
    case .notAnArchive: textNamedWorkbook
    case .truncated:
      Fault(
        "file", .error, Phrase(da: "Excel-filen er skåret af; den er ikke hel.", en: "the workbook is cut off; the file is not whole."),
        Phrase(da: "Hent eller kopiér filen igen.", en: "Download or copy the file again."))
    case .damaged(let part): damagedWorkbook(Phrase(da: "delen \(part) kan ikke læses", en: "the part \(part) cannot be read"))
    case .missingPart(let part): damagedWorkbook(Phrase(da: "delen \(part) mangler", en: "the part \(part) is missing"))
    case .badReference(_, _, let reference):
      damagedWorkbook(Phrase(da: "cellen »\(reference)« står ikke på sin plads", en: "the cell “\(reference)” is out of place"))
    case .otherContent(let kind): otherContent(kind)
    case .tooLarge(let part):
      Fault(
        "file", .error,
        Phrase(da: "delen \(part) fylder udpakket mere, end et ark kan.", en: "the part \(part) unpacks to more than a sheet can hold."),
        Phrase(
          da: "Slet tomme rækker og kolonner i Excel, eller gem arket som CSV.",
          en: "Delete empty rows and columns in Excel, or save the sheet as CSV."))
    case .longText(let sheet, let cell):
      longText(Phrase(da: "cellen \(cell) i arket »\(sheet)«", en: "the cell \(cell) of the sheet “\(sheet)”"))
    case .longSharedText(let part, let number):
      longText(Phrase(da: "tekst nr. \(number) i delen \(part)", en: "text no. \(number) of the part \(part)"))
    case .noSuchSheet(let name, let sheets): noSuchSheet(name, among: sheets)
    case .keepsCopies(let part):
      Fault(
        "file", .error,
        Phrase(
          da: "Excel-filen har en pivottabel (\(part)), som gemmer en kopi af værdierne.",
          en: "the workbook has a pivot table (\(part)), which keeps a copy of the values."),
        Phrase(da: "Slet pivottabellen, eller gem arket som CSV.", en: "Delete the pivot table, or save the sheet as CSV."))
    }
  }

  private static func longText(_ place: Phrase) -> Fault {
    Fault(
      "file", .error,
      Phrase(
        da: "\(place.da) er længere end de 32.767 tegn, en celle i Excel kan have.",
        en: "\(place.en) is longer than the 32,767 characters that a cell of Excel's can have."),
      Phrase(da: "Ret eller slet cellen, eller hent filen igen.", en: "Mend or delete the cell, or download the file again."))
  }

  private static func damagedWorkbook(_ what: Phrase) -> Fault {
    Fault(
      "file", .error, Phrase(da: "Excel-filen er beskadiget: \(what.da).", en: "the workbook is damaged: \(what.en)."),
      Phrase(
        da: "Åbn den i Excel, gem den igen som .xlsx, eller hent den igen.",
        en: "Open it in Excel and save it again as .xlsx, or download it again."))
  }

  private static func otherContent(_ kind: String) -> Fault {
    let what: Phrase
    if kind.contains("wordprocessingml") {
      what = Phrase(da: "et Word-dokument", en: "a Word document")
    } else if kind.contains("presentationml") {
      what = Phrase(da: "en PowerPoint-præsentation", en: "a PowerPoint presentation")
    } else if kind.contains("binary") {
      what = Phrase(da: "en binær Excel-fil (.xlsb)", en: "a binary workbook (.xlsb)")
    } else if kind == "OpenDocument" {
      what = Phrase(da: "et OpenDocument-regneark (.ods)", en: "an OpenDocument spreadsheet (.ods)")
    } else {
      what = Phrase(da: "et arkiv (ZIP) uden regneark", en: "an archive (ZIP) without a spreadsheet")
    }
    return Fault(
      "file", .error, Phrase(da: "er \(what.da), ikke en Excel-fil.", en: "is \(what.en), not an Excel workbook."),
      Phrase(da: "Gem tabellen som Excel-fil (.xlsx) eller CSV.", en: "Save the table as an Excel workbook (.xlsx) or CSV."))
  }

  static var oldWorkbook: Fault {
    Fault(
      "file", .error, Phrase(da: "er i Excels gamle format (.xls), som ikke læses.", en: "is in Excel's old format (.xls), which is not read."),
      Phrase(da: "Åbn den i Excel, og gem den som .xlsx.", en: "Open it in Excel and save it as .xlsx."))
  }

  static var encryptedWorkbook: Fault {
    Fault(
      "file", .error, Phrase(da: "Excel-filen er beskyttet med adgangskode.", en: "the workbook is protected by a password."),
      Phrase(
        da: "Fjern adgangskoden i Excel (Filer, Oplysninger, Beskyt projektmappe), og gem igen.",
        en: "Remove the password in Excel (File, Info, Protect Workbook) and save again."))
  }

  /// A workbook whose name says that it is text.
  static var workbookNamedText: Fault {
    Fault(
      "file", .error, Phrase(da: "er en Excel-fil, ikke en CSV-fil.", en: "is an Excel workbook, not a CSV file."),
      Phrase(da: "Giv filen endelsen .xlsx.", en: "Give the file the ending .xlsx."))
  }

  /// Text whose name says that it is a workbook.
  static var textNamedWorkbook: Fault {
    Fault(
      "file", .error,
      Phrase(da: "hedder som en Excel-fil, men er det ikke.", en: "is named as an Excel workbook, but is none."),
      Phrase(
        da: "Er det tekst, så giv filen endelsen .csv; ellers gem den igen fra Excel.",
        en: "If it is text, give the file the ending .csv; otherwise save it again from Excel."))
  }

  static func noSuchSheet(_ name: String, among sheets: [String]) -> Fault {
    let hint = nearest(name, among: sheets, listAtMost: 30)
    return Fault("sheet", .error, Phrase(da: "Excel-filen har intet ark »\(name)«.", en: "the workbook has no sheet “\(name)”."), hint())
  }

  static func whichSheet(_ sheets: [String], table: String?) -> Fault {
    let list = sheets.prefix(30).joined(separator: ", ")
    return Fault(
      "sheet", .error, Phrase(da: "Excel-filen har flere ark: \(list).", en: "the workbook has several sheets: \(list)."),
      table.map {
        Phrase(
          da: "Sæt sheet = \"…\" under [inputs.\($0)] i plads.toml, eller giv arket navnet \($0).",
          en: "Set sheet = \"…\" under [inputs.\($0)] in plads.toml, or name the sheet \($0).")
      } ?? Phrase(da: "Angiv arket med --sheet.", en: "Name the sheet with --sheet."))
  }

  /// - Parameter byOption: whether `--sheet` names the sheet, not plads.toml.
  static func sheetOfText(byOption: Bool) -> Fault {
    Fault(
      "sheet", .error, Phrase(da: "et ark er angivet, men filen er ikke en Excel-fil.", en: "a sheet is named, but the file is no workbook."),
      byOption
        ? Phrase(da: "Udelad --sheet.", en: "Leave out --sheet.")
        : Phrase(da: "Slet linjen sheet.", en: "Remove the line sheet."))
  }

  /// - Parameter byOption: whether `--sheet` chooses the sheet, not plads.toml.
  static func emptySheet(byOption: Bool) -> Fault {
    Fault(
      "empty", .error, Phrase(da: "arket er tomt.", en: "the sheet is empty."),
      byOption
        ? Phrase(da: "Vælg et andet ark med --sheet.", en: "Choose another sheet with --sheet.")
        : Phrase(da: "Vælg et andet ark med sheet = \"…\" i plads.toml.", en: "Choose another sheet with sheet = \"…\" in plads.toml."))
  }

  // MARK: What a sheet has and a CSV has not

  static func mergedCells(_ count: Int, _ ranges: [String]) -> Fault {
    let list = ranges.joined(separator: ", ") + (count > ranges.count ? ", …" : "")
    return Fault(
      "merged", .note,
      Phrase(
        da: "arket har flettede celler (\(list)); kun den første celle i hver har en værdi.",
        en: "the sheet has merged cells (\(list)); only the first of each has a value."), Phrase(""))
  }

  static func hiddenColumns(_ letters: [String]) -> Fault {
    let list = letters.prefix(20).joined(separator: ", ") + (letters.count > 20 ? ", …" : "")
    return Fault(
      "hidden", .note, Phrase(da: "skjulte kolonner læses også: \(list).", en: "hidden columns are read, too: \(list)."), Phrase(""))
  }

  static func hiddenRows(_ count: Int) -> Fault {
    Fault(
      "hidden", .note, Phrase(da: "skjulte rækker læses også: \(count).", en: "hidden rows are read, too: \(count)."),
      Phrase(da: "Slet dem, hvis et filter skulle holde dem ude.", en: "Delete them if a filter was to keep them out."))
  }

  static func timesOfDay(_ count: Int) -> Fault {
    Fault(
      "time", .note, Phrase(da: "klokkeslæt efter datoen bruges ikke (celler: \(count)).", en: "times of day after the date are not used (cells: \(count))."),
      Phrase(""))
  }

  static var plainSerials: Fault {
    Fault(
      "serial", .note, Phrase(da: "tallet er læst som en dato fra Excel.", en: "the number was read as a day of Excel's."),
      Phrase(da: "Giv kolonnen datoformat i Excel, hvis det er rigtigt.", en: "Format the column as dates in Excel if that is right."))
  }

  static func cellError(isUsed: Bool) -> Fault {
    Fault(
      "excel-error", isUsed ? .error : .note, Phrase(da: "er en fejlværdi fra Excel.", en: "is an error value of Excel's."),
      Phrase(da: "Ret formlen, eller slet værdien.", en: "Mend the formula, or delete the value."))
  }

  static var unsavedFormula: Fault {
    Fault(
      "formula", .warning,
      Phrase(da: "formlen har intet gemt resultat og læses som tom.", en: "the formula has no saved result and is read as blank."),
      Phrase(da: "Åbn filen i Excel, og gem den.", en: "Open the file in Excel and save it."))
  }

  static func outsideHeader(_ expected: Int) -> Fault {
    Fault(
      "ragged", .error,
      Phrase(
        da: "rækken har værdier efter de \(expected) kolonner, der har navne.",
        en: "the row has values beyond the \(expected) columns that have names."),
      Phrase(da: "Slet dem, eller giv kolonnen et navn.", en: "Delete them, or name the column."))
  }

  static var secondFile: Fault {
    Fault(
      "twofiles", .warning,
      Phrase(da: "filen bruges ikke, for tabellen findes også som .csv.", en: "the file is not used, since the table is there as .csv, too."),
      Phrase(da: "Slet en af dem.", en: "Remove one of them."))
  }
}
