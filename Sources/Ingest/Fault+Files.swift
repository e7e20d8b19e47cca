import Groundwork

/// Faults of whole files and of their rows' shape.
extension Fault {
  // MARK: Files

  static var fileMissing: Fault {
    Fault(
      "file", .error, Phrase(da: "filen findes ikke.", en: "the file does not exist."),
      Phrase(da: "Ret stien, eller læg filen der.", en: "Mend the path, or put the file there."))
  }

  static var fileIsFolder: Fault {
    Fault(
      "file", .error, Phrase(da: "er en mappe, ikke en fil.", en: "is a folder, not a file."),
      Phrase(da: "Angiv en fil, eller flyt mappen.", en: "Name a file, or move the folder."))
  }

  static func fileUnreadable(_ reason: String) -> Fault {
    Fault(
      "file", .error, Phrase(da: "filen kan ikke læses (\(reason)).", en: "the file cannot be read (\(reason))."),
      Phrase(da: "Giv læseadgang til filen.", en: "Give read access to the file."))
  }

  static var utf16: Fault {
    Fault(
      "file", .error, Phrase(da: "er gemt som UTF-16 (»Unicode-tekst«).", en: "is saved as UTF-16 (“Unicode text”)."),
      Phrase(da: "Gem filen som CSV UTF-8.", en: "Save the file as CSV UTF-8."))
  }

  static var notText: Fault {
    Fault(
      "file", .error, Phrase(da: "er ikke en tekstfil.", en: "is not a text file."),
      Phrase(da: "Gem tabellen som CSV (UTF-8).", en: "Save the table as CSV (UTF-8)."))
  }

  static var notUTF8: Fault {
    Fault(
      "encoding", .error, Phrase(da: "rækken er ikke gyldig UTF-8.", en: "the row is not valid UTF-8."),
      Phrase(
        da: "Gem filen igen som UTF-8, eller sæt encoding = \"windows-1252\" i plads.toml.",
        en: "Save the file again as UTF-8, or set encoding = \"windows-1252\" in plads.toml."))
  }

  static var windows1252: Fault {
    Fault(
      "encoding", .note, Phrase(da: "filen er ikke UTF-8 og er læst som Windows-1252.", en: "the file is not UTF-8 and was read as Windows-1252."),
      Phrase(da: "Se efter, om æ, ø og å står rigtigt.", en: "See whether æ, ø and å are right."))
  }

  static var mixedEncoding: Fault {
    Fault(
      "encoding", .warning,
      Phrase(
        da: "filen blander UTF-8 og Windows-1252; den er læst som Windows-1252.",
        en: "the file mixes UTF-8 and Windows-1252; it was read as Windows-1252."),
      Phrase(da: "Gem filen igen som UTF-8.", en: "Save the file again as UTF-8."))
  }

  static var emptyFile: Fault {
    Fault(
      "empty", .error, Phrase(da: "filen er tom.", en: "the file is empty."),
      Phrase(da: "Første række skal være kolonnenavne.", en: "The first row must hold the columns' names."))
  }

  static var headerOnly: Fault {
    Fault(
      "empty", .warning, Phrase(da: "filen har kun kolonnenavne og ingen rækker.", en: "the file has column names alone and no rows."),
      Phrase(da: "Kør udtrækket igen, eller slet filen.", en: "Run the extract again, or remove the file."))
  }

  // MARK: Header and delimiter

  static func headerElsewhere(_ setting: String, table: String) -> Fault {
    Fault(
      "header", .error,
      Phrase(da: "kolonnenavnene ser ud til at stå her (header_row = \(setting)).", en: "the column names seem to stand here (header_row = \(setting))."),
      Phrase(
        da: "Skriv header_row = \(setting) under [inputs.\(table)] i plads.toml.",
        en: "Write header_row = \(setting) under [inputs.\(table)] in plads.toml."))
  }

  static func headerTooLong(_ bytes: Int) -> Fault {
    Fault(
      "header", .error,
      Phrase(
        da: "første linje er på \(bytes) tegn; det er ikke en række med kolonnenavne.",
        en: "the first line has \(bytes) characters; it is no row of column names."),
      Phrase(da: "Gem tabellen som CSV med en linje pr. række.", en: "Save the table as CSV with one line for each row."))
  }

  static func wrongDelimiter(_ wanted: Delimiter, _ found: [Delimiter]) -> Fault {
    Fault(
      "delimiter", .error,
      Phrase(
        da: "kolonnenavnene er ikke adskilt af \(wanted.phrase.da), som der er angivet.",
        en: "the column names are not separated by \(wanted.phrase.en), as told."),
      Phrase(da: "Angiv \(list(found, .da)).", en: "Tell \(list(found, .en))."))
  }

  static func ambiguousDelimiter(_ found: [Delimiter]) -> Fault {
    Fault(
      "delimiter", .error,
      Phrase(
        da: "kolonnenavnene kan være adskilt af \(list(found, .da)); begge dele passer lige godt.",
        en: "the column names may be separated by \(list(found, .en)); both fit equally well."),
      Phrase(
        da: "Sæt delimiter under [inputs.…] i plads.toml, eller sæt navne med skilletegn i anførselstegn.",
        en: "Set delimiter under [inputs.…] in plads.toml, or quote names that hold a delimiter."))
  }

  static var noDelimiter: Fault {
    Fault(
      "delimiter", .error,
      Phrase(
        da: "kolonnenavnene er hverken adskilt af komma, semikolon eller tabulator.",
        en: "the column names are separated by neither comma, semicolon nor tab."),
      Phrase(da: "Gem tabellen med semikolon eller komma.", en: "Save the table with semicolons or commas."))
  }

