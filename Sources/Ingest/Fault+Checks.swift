import Groundwork
import Placements

/// Faults between values, rows and tables.
extension Fault {
  static func duplicate(firstRow: Int) -> Fault {
    Fault(
      "duplicate", .error, Phrase(da: "rækken gentager nøglen fra række \(firstRow).", en: "the row repeats the key of row \(firstRow)."),
      Phrase(da: "Slet den ene, eller læg dem sammen.", en: "Remove one of them, or add them up."))
  }

  static func overlappingAges(firstRow: Int) -> Fault {
    Fault(
      "ages", .error, Phrase(da: "aldersgruppen overlapper række \(firstRow), så personer tælles to gange.", en: "the ages overlap row \(firstRow), so persons count twice."),
      Phrase(da: "Slet summer og overlappende aldersgrupper.", en: "Remove totals and overlapping ages."))
  }

  static var agesReversed: Fault {
    Fault(
      "ages", .error, Phrase(da: "age_to er mindre end age_from.", en: "age_to is less than age_from."),
      Phrase(da: "Ret aldrene.", en: "Mend the ages."))
  }

  static func overlappingTariffs(firstRow: Int) -> Fault {
    Fault(
      "tariffs", .error,
      Phrase(da: "taksten gælder samtidig med den i række \(firstRow) for samme tilbud, ydelse og niveau.", en: "the tariff is valid together with that of row \(firstRow) for the same offer, service and level."),
      Phrase(da: "Ret from eller to, så kun én takst gælder.", en: "Mend from or to so that one tariff is valid."))
  }

  static func unknownTariffService(_ value: String, among words: [String]) -> Fault {
    let hint = nearest(value, among: words, listAtMost: 0)
    return Fault(
      "tariff-service", .warning,
      Phrase(da: "er ikke en kendt ydelse; taksten indgår ikke i nogen pris.", en: "is not a known service; the tariff counts in no price."),
      after(
        hint(),
        Phrase(
          da: "Skriv tilbuddets art, basistakst, ydelsespakke, ydelsestakst eller tillæg.",
          en: "Write the offer's kind, base, package, hourly or supplement.")))
  }

  static func otherTariffService(_ kind: ServiceKind) -> Fault {
    Fault(
      "tariff-kind", .note,
      Phrase(
        da: "taksten er for en anden art end tilbuddets (\(kind.phrase.da)) og indgår ikke i dets pris.",
        en: "the tariff is for another kind than the offer's (\(kind.phrase.en)) and counts in no price of it."),
      Phrase(da: "Ret service, eller giv ydelsen sit eget tilbud.", en: "Mend service, or make the service an offer of its own."))
  }

  static func costsFarFromBudget(_ budget: Double) -> Fault {
    let (da, en) = (NumberText.display(budget, decimals: 0, language: .da), NumberText.display(budget, decimals: 0, language: .en))
    return Fault(
      "economy", .warning,
      Phrase(da: "udgifterne er mere end fem gange eller under en femtedel af rækkens budget, \(da).", en: "costs are more than five times or less than a fifth of the row's budget, \(en)."),
      Phrase(da: "Se efter, om beløbet er skrevet i kroner, eller om et komma er flyttet.", en: "See whether the amount is in kroner, or a decimal mark has moved."))
  }

  // MARK: Stays

  static func endBeforeStart(_ start: String) -> Fault {
    Fault(
      "order", .error, Phrase(da: "ligger før begyndelsen \(start).", en: "lies before the beginning, \(start)."),
      Phrase(da: "Ret en af datoerne.", en: "Mend one of the dates."))
  }

  /// Of a citizen when a stay began.
  static func impossibleAge(_ age: Int) -> Fault {
    Fault(
      "age", .error,
      Phrase(da: "giver en alder på \(age) år i det år, opholdet begyndte.", en: "makes an age of \(age) in the year in which the stay began."),
      Phrase(
        da: "Skriv fødselsåret med fire cifre, eller lad feltet stå tomt, hvor det er ukendt.",
        en: "Write the year of birth in four digits, or leave the field blank where it is unknown."))
  }

  static var endAtStart: Fault {
    Fault(
      "order", .error,
      Phrase(da: "er samme dag som start, så opholdet varer 0 dage.", en: "is the same day as start, so the stay lasts 0 days."),
      Phrase(
        da: "end er første dag væk. Er den sidste dag på stedet, så sæt end_is_last_day = true under [data] i plads.toml.",
        en: "end is the first day absent. If it is the last day there, set end_is_last_day = true under [data] in plads.toml."))
  }

  static func overlappingStays(firstRow: Int) -> Fault {
    Fault(
      "overlap", .error,
      Phrase(da: "borgerens ophold overlapper række \(firstRow) i samme tilbud.", en: "the citizen's stay overlaps row \(firstRow) in the same offer."),
      Phrase(da: "Slet det ene ophold, eller ret datoerne.", en: "Remove one of the stays, or mend the dates."))
  }

