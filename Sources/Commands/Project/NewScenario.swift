internal import Glibc
internal import Groundwork
internal import Placements
internal import Spreadsheets

/// Writes a scenario file that runs as it is, with the project's own names in it: commented TOML, or a sheet.
struct NewScenario {
  /// Of the scenario; an ending `.csv` or `.xlsx` makes it a sheet.
  let name: String
  let folder: String
  let panel: Panel

  /// - Throws: `UsageError` for a name that is no file name or that exists, `FindingsError` when the file cannot be written.
  func make() throws {
    let ending = [".toml", ".csv", ".xlsx"].first { name.lowercased().hasSuffix($0) } ?? ".toml"
    let form = NearestName.machineForm(name.lowercased().hasSuffix(ending) ? String(name.dropLast(ending.count)) : name)
    guard !form.isEmpty, form.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }) else {
      throw UsageError(
        Phrase(
          da: "»\(name)« kan ikke være et scenaries navn. Brug bogstaver, tal og _.",
          en: "“\(name)” cannot name a scenario. Use letters, digits and _."))
    }
    let shelf = (folder == "." ? "" : folder + "/") + "scenarios"
    let path = shelf + "/" + form + ending
    for other in [".toml", ".csv", ".xlsx"].map({ shelf + "/" + form + $0 }) where access(other, F_OK) == 0 {
      throw UsageError(
        Phrase(da: "\(other) findes allerede. Vælg et andet navn.", en: "\(other) exists already. Choose another name."))
    }
    _ = mkdir(shelf, 0o777)
    switch ending {
    case ".csv": try OutputFile.write(sheet(form).csv(Speech.language), to: path)
    case ".xlsx": try OutputFile.stream(to: path) { try sheet(form).workbook(Speech.language).write(to: $0) }
    default: try OutputFile.write(Self.aligned(text(form).spoken), to: path)
    }
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
    return ScenarioTemplate.level(name: form, lever: level.lever, from: level.from)
  }

  private func sheet(_ form: String) -> ScenarioSheetTemplate {
    if let example = batchExample { return ScenarioSheetTemplate.batch(name: form, example) }
    return ScenarioSheetTemplate.level(name: form, lever: level.lever, from: level.from)
  }

  /// For projects that do not know both stocks and flows.
  private var level: (lever: String, from: String) {
    (panel.knowledge.contains(.stockOnly) ? "stock" : "admission", panel.origin.advanced(by: 1).description)
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
      ended: Period(containing: announced.advanced(by: 300), length: .month).description,
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
    let ended: String
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
        # lead_months = 18                # from er beslutningen; pladserne er klar så mange måneder efter
        # staffed = 16                    # bemandede pladser herefter: udgifterne følger dem, og kun de kan bruges
        # rent = 900000                   # husleje, kr. om året fra pladserne er klar, ud over hvad tilbuddet koster i dag
        # reason = "Hvorfor?"

        # [[change]]                      # et tilbud lukker; borgerne flytter til områdets andre tilbud
        # what = "closure"
        # offer = "…"
        # date = "\(example.ended)"
        # wind_down_months = 4            # borgerne flytter jævnt i månederne før; ellers alle på dagen
        # stop_admissions = "\(example.changed)"   # ingen nye herefter; senest når afviklingen begynder
        # to = ["…", "…"]                 # hertil flytter de; udelad for områdets andre tilbud
        # shares = [0.6, 0.4]             # fordelingen på dem
        # leave = 0.1                     # andelen, der går til andre leverandører
        # reason = "Hvorfor?"

        # [[change]]                      # kommunen overtager et tilbud (SEL § 186); borgerne tæller ikke som hjemtagne
        # what = "takeover"
        # offer = "…"
        # date = "2029-01-01"             # 1. januar i valgperiodens fjerde år
        # announced = "2028-01-01"        # meddelt senest 1. januar i det tredje
        # others_stay = 0.2               # andelen af andre kommuners borgere, der bliver hos regionen; ellers ingen
        # admissions = "others"           # nye går til regionens andre tilbud; ellers følger de tilbuddet
        # reason = "Hvorfor?"

        # [[change]]                      # en kommune åbner selv et tilbud
        # what = "own_offer"
        # municipality = "\(example.municipality)"
        # area = "\(example.area)"
        # places = 6
        # from = "\(example.changed)"
        # ramp_months = 6                 # måneder, hvori pladserne åbner én for én
        # from_own = 0.7                  # andelen af kommunens nye borgere, det tager, mens der er plads; ellers alle
        # homecomings = 3                 # borgere, det henter hjem fra regionens tilbud, når pladserne åbner
        # reason = "Hvorfor?"

        # [[change]]                      # enkeltmandsprojekter samles i ét tilbud
        # what = "merge"
        # offers = ["…", "…"]             # eller number = 3 og area = "…"
        # to = "…"                        # et tilbud, der findes, eller et new_offer ovenfor
        # date = "\(example.changed)"
        # reason = "Hvorfor?"

        # [[change]]                      # pladser bliver til timer
        # what = "repackage"
        # offer = "…"
        # to = "…"                        # et tilbud i timer (kind hours)
        # from = "\(example.changed)"
        # share = 0.4                     # andelen af borgerne, også af dem, der kommer
        # ramp_months = 12                # de første flytter jævnt i så mange måneder
        # places = 8                      # pladser, der nedlægges; ellers samme andel af dem
        # reason = "Hvorfor?"

        # [[change]]                      # domme giver anbringelser i ryk
        # what = "court_admissions"
        # offer = "…"                     # eller area = "\(example.area)"
        # from = "\(example.changed)"    # og evt. to = "…"
        # per_year = [2, 5]               # gange om året: et tal eller et interval
        # size = [1, 4]                   # borgere hver gang
        # reason = "Hvorfor?"

        # [[change]]                      # en reform: flere satser på én gang, eller borgere under en anden paragraf
        # what = "reform"
        # areas = ["\(example.area)"]    # udelad for alle områder
        # announced = "\(example.announced)"
        # from = "\(example.changed)"
        # admission = 0.9                 # 10 % færre indskrivninger; også homecoming og other_exit
        # from_section = "…"              # fx SEL_108: så mange af borgerne (share) kommer efter to_section, også af de nye
        # to_section = "…"
        # share = 0.2
        # reason = "Hvorfor?"

        # [[change]]                      # et nyt tilbud åbner; uden price og costs regnes som områdets tilbud
        # what = "new_offer"
        # id = "nyt"
        # area = "\(example.area)"
        # places = 12
        # from = "\(example.changed)"
        # ramp_months = 9                 # måneder, før det får sin fulde andel af indskrivningerne
        # places_ramp_months = 6          # måneder, hvori pladserne åbner én for én; ellers er alle åbne fra dagen
        # price = 4000                    # kr. pr. dag; costs er kr. om året, når det er fuldt
        # reason = "Hvorfor?"

        # [[change]]                      # udgifter, budgetter og takster falder 2 %; tariff_share 0 lader taksten stå
        # what = "savings"
        # areas = ["\(example.area)"]    # eller offer = "…"; udelad for alle
        # from = "\(example.changed)"
        # percent = 2
        # ramp_months = 12
        # tariff_share = 1
        # reason = "Hvorfor?"

        # [[change]]                      # støtten bliver tungere: en borger koster 1 til 3 % mere hvert år
        # what = "complexity"
        # percent_a_year = [1, 3]
        # tariff_share = 0.5              # hvor meget af det takst og budget følger med
        # reason = "Hvorfor?"

        # [[change]]                      # takster: multiply (1.02 er 2 % mere), add (kr. pr. dag) eller set
        # what = "tariff"
        # offer = "…"
        # add = -100
        # reason = "Hvorfor?"

        # [[change]]                      # takster må ikke stige; growth er procent om året (2 er 2 %)
        # what = "tariff_stop"
        # from = 2027                     # år; to = 2030
        # growth = 0
        # reason = "Hvorfor?"

        # [[change]]                      # andre økonomiske regler for alle tilbud
        # what = "rule_set"
        # rules = "sjaelland_2012"        # et regelsæt i rules eller programmets
        # reason = "Hvorfor?"

        # [[change]]                      # varsel: løbende måned plus så mange; adaptation_time skrives på samme måde
        # what = "notice"
        # months = 3
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
        # lead_months = 18                # from is the decision; the places are ready so many months later
        # staffed = 16                    # staffed places from then on: costs follow them, and only they can be used
        # rent = 900000                   # kr. a year from when the places are ready, besides what the offer costs today
        # reason = "Why?"

        # [[change]]                      # an offer closes; its citizens move to the area's other offers
        # what = "closure"
        # offer = "…"
        # date = "\(example.ended)"
        # wind_down_months = 4            # citizens move evenly in the months before; else all on the day
        # stop_admissions = "\(example.changed)"   # nobody new from then on; at the latest when the wind-down begins
        # to = ["…", "…"]                 # where they move; leave out for the area's other offers
        # shares = [0.6, 0.4]             # how they are spread over these
        # leave = 0.1                     # share that goes to other suppliers
        # reason = "Why?"

        # [[change]]                      # the municipality takes an offer over (SEL § 186); no homecomings in the tables
        # what = "takeover"
        # offer = "…"
        # date = "2029-01-01"             # 1 January of the election period's fourth year
        # announced = "2028-01-01"        # told by 1 January of the third
        # others_stay = 0.2               # share of other municipalities' citizens who stay with the region; else nobody
        # admissions = "others"           # newcomers go to the region's other offers; else they follow the offer
        # reason = "Why?"

        # [[change]]                      # a municipality opens an offer itself
        # what = "own_offer"
        # municipality = "\(example.municipality)"
        # area = "\(example.area)"
        # places = 6
        # from = "\(example.changed)"
        # ramp_months = 6                 # months in which the places open one by one
        # from_own = 0.7                  # share of the municipality's new citizens that it takes while it has places; else all
        # homecomings = 3                 # citizens whom it takes home from the region's offers as places open
        # reason = "Why?"

        # [[change]]                      # single-person projects merge into one offer
        # what = "merge"
        # offers = ["…", "…"]             # or number = 3 and area = "…"
        # to = "…"                        # an offer that exists, or a new_offer above
        # date = "\(example.changed)"
        # reason = "Why?"

        # [[change]]                      # places become hours
        # what = "repackage"
        # offer = "…"
        # to = "…"                        # an offer of hours (kind hours)
        # from = "\(example.changed)"
        # share = 0.4                     # share of the citizens, and of those who come
        # ramp_months = 12                # the first move evenly in so many months
        # places = 8                      # places that close; else the same share of them
        # reason = "Why?"

        # [[change]]                      # courts place people in jumps
        # what = "court_admissions"
        # offer = "…"                     # or area = "\(example.area)"
        # from = "\(example.changed)"    # and perhaps to = "…"
        # per_year = [2, 5]               # times a year: a number or an interval
        # size = [1, 4]                   # citizens each time
        # reason = "Why?"

        # [[change]]                      # a reform: several rates at once, or citizens under another section
        # what = "reform"
        # areas = ["\(example.area)"]    # leave out for all areas
        # announced = "\(example.announced)"
        # from = "\(example.changed)"
        # admission = 0.9                 # 10 % fewer admissions; homecoming and other_exit likewise
        # from_section = "…"              # as SEL_108: so many of the citizens (share) come under to_section, newcomers too
        # to_section = "…"
        # share = 0.2
        # reason = "Why?"

        # [[change]]                      # a new offer opens; without price and costs reckoned as the area's offers
        # what = "new_offer"
        # id = "new"
        # area = "\(example.area)"
        # places = 12
        # from = "\(example.changed)"
        # ramp_months = 9                 # months until it has its full share of admissions
        # places_ramp_months = 6          # months in which the places open one by one; else all are open from the day on
        # price = 4000                    # kr. a day; costs is kr. a year when it is full
        # reason = "Why?"

        # [[change]]                      # costs, budgets and tariffs fall by 2 %; tariff_share 0 leaves the tariff
        # what = "savings"
        # areas = ["\(example.area)"]    # or offer = "…"; leave out for all
        # from = "\(example.changed)"
        # percent = 2
        # ramp_months = 12
        # tariff_share = 1
        # reason = "Why?"

        # [[change]]                      # support grows heavier: a citizen costs 1 to 3 % more each year
        # what = "complexity"
        # percent_a_year = [1, 3]
        # tariff_share = 0.5              # how much of it tariff and budget follow
        # reason = "Why?"

        # [[change]]                      # tariffs: multiply (1.02 is 2 % more), add (kr. a day) or set
        # what = "tariff"
        # offer = "…"
        # add = -100
        # reason = "Why?"

        # [[change]]                      # tariffs may not rise; growth is per cent a year (2 is 2 %)
        # what = "tariff_stop"
        # from = 2027                     # years; to = 2030
        # growth = 0
        # reason = "Why?"

        # [[change]]                      # other economic rules for all offers
        # what = "rule_set"
        # rules = "sjaelland_2012"        # a rule set in rules or the program's
        # reason = "Why?"

        # [[change]]                      # notice: the running month and so many more; adaptation_time is written alike
        # what = "notice"
        # months = 3
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