  private static func list(_ delimiters: [Delimiter], _ language: Language) -> String {
    delimiters.map { $0.phrase[language] }.joined(separator: language == .da ? " eller " : " or ")
  }

  static var duplicateHeader: Fault {
    Fault(
      "header", .error, Phrase(da: "kolonnenavnet står to gange.", en: "the column's name stands twice."),
      Phrase(da: "Giv hver kolonne sit eget navn.", en: "Give each column a name of its own."))
  }

  static func missingColumn(_ canonical: String, aliases: [String], near: String?, tried: Delimiter?) -> Fault {
    let da = near.map { "Mente du kolonnen »\($0)«? Omdøb den, eller brug linjen »\($0)« i forslagene til plads.toml." }
    let en = near.map { "Did you mean the column “\($0)”? Rename it, or use the line “\($0)” proposed for plads.toml." }
    let known = ([canonical] + aliases.prefix(3)).joined(separator: ", ")
    let cut = tried.map { delimiter in
      Phrase(
        da: " Filen er læst som én kolonne, med \(delimiter.phrase.da) som skilletegn.",
        en: " The file was read as one column, with \(delimiter.phrase.en) as delimiter.")
    }
    return Fault(
      "missing", .error,
      Phrase(da: "kolonnen \(canonical) mangler.", en: "the column \(canonical) is missing.") + (cut ?? Phrase("")),
      Phrase(da: da ?? "Den kan hedde: \(known).", en: en ?? "It may be called: \(known)."))
  }

  static func twoColumns(_ canonical: String, other: String) -> Fault {
    Fault(
      "header", .error,
      Phrase(da: "både denne kolonne og »\(other)« betyder \(canonical).", en: "both this column and “\(other)” mean \(canonical)."),
      Phrase(
        da: "Sig i plads.toml, hvilken der gælder; forslaget vælger »\(other)«.",
        en: "Say in plads.toml which one counts; the proposal takes “\(other)”."))
  }

  static func ignoredColumn(near: String?) -> Fault {
    Fault(
      near == nil ? "ignored" : "ignored-near", near == nil ? .note : .warning,
      Phrase(da: "kolonnen bruges ikke.", en: "the column is not used."),
      near.map { Phrase(da: "Mente du »\($0)«?", en: "Did you mean “\($0)”?") } ?? Phrase(""))
  }

  static func namelessColumn(_ number: Int) -> Fault {
    Fault(
      "nameless", .warning,
      Phrase(da: "kolonne \(number) har intet navn og bruges ikke.", en: "column \(number) has no name and is not used."),
      Phrase(da: "Giv den et navn, eller slet den.", en: "Name it, or remove it."))
  }

  // MARK: Rows

  static func raggedRow(found: Int, expected: Int, _ delimiter: Delimiter) -> Fault {
    let decimal = delimiter == .comma && found > expected
    return Fault(
      "ragged", .error,
      Phrase(
        da: "rækken har \(found) felter, men der er \(expected) kolonnenavne.",
        en: "the row has \(found) fields, but there are \(expected) column names."),
      decimal
        ? Phrase(
          da: "Sæt tal med decimalkomma og tekst med komma i anførselstegn, eller brug semikolon som skilletegn.",
          en: "Quote numbers with a decimal comma and text with commas, or use semicolons between fields.")
        : Phrase(da: "Ret rækken, så den har et felt til hver kolonne.", en: "Mend the row so that it has one field for each column."))
  }

  static var unterminatedQuote: Fault {
    Fault(
      "quote", .error,
      Phrase(
        da: "et anførselstegn åbnes i rækken og lukkes aldrig; resten af filen er ikke læst.",
        en: "a quote opens in the row and is never closed; the rest of the file was not read."),
      Phrase(da: "Luk anførselstegnet, eller fordobl det, hvis det hører til teksten.", en: "Close the quote, or double it if it is part of the text."))
  }

  static var textAfterQuote: Fault {
    Fault(
      "quote", .error,
      Phrase(
        da: "der står tekst efter et lukket anførselstegn; resten af filen er ikke læst.",
        en: "text follows a closed quote; the rest of the file was not read."),
      Phrase(da: "Fordobl anførselstegn, der hører til teksten.", en: "Double quotes that are part of the text."))
  }

  static var rowTooLong: Fault {
    Fault(
      "long", .error,
      Phrase(da: "rækken er længere end en million tegn; resten af filen er ikke læst.", en: "the row is longer than a million characters; the rest of the file was not read."),
      Phrase(da: "Se efter et anførselstegn, der ikke er lukket, eller manglende linjeskift.", en: "Look for a quote that is not closed, or missing line ends."))
  }

  static func blankLines(_ count: Int) -> Fault {
    Fault(
      "blank", .note,
      count == 1
        ? Phrase(da: "en tom linje mellem rækkerne er sprunget over.", en: "one blank line between the rows was skipped.")
        : Phrase(da: "\(count) tomme linjer mellem rækkerne er sprunget over.", en: "\(count) blank lines between the rows were skipped."),
      Phrase(""))
  }

  static func more(_ count: Int, of message: Phrase, severity: Finding.Severity, last: Int?) -> Fault {
    let until = last.map { Phrase(da: " (sidst i række \($0))", en: " (last in row \($0))") } ?? Phrase("")
    return Fault(
      "more", severity,
      Phrase(da: "… og \(count) mere af samme slags", en: "… and \(count) more of the same kind") + until
        + Phrase(da: ": \(message.da)", en: ": \(message.en)"),
      Phrase(""))
  }
}
