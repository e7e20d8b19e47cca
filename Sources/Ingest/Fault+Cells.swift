import Groundwork
import Placements

/// Faults of single values.
extension Fault {
  /// - Parameters:
  ///   - file: as it is called from the project folder.
  ///   - column: its header; nil where it has none.
  static func personNumber(file: String, sheet: String?, column: String?) -> Fault {
    Fault(
      "cpr", .error, looksLikePersonNumber, pseudonymising(file: file, sheet: sheet, column: column)).merged
  }

  private static func pseudonymising(file: String, sheet: String?, column: String?) -> Phrase {
    let start = "plads pseudonymise " + argument(file) + (sheet.map { " --sheet " + argument($0) } ?? "") + " --column "
    let end = " --key-file ../plads.key --new-key"
    return Phrase(
      da: "Erstat numrene med pseudonymer, fra projektmappen: \(start)\(column.map(argument) ?? "KOLONNE")\(end) (--new-key kun første gang). Flyt så den oprindelige fil ud af data/.",
      en: "Replace the numbers with pseudonyms, from the project folder: \(start)\(column.map(argument) ?? "COLUMN")\(end) (--new-key the first time only). Then move the original file out of data/.")
  }

  /// A number where a column's name should stand.
  static var personNumberAsName: Fault {
    Fault(
      "cpr", .error, looksLikePersonNumber,
      Phrase(
        da: "Sæt en række med kolonnenavne øverst, og erstat så numrene med plads pseudonymise.",
        en: "Put a row of column names on top, and then replace the numbers with plads pseudonymise."))
  }

  private static var looksLikePersonNumber: Phrase {
    Phrase(da: "ligner et CPR-nummer.", en: "looks like a civil registration number (CPR).")
  }

