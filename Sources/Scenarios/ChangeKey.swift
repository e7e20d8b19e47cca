import Demand
public import Groundwork

/// What a key of a `[[change]]` holds: its form, unit and meaning, for the schema and for scenarios written in a sheet.
public struct ChangeKey: Sendable {
  public enum Form: Sendable {
    case text
    /// One name or code; a list of one will do.
    case name
    /// Names or codes, one or many.
    case names
    /// Numbers above zero, one for each of several names.
    case numbers(most: Double)
    /// A year, quarter, month or day.
    case period
    case flag
    case whole(ClosedRange<Int>)
    case number(ClosedRange<Double>)
    /// A number, an interval or a named distribution. `isFactor`: an interval must begin above zero.
    case uncertain(ClosedRange<Double>, isFactor: Bool, among: [NamedDistribution])
  }

  public let name: String
  public let form: Form
  /// Empty where it has none.
  public let unit: String
  public let meaning: Phrase
  /// What a sheet's header may call it besides, in machine form.
  let aliases: [String]

  private init(_ name: String, _ form: Form, unit: String = "", _ meaning: Phrase, _ aliases: String...) {
    self.name = name
    self.form = form
    self.unit = unit
    self.meaning = meaning
    self.aliases = aliases
  }
}

extension Lever {
  /// What its keys hold, in the order in which people write them; a key that nothing is known of is left out.
  public var described: [ChangeKey] { keys.compactMap { ChangeKey.of($0, self) } }
}

extension ChangeKey {
  /// Nil where the lever does not have the key, or nothing is known of it.
  static func of(_ key: String, _ lever: Lever) -> ChangeKey? {
    guard lever.keys.contains(key) else { return nil }
    return special(key, lever) ?? scope(key, lever) ?? time(key) ?? effect(key, lever) ?? number(key, lever)
  }

