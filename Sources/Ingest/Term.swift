import Groundwork

/// A word of ours with everything that people may call it.
struct Term {
  let name: String
  /// In machine form, whole names.
  let words: [String]
  /// Beginnings, and long ones also ends, of words that hint at the term, weaker than a whole name.
  let stems: [String]

  init(_ name: String, _ words: [String], stems: [String] = []) {
    self.name = name
    self.words = words.map(NearestName.machineForm)
    self.stems = stems
  }

  /// How sure it is that a text in machine form means the term; 0 for not at all. A slip of the pen counts most, then a whole name
  /// within the text, then the beginning of one of its words; longer matches before shorter ones.
  func likeness(to form: String) -> Int {
    if form.isEmpty { return 0 }
    if words.contains(form) { return 1000 }
    var best = 0
    if let near = NearestName.find(form, among: words) { best = 400 + near.count }
    for word in words where word.count >= 4 && word.count > best - 200 {
      if form.contains(word) { best = max(best, 200 + word.count) }
      if form.count >= 4, word.contains(form) { best = max(best, 100 + form.count) }
    }
    if best < 200 {
      let parts = form.split(separator: "_")
      for stem in stems {
        if parts.contains(where: { $0.hasPrefix(stem) }) { best = max(best, 50 + stem.count) }
        // The last part of a Danish compound says what the thing is: ophørsgrund is a reason.
        if stem.count >= 4, parts.contains(where: { $0.hasSuffix(stem) }) { best = max(best, 60 + stem.count) }
      }
    }
    return best
  }

  /// The term that a text most likely means; the first of those that are equally likely.
  static func best(_ text: String, among terms: [Term]) -> Term? {
    let form = NearestName.machineForm(String(text.prefix(60)))
    let rated = terms.map { (term: $0, likeness: $0.likeness(to: form)) }
    guard let most = rated.map(\.likeness).max(), most > 0 else { return nil }
    return rated.first { $0.likeness == most }?.term
  }
}

extension TableLayout {
  /// What headers may mean, for proposals.
  var terms: [Term] { columns.map { Term($0.name, [$0.name] + $0.aliases, stems: TableLayout.stems[$0.name] ?? []) } }

  /// Beginnings of the words in headers of extracts seen, Danish and English, in machine form.
  private static let stems: [String: [String]] = [
    "citizen": ["borger", "cpr", "person", "citizen", "client", "klient", "beboer", "resident", "noegle"],
    "payer": ["betal", "koeb", "payer", "paying", "hjemkommune", "bopaelskommune"],
    "acting": ["handl", "visiter", "acting"],
    "offer": ["tilbud", "afdeling", "sted", "enhed", "bosted", "institution", "offer", "unit", "facility"],
    "start": ["indflyt", "indskr", "start", "begynd", "ankom", "moved", "admi"],
    "end": ["fraflyt", "udflyt", "udskr", "slut", "ophoer", "end", "left", "discharged", "til"],
    "end_reason": ["aarsag", "grund", "begrundelse", "reason", "cause"],
    "birth_year": ["foed", "birth", "born"], "age_at_start": ["alder"], "price": ["pris", "takst", "price"], "support_level": ["niveau", "stoette", "level"],
    "places": ["plads", "norm", "kapacitet", "place", "capacity", "beds"],
    "from": ["fra", "gaeld", "gyldig", "start", "from", "valid", "dato", "pr"],
    "to": ["til", "slut", "udloeb", "to", "until"],
    "amount": ["takst", "beloeb", "pris", "kr", "amount", "price", "rate"],
    "price_year": ["prisaar", "pl", "prisniveau"], "service": ["ydelse", "service"], "level": ["niveau", "pakke", "level"],
    "area": ["omraade", "maalgruppe", "special", "area", "target"],
    "legal_basis": ["paragraf", "hjemmel", "lov", "section", "legal"], "kind": ["type", "art", "kind", "form"],
    "period": ["period", "maaned", "kvartal", "aar"], "stock": ["belaeg", "bestand", "antal", "stock"],
    "admissions": ["indskr", "tilgang", "admi"], "homecomings": ["hjemtag", "homecom"], "other_exits": ["udskr", "afgang", "exit"],
    "waiting": ["vent", "wait"], "municipality": ["kommune", "municip"], "code": ["kommune", "kode", "code"],
    "name": ["navn", "name"], "persons": ["folk", "antal", "person", "indbyg", "popul"], "year": ["aar", "year"],
    "approved_places": ["godkend", "approved"], "staffed_places": ["bemand", "staffed"], "fte": ["aarsvaerk", "fte"],
    "assumed_occupancy": ["forudsat", "belaeg", "occup"], "days_per_year": ["dage", "days"], "operator": ["drift", "ejer", "operator"],
    "expected_places": ["forvent", "behov", "expect"], "scale_1_5": ["skala", "vurder", "scale"], "received": ["modtag", "indmeld", "receiv"],
    "notice_date": ["vars", "opsag", "udmeld", "notice"], "end_date": ["slut", "ophoer", "virkning"],
    "host_municipality": ["beliggen", "vaert", "host"], "valid_from": ["aabn", "gyldig"], "valid_to": ["luk"],
  ]

  /// Columns that nothing requires but without which a table says little; a hint is enough to propose them.
  private static let wanted: Set<String> = ["end", "end_reason", "area", "stock"]

  /// Which unknown headers most likely mean which of the columns, the surest pair first and each once.
  func guesses(for headers: [String], columns wanted: [Column]) -> [(header: String, column: Column)] {
    let names = Set(wanted.map(\.name))
    let candidates = terms.filter { names.contains($0.name) }
    var pairs: [(likeness: Int, header: String, name: String)] = []
    for header in headers where !header.isEmpty {
      let form = TableLayout.form(header)
      for term in candidates {
        let likeness = term.likeness(to: form)
        let isWanted = TableLayout.wanted.contains(term.name) || columns.contains { $0.name == term.name && $0.isRequired }
        if likeness >= (isWanted ? 1 : 100) { pairs.append((likeness, header, term.name)) }
      }
    }
    var result: [(header: String, column: Column)] = []
    for pair in pairs.enumerated().sorted(by: { ($1.element.likeness, $0.offset) < ($0.element.likeness, $1.offset) }).map(\.element)
    where !result.contains(where: { $0.header == pair.header || $0.column.name == pair.name }) {
      if let column = wanted.first(where: { $0.name == pair.name }) { result.append((pair.header, column)) }
    }
    return result
  }
}
