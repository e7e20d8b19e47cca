internal import Glibc
internal import Groundwork
internal import Placements

/// Writes a commented scenario file that runs as it is, with the project's own names in it.
struct NewScenario {
  let name: String
  let folder: String
  let panel: Panel

  /// - Throws: `UsageError` for a name that is no file name or that exists, `FindingsError` when the file cannot be written.
  func make() throws {
    let form = NearestName.machineForm(name.hasSuffix(".toml") ? String(name.dropLast(5)) : name)
    guard !form.isEmpty, form.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }) else {
      throw UsageError(
        Phrase(
          da: "»\(name)« kan ikke være et scenaries navn. Brug bogstaver, tal og _.",
          en: "“\(name)” cannot name a scenario. Use letters, digits and _."))
    }
    let shelf = (folder == "." ? "" : folder + "/") + "scenarios"
    let path = shelf + "/" + form + ".toml"
    guard access(path, F_OK) != 0 else {
      throw UsageError(
        Phrase(da: "\(path) findes allerede. Vælg et andet navn.", en: "\(path) exists already. Choose another name."))
    }
    _ = mkdir(shelf, 0o777)
    try OutputFile.write(Self.aligned(text(form).spoken), to: path)
    let option = folder == "." ? "" : " -p \(folder)"
    try Console.print(
      Phrase(
        da: "Skrevet: \(path)\nRet tallene i den. Så: plads scenario\(option) \(form)\n",
        en: "Written: \(path)\nEdit its numbers. Then: plads scenario\(option) \(form)\n"
      ).spoken)
  }

  /// Puts the explanations behind settings into one column, since names differ in length.
  private static func aligned(_ text: String) -> String {
    var lines: [String] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      guard let mark = line.firstRange(of: "  #") else {
        lines.append(String(line))
        continue
      }
      var setting = String(line[..<mark.lowerBound])
      while setting.hasSuffix(" ") { setting.removeLast() }
      let comment = line[mark.lowerBound...].drop { $0 == " " }
      lines.append(setting + String(repeating: " ", count: max(2, 34 - setting.count)) + comment)
    }
    return lines.joined(separator: "\n")
  }

  private func text(_ form: String) -> Phrase {
    if let example = batchExample { return ScenarioTemplate.batch(name: form, example) }
    return ScenarioTemplate.level(name: form, lever: panel.knowledge.contains(.stockOnly) ? "stock" : "admission", from: panel.origin.advanced(by: 1).description)
  }

  /// The municipality and area with most citizens who can be taken home, if the project knows anybody's flows.
  private var batchExample: ScenarioTemplate.Batch? {
    var present: [Cell: Int] = [:]
    for resident in panel.residents where panel.knowledge[resident.stratum] == .flowsAndStock {
      let stratum = panel.strata[resident.stratum]
      guard [.residential, .singlePerson].contains(stratum.kind), stratum.legalBasis != "SEL_108", !stratum.legalBasis.hasPrefix("ABL") else { continue }
      present[Cell(municipality: resident.municipality, area: stratum.area), default: 0] += 1
    }
    guard let most = present.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }) else { return nil }
    let announced = panel.origin.advanced(by: 1).firstDay
    return ScenarioTemplate.Batch(
      municipality: panel.municipalities[most.key.municipality].name, area: most.key.area, number: min(9, most.value),
      announced: Period(containing: announced.advanced(by: 31), length: .month).description,
      changed: Period(containing: announced.advanced(by: 120), length: .month).description,
      areas: panel.areas.map(\.id))
  }

  private struct Cell: Hashable, Comparable {
    let municipality: Int
    let area: String

    static func < (left: Cell, right: Cell) -> Bool { (left.municipality, left.area) < (right.municipality, right.area) }
  }
}

/// The texts of a new scenario.
enum ScenarioTemplate {
  struct Batch {
    let municipality: String
    let area: String
    let number: Int
    let announced: String
    let changed: String
    let areas: [String]
  }