  /// Keys that mean something else to a lever than to the others, or that it has alone.
  private static func special(_ key: String, _ lever: Lever) -> ChangeKey? {
    let share = Form.uncertain(0...1, isFactor: false, among: NamedDistribution.ofShares)
    let factor = Form.uncertain(0...ChangeReader.largestFactor, isFactor: true, among: NamedDistribution.ofFactors)
    switch (lever, key) {
    case (.closure, "to"): return ChangeKey(key, .names, Phrase(da: "tilbud, som borgerne flytter til", en: "offers to which the citizens move"))
    case (.merge, "to"), (.repackage, "to"): return ChangeKey(key, .name, Phrase(da: "tilbud, som borgerne flytter til", en: "offer to which the citizens move"))
    case (.closure, "shares"): return ChangeKey(key, .numbers(most: 1000), Phrase(da: "et tal for hvert tilbud i to", en: "a number for each offer in to"), "andele")
    case (.closure, "stop_admissions"): return ChangeKey(key, .period, Phrase(da: "ingen nye fra den dag", en: "nobody new from that day on"), "indskrivningsstop")
    case (.closure, "wind_down_months"): return ChangeKey(key, .whole(0...120), unit: "months", Phrase(da: "måneder, over hvilke borgerne flytter", en: "months over which the citizens move"), "afvikling", "afvikling_maaneder")
    case (.closure, "leave"): return ChangeKey(key, share, unit: "share", Phrase(da: "andel, der går til andre leverandører", en: "share that goes to other suppliers"), "gaar_til_andre")
    case (.takeover, "announced"), (.reform, "announced"): return ChangeKey(key, .period, Phrase(da: "dagen, det meddeles", en: "the day on which it is told"), "meddelt", "kundgjort")
    case (.takeover, "others_stay"): return ChangeKey(key, share, unit: "share", Phrase(da: "andel af andre kommuners borgere, der bliver", en: "share of other municipalities' citizens who stay"), "andre_bliver")
    case (.takeover, "admissions"): return ChangeKey(key, .text, Phrase(da: "leave: nye følger tilbuddet; others: de går til andre tilbud", en: "leave: those who come follow the offer; others: they go to other offers"), "nye_borgere")
    case (.newOffer, "ramp_months"): return ChangeKey(key, .number(0...120), unit: "months", Phrase(da: "måneder, før det tager sin fulde andel af indskrivningerne", en: "months until it takes its full share of admissions"), "indfasning", "indfasning_maaneder")
    case (.newOffer, "places_ramp_months"): return ChangeKey(key, .number(0...120), unit: "months", Phrase(da: "måneder, hvori pladserne åbner én for én", en: "months in which the places open one by one"), "pladser_indfasning", "pladser_indfasning_maaneder")
    case (.ownOffer, "ramp_months"): return ChangeKey(key, .number(0...120), unit: "months", Phrase(da: "måneder, hvori pladserne åbner én for én", en: "months in which the places open one by one"), "indfasning", "indfasning_maaneder")
    case (.ownOffer, "places"): return ChangeKey(key, .whole(1...1000), unit: "places", Phrase(da: "pladser", en: "places"), "pladser")
    case (.ownOffer, "name"): return ChangeKey(key, .text, Phrase(da: "tilbuddets navn", en: "the offer's name"), "navn")
    case (.ownOffer, "from_own"): return ChangeKey(key, share, unit: "share", Phrase(da: "andel af kommunens nye borgere, det tager", en: "share of the municipality's new citizens that it takes"), "andel_af_nye")
    case (.ownOffer, "homecomings"): return ChangeKey(key, .whole(0...1000), unit: "citizens", Phrase(da: "borgere, der hjemtages, når det åbner", en: "citizens taken home when it opens"), "hjemtages")
    case (.merge, "offers"): return ChangeKey(key, .names, Phrase(da: "enkeltmandsprojekter", en: "single-person projects"), "projekter")
    case (.merge, "offer"): return ChangeKey(key, .names, Phrase(da: "enkeltmandsprojekt", en: "single-person project"), "tilbud")
    case (.merge, "number"): return ChangeKey(key, .whole(1...10_000), unit: "projects", Phrase(da: "så mange af områdets projekter", en: "so many of the area's projects"), "antal")
    case (.repackage, "share"), (.reform, "share"): return ChangeKey(key, share, unit: "share", Phrase(da: "andel af borgerne", en: "share of the citizens"), "andel")
    case (.repackage, "ramp_months"): return ChangeKey(key, .whole(0...120), unit: "months", Phrase(da: "måneder, over hvilke det sker", en: "months over which it happens"), "indfasning")
    case (.repackage, "places"): return ChangeKey(key, .number(0...ChangeReader.mostPlaces), unit: "places", Phrase(da: "pladser, der nedlægges", en: "places that are closed"), "pladser")
    case (.courtAdmissions, "kind"): return ChangeKey(key, .text, Phrase(da: "art, fx residential", en: "kind, such as residential"), "art")
    case (.courtAdmissions, "per_year"):
      return ChangeKey(key, .uncertain(0...ChangeReader.mostEvents, isFactor: true, among: NamedDistribution.ofFactors), unit: "times a year", Phrase(da: "gange om året", en: "times a year"), "om_aaret")
    case (.courtAdmissions, "size"):
      return ChangeKey(key, .uncertain(0...ChangeReader.mostEvents, isFactor: false, among: [.uniform]), unit: "citizens", Phrase(da: "borgere hver gang", en: "citizens each time"), "stoerrelse")
    case (.reform, "homecoming"): return ChangeKey(key, factor, Phrase(da: "hjemtagninger, gange så mange", en: "homecomings, times as many"), "hjemtagning")
    case (.reform, "admission"): return ChangeKey(key, factor, Phrase(da: "indskrivninger, gange så mange", en: "admissions, times as many"), "indskrivning")
    case (.reform, "other_exit"): return ChangeKey(key, factor, Phrase(da: "andre udskrivninger, gange så mange", en: "other exits, times as many"), "anden_udskrivning")
    case (.reform, "from_section"): return ChangeKey(key, .text, Phrase(da: "retsgrundlag, som borgerne har", en: "legal section that the citizens have"), "fra_paragraf")
    case (.reform, "to_section"): return ChangeKey(key, .text, Phrase(da: "retsgrundlag, som de får", en: "legal section that they get"), "til_paragraf")
    case (.tariff, "multiply"):
      return ChangeKey(key, .uncertain(0.01...10, isFactor: true, among: NamedDistribution.ofFactors), Phrase(da: "gange så dyrt: 1.03 er 3 % dyrere", en: "times as dear: 1.03 is 3 % dearer"), "gange")
    case (.tariff, "add"):
      return ChangeKey(key, .uncertain(-ChangeReader.mostTariff...ChangeReader.mostTariff, isFactor: false, among: NamedDistribution.allCases), unit: "DKK a day", Phrase(da: "læg til", en: "add"), "laeg_til")
    case (.tariff, "set"):
      return ChangeKey(key, .uncertain(1...ChangeReader.mostTariff, isFactor: false, among: NamedDistribution.allCases), unit: "DKK a day", Phrase(da: "sæt til", en: "set to"), "saet")
    case (.savings, "percent"):
      return ChangeKey(key, .uncertain(0...90, isFactor: false, among: NamedDistribution.allCases), unit: "per cent", Phrase(da: "så meget mindre koster det", en: "so much less it costs"), "procent")
    case (.complexity, "percent_a_year"):
      return ChangeKey(key, .uncertain(-20...20, isFactor: false, among: NamedDistribution.allCases), unit: "per cent a year", Phrase(da: "så meget mere koster en borger hvert år", en: "so much more a citizen costs every year"), "procent_om_aaret")
    case (.savings, "tariff_share"), (.complexity, "tariff_share"):
      return ChangeKey(key, .number(0...1), unit: "share", Phrase(da: "andel af det, taksten følger med", en: "share of it that the tariff follows"), "andel_i_taksten")
    case (.tariffStop, "growth"): return ChangeKey(key, .number(0...20), unit: "per cent a year", Phrase(da: "højeste vækst om året", en: "highest growth a year"), "vaekst")
    case (.adaptationTime, "months"): return ChangeKey(key, .whole(1...60), unit: "months", Phrase(da: "måneder", en: "months"), "maaneder")
    case (.notice, "months"): return ChangeKey(key, .whole(0...60), unit: "months", Phrase(da: "måneder", en: "months"), "maaneder")
    case (.ruleSet, "rules"): return ChangeKey(key, .name, Phrase(da: "regelsættets navn", en: "the rule set's name"), "regelsaet", "regler")
    case (.places, "lead_months"): return ChangeKey(key, .whole(0...120), unit: "months", Phrase(da: "måneder fra beslutning til pladserne er klar", en: "months from the decision until the places are ready"), "byggetid", "byggetid_maaneder")
    case (.places, "staffed"): return ChangeKey(key, .number(0...ChangeReader.mostPlaces), unit: "places", Phrase(da: "bemandede pladser: udgifterne følger dem, og ingen andre kan bruges", en: "staffed places: costs follow them, and no others can be used"), "bemandede_pladser")
    case (.places, "rent"): return ChangeKey(key, .number(0...ChangeReader.mostCosts), unit: "DKK a year", Phrase(da: "husleje fra pladserne er klar, uanset belægning", en: "rent from when the places are ready, whoever lives there"), "husleje")
    default: return nil
    }
  }