  /// A word of a command line, in quotes where the shell needs them.
  private static func argument(_ text: String) -> String {
    let isPlain = !text.isEmpty && text.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 || $0 >= 0x41 && $0 <= 0x5A || $0 >= 0x61 && $0 <= 0x7A || "._-/".utf8.contains($0) }
    if isPlain { return text }
    return "\"" + text.map { "\"\\$`".contains($0) ? "\\\($0)" : $0.isNewline ? " " : String($0) }.joined() + "\""
  }

  static var empty: Fault {
    Fault("blank-cell", .error, Phrase(da: "værdien mangler.", en: "the value is missing."), Phrase(da: "Udfyld feltet.", en: "Fill in the field."))
  }

  static var valueTooLong: Fault {
    Fault(
      "long-value", .error, Phrase(da: "værdien er længere end 1.000 tegn.", en: "the value is longer than 1,000 characters."),
      Phrase(da: "Se efter et anførselstegn, der ikke er lukket.", en: "Look for a quote that is not closed."))
  }

  // MARK: Numbers

  static func notANumber(_ problem: NumberText.Problem) -> Fault {
    switch problem {
    case .notANumber:
      Fault(
        "number", .error, Phrase(da: "er ikke et tal.", en: "is not a number."),
        Phrase(da: "Skriv et tal, eller lad feltet stå tomt, hvis det er ukendt.", en: "Write a number, or leave the field blank where it is unknown."))
    case .thousandsSeparator: .thousands
    case .notFinite:
      Fault(
        "number", .error, Phrase(da: "er ikke et endeligt tal.", en: "is not a finite number."),
        Phrase(da: "Skriv et tal, eller lad feltet stå tomt, hvis det er ukendt.", en: "Write a number, or leave the field blank where it is unknown."))
    }
  }

  static var thousands: Fault {
    Fault(
      "thousands", .error, Phrase(da: "har et tusindtalsskilletegn.", en: "has a thousands separator."),
      Phrase(da: "Skriv tallet uden: 1234 eller 1234,5.", en: "Write the number without it: 1234 or 1234.5.")).merged
  }

  static var negative: Fault {
    Fault("negative", .error, Phrase(da: "er negativt.", en: "is negative."), Phrase(da: "Skriv 0 eller et positivt tal.", en: "Write 0 or a positive number."))
  }

  static var tooMany: Fault {
    Fault(
      "range", .error, Phrase(da: "er over en million personer.", en: "is above a million persons."),
      Phrase(da: "Ret tallet.", en: "Mend the number."))
  }

  static var fractional: Fault {
    Fault("fraction", .error, Phrase(da: "er ikke et helt tal.", en: "is not a whole number."), Phrase(da: "Skriv et antal.", en: "Write a count."))
  }

  static var fractionalStock: Fault {
    Fault(
      "fraction", .note,
      Phrase(da: "belægningen er ikke hele tal og læses som helårspladser.", en: "stocks are not whole numbers and are read as full-year values."),
      Phrase(da: "Bedst er antal personer ved periodens slutning.", en: "Best is the number of persons at the period's end."))
  }

  static func outside(_ from: Int, _ to: Int) -> Fault {
    Fault(
      "range", .error, Phrase(da: "skal ligge mellem \(from) og \(to).", en: "must lie between \(from) and \(to)."),
      Phrase(da: "Ret tallet.", en: "Mend the number."))
  }

  static var occupancyRange: Fault {
    Fault(
      "range", .error, Phrase(da: "er ikke en belægningsprocent.", en: "is no occupancy rate."),
      Phrase(da: "Skriv 95, 95 % eller 0,95.", en: "Write 95, 95 % or 0.95."))
  }

  // MARK: Days and periods

  static var notADay: Fault {
    Fault(
      "date", .error, Phrase(da: "er ikke en dato.", en: "is not a date."),
      Phrase(da: "Skriv den som 2027-04-01 eller 01-04-2027.", en: "Write it as 2027-04-01 or 01-04-2027."))
  }

  static var impossibleDay: Fault {
    Fault(
      "date", .error, Phrase(da: "er en dato, der ikke findes.", en: "is a day that does not exist."),
      Phrase(da: "Ret datoen.", en: "Mend the date."))
  }

  static var unreasonableDay: Fault {
    Fault(
      "date-range", .error, Phrase(da: "ligger uden for årene 1900-2100.", en: "lies outside the years 1900-2100."),
      Phrase(da: "Ret datoen.", en: "Mend the date."))
  }

  static var notAPeriod: Fault {
    Fault(
      "period", .error, Phrase(da: "er ikke en periode mellem 1900 og 2100.", en: "is no period between 1900 and 2100."),
      Phrase(da: "Skriv måned 2027-04, kvartal 2027K2 eller år 2027.", en: "Write a month 2027-04, a quarter 2027Q2 or a year 2027."))
  }

  static func mixedPeriods(_ first: PeriodLength, row: Int) -> Fault {
    let da: String
    switch first {
    case .month: da = "måneder"
    case .quarter: da = "kvartaler"
    case .year: da = "år"
    }
    return Fault(
      "period-mix", .error,
      Phrase(da: "er en anden slags periode end i række \(row), som tæller i \(da).", en: "is another kind of period than in row \(row), which counts in \(first.rawValue)s."),
      Phrase(da: "Brug samme periodelængde i hele filen.", en: "Use one length of period in the whole file."))
  }

  // MARK: Names

  static func unknownWord(_ value: String, among valid: [String]) -> Fault {
    let hint = nearest(value, among: valid, listAtMost: 20)
    return Fault("word", .error, Phrase(da: "er ikke en kendt værdi.", en: "is not a known value."), hint())
  }

  static func after(_ hint: Phrase, _ remedy: Phrase) -> Phrase { hint.isEmpty ? remedy : hint + Phrase(" ") + remedy }

  static func unknownLegalBasis(_ value: String) -> Fault {
    let hint = nearest(value, among: LegalBasis.codes, listAtMost: 0)
    return Fault(
      "word", .error, Phrase(da: "er ikke en kendt paragraf.", en: "is not a known legal section."),
      after(hint(), Phrase(da: "Skriv for eksempel § 107, ABL § 105 eller BL_43.", en: "Write for example § 107, ABL § 105 or BL_43.")))
  }

  static func unknownMunicipality(_ value: String, among names: [String]) -> Fault {
    let hint = nearest(value, among: names, listAtMost: 0)
    return Fault(
      "municipality", .error, Phrase(da: "er ikke en kendt kommune.", en: "is not a known municipality."),
      after(
        hint(),
        Phrase(da: "Skriv kommunekode eller navn; egne enheder står i municipalities.csv.", en: "Write its code or name; units of your own stand in municipalities.csv.")))
  }

  static var unknownMunicipalityCode: Fault {
    Fault(
      "municipality", .error, Phrase(da: "er ingen kendt kommunekode.", en: "is no known municipality code."),
      Phrase(
        da: "Koderne er Danmarks Statistiks (101 København … 860 Hjørring), eller dem i municipalities.csv, hvor den findes; navnet kan bruges i stedet.",
        en: "The codes are those of Statistics Denmark (101 København … 860 Hjørring), or those in municipalities.csv where there is one; the name may stand instead."))
  }

  static var totalsRow: Fault {
    Fault(
      "total", .error, Phrase(da: "er en sum over kommuner.", en: "is a sum over municipalities."),
      Phrase(da: "Slet rækken; plads lægger selv sammen.", en: "Remove the row; plads adds up by itself."))
  }

  static func unknownOffer(_ value: String, among names: [String]) -> Fault {
    let hint = nearest(value, among: names, listAtMost: 8)
    return Fault(
      "offer", .error, Phrase(da: "er ikke et kendt tilbud.", en: "is not a known offer."),
      after(hint(), Phrase(da: "Ret navnet, eller tilføj tilbuddet i offers.csv.", en: "Mend the name, or add the offer to offers.csv.")))
  }

  static func undeclaredArea(_ value: String, among names: [String]) -> Fault {
    let hint = nearest(value, among: names, listAtMost: 0)
    return Fault(
      "area", .warning,
      Phrase(da: "står ikke som [[area]] i plads.toml og regnes som et område for sig.", en: "is no [[area]] of plads.toml and counts as an area of its own."),
      after(hint(), Phrase(da: "Ret navnet, eller tilføj området i plads.toml.", en: "Mend the name, or add the area to plads.toml.")))
  }

  /// The hint for a short beginning of the value: distances to a huge value would be slow and say nothing.
  static func nearest(_ value: String, among names: [String], listAtMost limit: Int) -> @Sendable () -> Phrase {
    { NearestName.hint(String(value.prefix(60)), among: names, listAtMost: limit) }
  }
}