  static func batch(name: String, _ example: Batch) -> Phrase {
    let areas = example.areas.joined(separator: ", ")
    return Phrase(
      da: """
        # Et scenarie: hvad der ændres i forhold til prognosen. Ret tallene; slet det, der ikke gælder.
        # Efter # står forklaringer. Kør det med: plads scenario \(name)

        title  = "Udmeldt hjemtagning"
        base   = "basis"                  # det, der sammenlignes med: prognosen eller et andet scenarie
        reason = "Hvem har sagt det, og hvornår?"

        # En kommune henter flere borgere hjem ved én beslutning.
        [[change]]
        what = "batch_homecoming"
        municipality = "\(example.municipality)"
        area = "\(example.area)"         # områder: \(areas)
        number = \(example.number)       # udmeldt antal; borgerne trækkes blandt dem, der er der
        date = "\(example.announced)"    # udmeldingen (måned, kvartal eller dag), ikke flytningen: »hjem fra 1. april« med 3 måneders varsel er 2027-01
        notice = 3                        # måneders varsel; derefter flytter de
        realised = [0.6, 1]               # andelen, der bliver til noget: et tal eller et interval
        delay_months = [0, 6]             # måneders forsinkelse: et tal eller et interval; slet den, hvis datoen er sikker
        # offer = "…"                     # kun fra dette tilbud
        # replaces_trend = false          # ellers hviler kommunens øvrige hjemtagninger fra området, til borgerne er flyttet
        reason = "Hvorfor?"

        # Andre ændringer: fjern # foran alle linjer i en blok.

        # [[change]]                      # hjemtagninger bliver hyppigere: 1.3 er 30 % flere
        # what = "homecoming"             # eller admission (indskrivninger), other_exit (andre udskrivninger)
        # municipalities = ["\(example.municipality)"]   # udelad for alle kommuner
        # areas = ["\(example.area)"]    # udelad for alle områder
        # from = "\(example.changed)"    # og evt. to = "…"
        # multiply = [1.1, 1.5]           # et tal eller et 80 %-interval
        # reason = "Hvorfor?"

        # [[change]]                      # færre eller flere pladser
        # what = "places"
        # offer = "…"
        # from = "\(example.changed)"
        # add = -4
        # reason = "Hvorfor?"

        # [[change]]                      # et tilbud lukker; borgerne flytter til områdets andre tilbud
        # what = "closure"
        # offer = "…"
        # date = "\(example.changed)"
        # reason = "Hvorfor?"

        # [[change]]                      # et nyt tilbud åbner; uden price og costs regnes som områdets tilbud
        # what = "new_offer"
        # id = "nyt"
        # area = "\(example.area)"
        # places = 12
        # from = "\(example.changed)"
        # ramp_months = 9                 # måneder, før det får sin fulde andel af indskrivningerne
        # price = 4000                    # kr. pr. dag; costs er kr. om året, når det er fuldt
        # reason = "Hvorfor?"

        # [[change]]                      # kommunerne reagerer på takster, som efterreguleringen ændrer (--rules)
        # what = "price_reaction"
        # elasticity = [0.1, 0.5]         # 0.3: ved 10 % højere takst 3 % færre indskrivninger og flere hjemtagninger
        # reason = "Hvorfor?"

        """,
      en: """
        # A scenario: what changes against the forecast. Edit the numbers; delete what does not apply.
        # Explanations follow a #. Run it with: plads scenario \(name)

        title  = "An announced homecoming"
        base   = "basis"                  # what it is compared with: the forecast or another scenario
        reason = "Who said so, and when?"

        # A municipality takes several citizens home by one decision.
        [[change]]
        what = "batch_homecoming"
        municipality = "\(example.municipality)"
        area = "\(example.area)"         # areas: \(areas)
        number = \(example.number)       # as announced; the citizens are drawn from those who are there
        date = "\(example.announced)"    # the announcement (month, quarter or day), not the move: “home from 1 April” with 3 months' notice is 2027-01
        notice = 3                        # months of notice; then they leave
        realised = [0.6, 1]               # the share that is carried through: a number or an interval
        delay_months = [0, 6]             # months of delay: a number or an interval; delete it if the date is certain
        # offer = "…"                     # from this offer only
        # replaces_trend = false          # else the municipality's other homecomings from the area rest until the citizens have left
        reason = "Why?"

        # Other changes: take the # from every line of a block.

        # [[change]]                      # homecomings become more frequent: 1.3 is 30 % more
        # what = "homecoming"             # or admission, other_exit
        # municipalities = ["\(example.municipality)"]   # leave out for all municipalities
        # areas = ["\(example.area)"]    # leave out for all areas
        # from = "\(example.changed)"    # and perhaps to = "…"
        # multiply = [1.1, 1.5]           # a number or an 80 % interval
        # reason = "Why?"

        # [[change]]                      # fewer or more places
        # what = "places"
        # offer = "…"
        # from = "\(example.changed)"
        # add = -4
        # reason = "Why?"

        # [[change]]                      # an offer closes; its citizens move to the area's other offers
        # what = "closure"
        # offer = "…"
        # date = "\(example.changed)"
        # reason = "Why?"

        # [[change]]                      # a new offer opens; without price and costs reckoned as the area's offers
        # what = "new_offer"
        # id = "new"
        # area = "\(example.area)"
        # places = 12
        # from = "\(example.changed)"
        # ramp_months = 9                 # months until it has its full share of admissions
        # price = 4000                    # kr. a day; costs is kr. a year when it is full
        # reason = "Why?"

        # [[change]]                      # municipalities react to tariffs that settlement changes (--rules)
        # what = "price_reaction"
        # elasticity = [0.1, 0.5]         # 0.3: at a tariff 10 % higher 3 % fewer admissions and more homecomings
        # reason = "Why?"

        """)
  }