  private static func scope(_ key: String, _ lever: Lever) -> ChangeKey? {
    // A new offer is of one area, kind and section.
    let isOne = lever == .newOffer
    switch key {
    case "what": return ChangeKey(key, .text, Phrase(da: "håndtaget", en: "the lever"), "haandtag", "hvad", "aendring", "lever")
    case "reason": return ChangeKey(key, .text, Phrase(da: "hvorfor", en: "why"), "begrundelse", "hvorfor", "aarsag")
    case "municipalities": return ChangeKey(key, .names, Phrase(da: "kommuner, regioner eller grupper; udeladt: alle", en: "municipalities, regions or groups; left out: all"), "kommuner")
    case "municipality": return ChangeKey(key, .names, Phrase(da: "kommune", en: "municipality"), "kommune", "betalingskommune")
    case "areas": return ChangeKey(key, .names, Phrase(da: "specialområder; udeladt: alle", en: "specialty areas; left out: all"), "omraader", "specialomraader")
    case "area": return ChangeKey(key, .names, Phrase(da: "specialområde", en: "specialty area"), "omraade", "specialomraade")
    case "legal_basis":
      return ChangeKey(key, isOne ? .text : .names, Phrase(da: "retsgrundlag, fx SEL_107", en: "legal section, such as SEL_107"), "paragraf", "hjemmel", "retsgrundlag")
    case "kind": return ChangeKey(key, isOne ? .text : .names, Phrase(da: "art, fx residential", en: "kind, such as residential"), "art", "tilbudstype")
    case "offer": return ChangeKey(key, .name, Phrase(da: "tilbud, id eller navn", en: "offer, id or name"), "tilbud")
    case "id": return ChangeKey(key, .text, Phrase(da: "det nye tilbuds id", en: "the new offer's id"))
    case "name": return ChangeKey(key, .text, Phrase(da: "det nye tilbuds navn", en: "the new offer's name"), "navn")
    default: return nil
    }
  }

  private static func time(_ key: String) -> ChangeKey? {
    switch key {
    case "from": ChangeKey(key, .period, Phrase(da: "første periode, fx 2027-04, 2027Q2 eller 2027", en: "first period, such as 2027-04, 2027Q2 or 2027"), "fra", "fra_og_med")
    case "to": ChangeKey(key, .period, Phrase(da: "sidste periode, med", en: "last period, included"), "til", "til_og_med")
    case "date": ChangeKey(key, .period, Phrase(da: "dag eller periodens første dag", en: "a day, or the period's first"), "dato")
    default: nil
    }
  }