  static func beforeOffer(_ day: String) -> Fault {
    Fault(
      "validity", .warning, Phrase(da: "ligger før tilbuddet åbnede \(day).", en: "lies before the offer opened on \(day)."),
      Phrase(da: "Ret datoen eller valid_from i offers.csv.", en: "Mend the date, or valid_from in offers.csv."))
  }

  static func afterOffer(_ day: String) -> Fault {
    Fault(
      "validity", .warning, Phrase(da: "opholdet varer længere end tilbuddet, som lukkede \(day).", en: "the stay lasts longer than the offer, which closed on \(day)."),
      Phrase(da: "Ret datoen eller valid_to i offers.csv.", en: "Mend the date, or valid_to in offers.csv."))
  }

  static func afterWindow(_ day: String) -> Fault {
    Fault(
      "window", .warning, Phrase(da: "ligger efter dataens sidste dag, \(day), og regnes som planlagt.", en: "lies after the data's last day, \(day), and counts as planned."),
      Phrase(da: "Ret datoen, eller sæt to under [data] i plads.toml.", en: "Mend the date, or set to under [data] in plads.toml."))
  }

  static func endWithoutReason(_ count: Int) -> Fault {
    Fault(
      "reason-missing", .note,
      Phrase(da: "ophold, der er slut uden årsag: \(count). Årsagen regnes som ukendt.", en: "stays that ended without a reason: \(count). The reason counts as unknown."),
      Phrase(da: "Udfyld end_reason, hvor den kendes.", en: "Fill in end_reason where it is known."))
  }

  static func manyUnknownReasons(percent: Int) -> Fault {
    Fault(
      "reason-unknown", .warning,
      Phrase(
        da: "\(percent) % af de afsluttede ophold har ukendt årsag; hjemtagninger bliver derfor usikre.",
        en: "\(percent) % of the ended stays have an unknown reason; homecomings are uncertain for that."),
      Phrase(da: "Udfyld end_reason.", en: "Fill in end_reason."))
  }

  static var reasonWithoutEnd: Fault {
    Fault(
      "reason-open", .warning, Phrase(da: "årsagen står uden slutdato og bruges ikke.", en: "the reason stands without an end and is not used."),
      Phrase(da: "Udfyld end, eller slet årsagen.", en: "Fill in end, or remove the reason."))
  }

  static func windowAssumed(from: String, to: String) -> Fault {
    Fault(
      "window", .note,
      Phrase(da: "data antages at dække \(from) til \(to).", en: "the data is taken to cover \(from) to \(to)."),
      Phrase(da: "Sæt from og to under [data] i plads.toml.", en: "Set from and to under [data] in plads.toml."))
  }

  // MARK: Activity

  static var noMeasure: Fault {
    Fault(
      "missing", .error, Phrase(da: "tabellen har ingen kolonne med tal.", en: "the table has no column of figures."),
      Phrase(
        da: "Tilføj mindst en af: stock, occupied_days, admissions, homecomings, other_exits, waiting.",
        en: "Add at least one of: stock, occupied_days, admissions, homecomings, other_exits, waiting."))
  }

  static func offerOrArea() -> Fault {
    Fault(
      "missing", .error, Phrase(da: "tabellen har hverken offer eller area.", en: "the table has neither offer nor area."),
      Phrase(da: "Tilføj kolonnen area (specialområde) eller offer (tilbud).", en: "Add the column area or offer."))
  }

  static var offerAndAreaBlank: Fault {
    Fault(
      "blank-cell", .error, Phrase(da: "rækken har hverken tilbud eller område.", en: "the row has neither offer nor area."),
      Phrase(da: "Udfyld et af dem.", en: "Fill in one of them."))
  }

  static func otherArea(_ area: String) -> Fault {
    Fault(
      "area-mismatch", .error, Phrase(da: "passer ikke med offers.csv, hvor tilbuddet hører til \(area).", en: "does not agree with offers.csv, where the offer belongs to \(area)."),
      Phrase(da: "Ret området i en af filerne.", en: "Mend the area in one of the files."))
  }

  static func countedTwice(firstRow: Int) -> Fault {
    Fault(
      "twice", .warning,
      Phrase(da: "området tælles også uden tilbud i række \(firstRow); personer kan være talt to gange.", en: "the area is also counted without an offer in row \(firstRow); persons may count twice."),
      Phrase(da: "Behold enten rækker pr. tilbud eller rækker pr. område.", en: "Keep either rows by offer or rows by area."))
  }

