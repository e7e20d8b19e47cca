import Groundwork
import Placements

/// The words of a column with few values, in Danish and English.
struct Words<Value: Sendable>: Sendable {
  /// The value of each word in machine form.
  private let values: [String: Value]
  /// What hints may suggest, the canonical words first.
  let suggestions: [String]
  /// For proposals of what an unknown word may mean.
  let terms: [Term]

  /// - Parameter entries: canonical word, value, further words as people write them.
  init(_ entries: [(canonical: String, value: Value, others: [String])]) {
    var values: [String: Value] = [:]
    for entry in entries {
      for word in [entry.canonical] + entry.others { values[NearestName.machineForm(word)] = entry.value }
    }
    self.values = values
    terms = entries.map { Term($0.canonical, [$0.canonical] + $0.others) }
    suggestions = entries.map(\.canonical) + entries.flatMap(\.others)
  }

  func value(_ text: String) -> Value? { values[NearestName.machineForm(String(text.prefix(120)))] }
}

extension Words where Value == ServiceKind {
  static let kinds = Words([
    ("residential", .residential, ["døgn", "døgntilbud", "døgnplads", "døgntakst", "botilbud", "ophold"]),
    ("day", .day, ["dag", "dagtilbud", "dagplads", "dagtakst", "aktivitets- og samværstilbud"]),
    ("respite", .respite, ["aflastning", "aflastningstilbud", "aflastningsplads"]),
    ("hours", .hours, ["timer", "time", "bostøtte", "ambulant"]),
    ("single_person", .singlePerson, ["enkeltmand", "enkeltmandsprojekt", "enkeltmandstilbud", "særforanstaltning"]),
  ])
}

extension Words where Value == Tariff.Part {
  static let tariffParts = Words([
    ("base", .base, ["basistakst", "basis", "grundtakst"]),
    ("package", .package, ["ydelsespakke", "pakke", "støttepakke"]),
    ("hourly", .hourly, ["ydelsestakst", "timetakst", "pr. time"]),
    ("supplement", .supplement, ["tillæg", "tillægstakst", "tillægsydelse", "særtakst", "børnetillæg", "ungetillæg"]),
  ])
}

extension Words where Value == EndReason {
  static let endReasons = Words([
    ("homecoming", .homecoming, ["hjemtagning", "hjemtaget", "hjemtagelse", "hjemtagen"]),
    ("transfer", .transfer, ["overflytning", "overflyttet", "flytning", "flyttet", "intern flytning"]),
    ("discharge", .discharge, ["udskrevet", "udskrivning", "udskrivelse", "afsluttet", "færdigbehandlet", "udsluset"]),
    ("death", .death, ["død", "dødsfald", "afgået ved døden"]),
    ("age_out", .ageOut, ["aldersgrænse", "aldersovergang", "fyldt 18"]),
    ("closure", .closure, ["lukning", "lukket", "tilbud lukket"]),
    ("takeover", .takeover, ["overtagelse", "overtaget", "kommunal overtagelse"]),
    ("other", .other, ["andet", "anden", "øvrige", "øvrigt"]),
    ("unknown", .unknown, ["ukendt", "uoplyst", "ej oplyst"]),
  ])
}

extension Words where Value == Bool {
  /// True for a projection.
  static let sources = Words([
    ("observed", false, ["observeret", "faktisk", "folketal"]),
    ("projection", true, ["fremskrivning", "fremskrevet", "prognose", "projected"]),
  ])

  static let yesNo = Words([("yes", true, ["ja", "j", "y", "true", "sand", "1", "x"]), ("no", false, ["nej", "n", "false", "falsk", "0"])])
}

extension Words where Value == Offer.Financing {
  /// Yes and no answer a heading such as `objektiv_finansiering`.
  static let financings = Words([
    ("tariff", .tariff, ["takst", "takstfinansieret", "takstfinansiering", "nej", "no", "false", "0"]),
    ("key", .key, ["nøgle", "fordelingsnøgle", "objektiv", "objektivt", "objektiv finansiering", "objektivt finansieret", "ja", "yes", "true", "1"]),
  ])
}

/// Legal sections as codes: `SEL_107`, `ABL_105`, `BL_43`.
enum LegalBasis {
  /// Sections under which the offers' services are granted, and those of before 2024 for children.
  private static let sections: [(law: String, sections: [String])] = [
    ("SEL", ["83", "84", "85", "86", "87", "101", "102", "103", "104", "107", "108", "109", "110", "32", "36", "52", "66", "82", "82B", "95", "96", "97", "98"]),
    ("ABL", ["105", "115", "185B"]),
    ("BL", (Array(32...32) + Array(43...66) + Array(80...90) + Array(108...123) + [195]).map(String.init)),
    ("SUL", ["141"]), ("FSL", ["20"]),
  ]

  static let codes: [String] = sections.flatMap { law in law.sections.map { "\(law.law)_\($0)" } } + ["STU"]
  private static let known = Set(codes)

  private static let laws: [(word: String, law: String)] = [
    ("serviceloven", "SEL"), ("servicelov", "SEL"), ("sel", "SEL"), ("almenboligloven", "ABL"), ("almenboliglov", "ABL"), ("abl", "ABL"),
    ("barnets_lov", "BL"), ("barnetslov", "BL"), ("bl", "BL"), ("sundhedsloven", "SUL"), ("sul", "SUL"),
    ("folkeskoleloven", "FSL"), ("fsl", "FSL"),
  ]

  /// Reads `SEL_107`, `§ 107`, `SEL § 107, stk. 2`, `107`, `ABL § 105`, `§ 101 a`; nil for anything else.
  /// Without a law's name the section is one of serviceloven where it has one, else of almenboligloven.
  static func code(_ text: String) -> String? {
    var form = NearestName.machineForm(String(text.prefix(60)).replacing("§", with: " "))
    if form == "stu" { return "STU" }
    var law: String?
    for entry in laws where form.hasPrefix(entry.word) {
      law = entry.law
      form = String(form.dropFirst(entry.word.count))
      break
    }
    if let paragraph = form.firstRange(of: "_stk") { form = String(form[..<paragraph.lowerBound]) }
    let section = form.filter { $0 != "_" }.uppercased()
    let digits = section.prefix { $0.isASCII && $0.isNumber }
    guard !digits.isEmpty, section.dropFirst(digits.count).count <= 1 else { return nil }
    let plain = section == "101A" || section == "66A" ? String(digits) : section
    let candidates = law.map { [$0] } ?? ["SEL", "ABL"]
    return candidates.map { "\($0)_\(plain)" }.first { known.contains($0) }
  }
}