  private static func effect(_ key: String, _ lever: Lever) -> ChangeKey? {
    let isPlaces = lever == .places
    let most = lever == .population || lever == .stock ? ChangeReader.mostPersons : ChangeReader.mostEvents
    let unit = isPlaces ? "places" : lever == .population || lever == .stock ? "persons" : "events a period"
    func form(_ range: ClosedRange<Double>, isFactor: Bool = false) -> Form {
      isPlaces ? .number(range) : .uncertain(range, isFactor: isFactor, among: isFactor ? NamedDistribution.ofFactors : NamedDistribution.allCases)
    }
    switch key {
    case "multiply":
      return ChangeKey(key, form(0...ChangeReader.largestFactor, isFactor: true), Phrase(da: "gange så meget: 1.3 er 30 % mere", en: "times as much: 1.3 is 30 % more"), "gange", "faktor", "gang_med")
    case "add":
      let end = isPlaces ? ChangeReader.mostPlaces : most
      return ChangeKey(key, form(-end...end), unit: unit, Phrase(da: "læg til, over hele rækkevidden", en: "add, over the whole scope"), "laeg_til", "tillaeg")
    case "set":
      return ChangeKey(key, form(0...(isPlaces ? ChangeReader.mostPlaces : most)), unit: unit, Phrase(da: "sæt til, over hele rækkevidden", en: "set to, over the whole scope"), "saet", "saet_til")
    case "elasticity":
      return ChangeKey(
        key, .uncertain(0...ChangeReader.largestElasticity, isFactor: true, among: NamedDistribution.ofFactors),
        Phrase(da: "0.3 er 3 % færre ved 10 % højere takst", en: "0.3 is 3 % fewer at a tariff 10 % higher"), "elasticitet")
    case "realised":
      return ChangeKey(
        key, .uncertain(0...1, isFactor: false, among: NamedDistribution.ofShares), unit: "share",
        Phrase(da: "andel, der bliver til noget", en: "share that is carried through"), "realiseret", "realiseret_andel")
    case "delay_months":
      return ChangeKey(
        key, .uncertain(0...120, isFactor: false, among: NamedDistribution.ofShares), unit: "months",
        Phrase(da: "måneders forsinkelse", en: "months of delay"), "forsinkelse", "forsinkelse_maaneder")
    default: return nil
    }
  }

  private static func number(_ key: String, _ lever: Lever) -> ChangeKey? {
    switch key {
    case "ramp_months": ChangeKey(key, .number(0...120), unit: "months", Phrase(da: "måneder, før virkningen er fuld", en: "months until the effect is full"), "indfasning", "indfasning_maaneder")
    case "number": ChangeKey(key, .whole(1...100_000), unit: "citizens", Phrase(da: "borgere, som udmeldt", en: "citizens, as announced"), "antal", "borgere")
    case "notice": ChangeKey(key, .whole(0...120), unit: "months", Phrase(da: "måneders varsel", en: "months of notice"), "varsel", "varsel_maaneder")
    case "replaces_trend":
      ChangeKey(key, .flag, Phrase(da: "kommunens øvrige hjemtagninger hviler imens", en: "the municipality's other homecomings rest meanwhile"), "erstatter_trend")
    case "places": ChangeKey(key, .number(1...ChangeReader.mostPlaces), unit: "places", Phrase(da: "pladser", en: "places"), "pladser", "antal_pladser")
    case "share":
      ChangeKey(key, .number(0...1), unit: "share", Phrase(da: "andel af områdets indskrivninger, mellem 0 og 1", en: "share of the area's admissions, between 0 and 1"), "andel")
    case "price": ChangeKey(key, .number(1...1_000_000), unit: "DKK a day", Phrase(da: "kroner pr. dag", en: "kroner a day"), "pris", "takst")
    case "costs": ChangeKey(key, .number(1...ChangeReader.mostCosts), unit: "DKK a year", Phrase(da: "kroner om året, når det er fuldt", en: "kroner a year when it is full"), "omkostninger", "udgifter")
    case "assumed_occupancy":
      ChangeKey(key, .number(0.5...1.1), unit: "share", Phrase(da: "forudsat belægning", en: "assumed occupancy"), "forudsat_belaegning")
    case "days_per_year": ChangeKey(key, .number(1...366), unit: "days", Phrase(da: "dage om året, der betales for", en: "days a year that are paid for"), "dage_om_aaret", "aabningsdage")
    default: nil
    }
  }
}

extension NamedDistribution {
  /// Of numbers that are never negative.
  static let ofFactors: [NamedDistribution] = [.logNormal, .uniform, .triangular]
  /// Of numbers between two ends.
  static let ofShares: [NamedDistribution] = [.uniform, .triangular]
}
