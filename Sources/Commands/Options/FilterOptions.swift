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

/// Which rows of a result are shown.
struct FilterOptions: ParsableArguments {
  @Option(
    help: help(
      Phrase(da: "Rækker efter total, region, municipality, area eller offer.", en: "Rows by total, region, municipality, area or offer."),
      value: Phrase(da: "nøgle", en: "key")), transform: Choice.word(Grouping.self))
  var by: Grouping = .area

  @OptionGroup var areas: AreaOption
  @OptionGroup var municipalities: MunicipalityOption
  @OptionGroup var offers: OfferOption

  @Option(
    help: help(
      Phrase(da: "Kun dette mål, fx stock eller admissions; kan gentages.", en: "Only this measure, such as stock or admissions; may be repeated."),
      value: Phrase(da: "mål", en: "measure")))
  var measure: [String] = []
}
