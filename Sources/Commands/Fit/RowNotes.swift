internal import Demand
internal import Groundwork
internal import Placements
internal import Regression

/// What a model's rows stand for, and so what its rate is a rate of.
struct RowNotes {
  let model: DeclaredModel
  let table: FlowTable

  var phrases: [Phrase] { [rate, areas, kinds].compactMap(\.self) }

  private var isRate: Bool { model.offset?.description == "log(exposure)" }
  private var isPerInhabitant: Bool { isRate && model.flow == .admission }

  private var rate: Phrase? {
    guard isRate else { return nil }
    guard isPerInhabitant else { return Phrase(da: "Raten er pr. personår (offset log(exposure)).", en: "The rate is per person-year (offset log(exposure)).") }
    let (da, en) = table.detail == .stratum ? (", for hvert lovgrundlag for sig", ", of each legal basis by itself") : ("", "")
    return Phrase(
      da: "Raten er pr. 10.000 indbyggere i områdets aldersgruppe om året\(da) (offset log(exposure)).",
      en: "The rate is per 10,000 inhabitants of the area's age band a year\(en) (offset log(exposure)).")
  }

  private func isUnnamed(_ column: String) -> Bool { model.columns.isDisjoint(with: [column, "stratum"]) }

  private var areas: Phrase? {
    guard isPerInhabitant, isUnnamed("area"), Set(table.area).count > 1 else { return nil }
    return Phrase(
      da: "Formlen nævner ikke area: hvert område har sine egne rækker, og raten er ét områdes, ikke alles tilsammen.",
      en: "The formula does not name area: every area has rows of its own, and the rate is that of one area, not of all together.")
  }

  /// Kinds are never added together, whether or not a formula names them.
  private var kinds: Phrase? {
    let kinds = ServiceKind.allCases.filter(Set(table.kind).contains)
    guard isUnnamed("kind"), kinds.count > 1 else { return nil }
    let (da, en) = (kinds.map(\.phrase.da).joined(separator: ", "), kinds.map(\.phrase.en).joined(separator: ", "))
    let whose =
      isPerInhabitant
      ? Phrase(da: "raten er én arts, ikke alles tilsammen", en: "the rate is that of one kind, not of all together")
      : Phrase(da: "leddene er fælles for dem", en: "they share the terms")
    return Phrase(
      da: "Formlen nævner ikke kind: \(da) lægges aldrig sammen, hver art har sine egne rækker, og \(whose.da).",
      en: "The formula does not name kind: \(en) are never added together, every kind has rows of its own, and \(whose.en).")
  }
}

extension FlowTable.Detail {
  /// The columns that tell rows apart.
  var keys: [String] { ["municipality", "area", "kind"] + (self == .stratum ? ["legal_basis"] : []) + ["period"] }

  /// What a row stands for, as people say it.
  var phrase: Phrase {
    switch self {
    case .kind: Phrase(da: "kommune × område × art × periode", en: "municipality × area × kind × period")
    case .stratum: Phrase(da: "kommune × område × art × lovgrundlag × periode", en: "municipality × area × kind × legal basis × period")
    }
  }
}