  /// For projects that do not know both stocks and flows.
  static func level(name: String, lever: String, from: String) -> Phrase {
    Phrase(
      da: """
        # Et scenarie: hvad der ændres i forhold til prognosen. Ret tallene; slet det, der ikke gælder.
        # Efter # står forklaringer. Kør det med: plads scenario \(name)

        title  = "Flere eller færre end ventet"
        base   = "basis"                  # det, der sammenlignes med: prognosen eller et andet scenarie
        reason = "Hvem har sagt det, og hvornår?"

        [[change]]
        what = "\(lever)"                 # stock: antal borgere, admission: indskrivninger
        from = "\(from)"                 # og evt. to = "…"
        multiply = [0.9, 1.1]             # et tal eller et 80 %-interval: 1.1 er 10 % flere
        # municipalities = ["…"]          # udelad for alle kommuner
        # areas = ["…"]                   # udelad for alle områder
        reason = "Hvorfor?"

        # [[change]]                      # befolkningen bliver en anden end i fremskrivningen
        # what = "population"
        # from = "\(from)"
        # multiply = 1.03
        # reason = "Hvorfor?"

        """,
      en: """
        # A scenario: what changes against the forecast. Edit the numbers; delete what does not apply.
        # Explanations follow a #. Run it with: plads scenario \(name)

        title  = "More or fewer than expected"
        base   = "basis"                  # what it is compared with: the forecast or another scenario
        reason = "Who said so, and when?"

        [[change]]
        what = "\(lever)"                 # stock: number of citizens, admission: admissions
        from = "\(from)"                 # and perhaps to = "…"
        multiply = [0.9, 1.1]             # a number or an 80 % interval: 1.1 is 10 % more
        # municipalities = ["…"]          # leave out for all municipalities
        # areas = ["…"]                   # leave out for all areas
        reason = "Why?"

        # [[change]]                      # the population becomes another than projected
        # what = "population"
        # from = "\(from)"
        # multiply = 1.03
        # reason = "Why?"

        """)
  }
}
