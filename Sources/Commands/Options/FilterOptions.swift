internal import ArgumentParser
internal import Analysis
internal import Groundwork

/// Which areas are looked at.
struct AreaOption: ParsableArguments {
  @Option(
    help: help(
      Phrase(da: "Kun dette område; kan gentages.", en: "Only this area; may be repeated."), value: Phrase(da: "område", en: "area")))
  var area: [String] = []
}

/// Which payers are looked at.
struct MunicipalityOption: ParsableArguments {
  @Option(
    help: help(
      Phrase(da: "Kun denne kommune, navn eller kode; kan gentages.", en: "Only this municipality, name or code; may be repeated."),
      value: Phrase(da: "kommune", en: "municipality")))
  var municipality: [String] = []
}

/// Which offers are looked at.
struct OfferOption: ParsableArguments {
  @Option(
    help: help(
      Phrase(da: "Kun dette tilbud; kan gentages.", en: "Only this offer; may be repeated."), value: Phrase(da: "tilbud", en: "offer")))
  var offer: [String] = []
}

/// What follows `--by`: what rows go by, or the number that `plads scenario --seek` varies, such as `homecoming.multiply`.
enum RowKey: Sendable {
  case rows(Grouping)
  case variable(String)

  static let read: @Sendable (String) throws -> RowKey = { text in
    text.contains(".") ? .variable(text) : .rows(try Choice.word(Grouping.self)(text))
  }
}

/// Which rows of a result are shown.
struct FilterOptions: ParsableArguments {
  @Option(
    help: help(
      Phrase(da: "Rækker efter total, region, municipality, area eller offer.", en: "Rows by total, region, municipality, area or offer."),
      value: Phrase(da: "nøgle", en: "key")), transform: RowKey.read)
  var by = RowKey.rows(.area)

  /// What rows go by.
  var grouping: Grouping { if case .rows(let grouping) = by { grouping } else { .area } }

  /// The number that a goal seek varies.
  var variable: String? { if case .variable(let name) = by { name } else { nil } }

  @OptionGroup var areas: AreaOption
  @OptionGroup var municipalities: MunicipalityOption
  @OptionGroup var offers: OfferOption

  @Option(
    help: help(
      Phrase(da: "Kun dette mål, fx stock eller admissions; kan gentages.", en: "Only this measure, such as stock or admissions; may be repeated."),
      value: Phrase(da: "mål", en: "measure")))
  var measure: [String] = []
}