  static func seriesWithGaps(_ series: Int, missing: Int) -> Fault {
    Fault(
      "gaps", .note,
      Phrase(
        da: "tidsserier med huller: \(series); perioder uden række mellem første og sidste: \(missing). De er ukendte, ikke 0.",
        en: "series with gaps: \(series); periods without a row between first and last: \(missing). They are unknown, not 0."),
      Phrase(da: "Skriv 0, hvor der intet var.", en: "Write 0 where there was nothing."))
  }

  static func withoutPopulation(_ names: [String], count: Int) -> Fault {
    let list = names.joined(separator: ", ") + (count > names.count ? ", …" : "")
    return Fault(
      "population", .warning,
      Phrase(
        da: "kommuner i data uden folketal (\(count)): \(list).", en: "municipalities of the data without population (\(count)): \(list)."),
      Phrase(da: "Tilføj dem i population.csv.", en: "Add them to population.csv."))
  }

  static func yearsMissing(_ years: [Int], municipalities: Int) -> Fault {
    let list = years.prefix(10).map(String.init).joined(separator: ", ") + (years.count > 10 ? ", …" : "")
    return Fault(
      "population-years", .warning,
      Phrase(
        da: "folketallet har huller (kommuner: \(municipalities)); år, der mangler: \(list).",
        en: "the population has gaps (municipalities: \(municipalities)); years that are missing: \(list)."),
      Phrase(da: "Tilføj årene i population.csv.", en: "Add the years to population.csv."))
  }

  // MARK: The project

  static var noFolder: Fault {
    Fault(
      "project", .error, Phrase(da: "projektmappen findes ikke.", en: "the project folder does not exist."),
      Phrase(da: "Lav en med: plads new MAPPE.", en: "Make one with: plads new DIR."))
  }

  static var folderIsFile: Fault {
    Fault(
      "project", .error, Phrase(da: "er en fil, ikke en projektmappe.", en: "is a file, not a project folder."),
      Phrase(da: "Angiv mappen, der har plads.toml.", en: "Name the folder that holds plads.toml."))
  }

  static var noProject: Fault {
    Fault(
      "project", .error,
      Phrase(da: "mappen har hverken plads.toml eller tabeller i data/.", en: "the folder has neither plads.toml nor tables in data/."),
      Phrase(da: "Lav et projekt med: plads new MAPPE.", en: "Make a project with: plads new DIR."))
  }

  static var nothingToForecast: Fault {
    Fault(
      "project", .error,
      Phrase(
        da: "der er hverken rækker med ophold (stays.csv) eller aktivitet (activity.csv).",
        en: "there are neither rows of stays (stays.csv) nor of activity (activity.csv)."),
      Phrase(da: "Læg en af dem i mappen data/.", en: "Put one of them into the folder data/."))
  }

  static var offersMissing: Fault {
    Fault(
      "offers", .error, Phrase(da: "tabellen nævner tilbud, men offers.csv mangler.", en: "the table names offers, but offers.csv is missing."),
      Phrase(
        da: "Tilføj data/offers.csv med kolonnerne offer og area (tilbud og område).",
        en: "Add data/offers.csv with the columns offer and area."))
  }

  static func unknownFile(near: String?) -> Fault {
    Fault(
      near == nil ? "stray" : "stray-near", near == nil ? .note : .warning,
      Phrase(da: "filen bruges ikke.", en: "the file is not used."),
      near.map { Phrase(da: "Mente du data/\($0)?", en: "Did you mean data/\($0)?") }
        ?? Phrase(da: "Skriv [inputs.TABEL] file = … i plads.toml for at bruge den.", en: "Write [inputs.TABLE] file = … in plads.toml to use it."))
  }

  static var rulesAsTable: Fault {
    Fault(
      "rules", .warning, Phrase(da: "regelsæt er ikke en tabel; filen bruges ikke.", en: "rule sets are no table; the file is not used."),
      Phrase(
        da: "Kopiér et regelsæt fra Data/rules til rules/NAVN.toml, ret det, og skriv rule_set = \"NAVN\" under [project] i plads.toml.",
        en: "Copy a rule set from Data/rules to rules/NAME.toml, change it, and write rule_set = \"NAME\" below [project] in plads.toml."))
  }

  static func unknownRegion(_ value: String, among names: [String]) -> Fault {
    let hint = nearest(value, among: names, listAtMost: 12)
    return Fault("region", .warning, Phrase(da: "er ikke en region i kommunetabellen.", en: "is no region of the table of municipalities."), hint())
  }
}

extension Fault {
  static var readAsOtherExits: Fault {
    Fault(
      "exits", .warning,
      Phrase(
        da: "læses som andre udskrivninger, altså uden hjemtagninger.", en: "is read as other exits, that is without homecomings."),
      Phrase(
        da: "Omdøb kolonnen til other_exits, når det passer; ellers træk hjemtagninger fra.",
        en: "Rename the column other_exits where that is right; otherwise subtract the homecomings."))
  }
}
