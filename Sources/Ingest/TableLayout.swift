import Groundwork

/// The tables that are read, in the order in which later ones need earlier ones.
enum TableName: String, CaseIterable {
  case municipalities, population, offers, capacity, tariffs, economy, stays, activity, expectations, notices, overrides, indices, satisfaction
  case ownSupply = "own_supply"

  /// What files and sheets with the table are called in Danish, in machine form.
  var aliases: [String] {
    switch self {
    case .municipalities: ["kommuner", "kommune"]
    case .population: ["befolkning", "folketal"]
    case .offers: ["tilbud", "tilbudsliste"]
    case .capacity: ["kapacitet", "pladser", "normering", "normeringer"]
    case .tariffs: ["takster", "takst", "takstliste", "takstblad"]
    case .economy: ["oekonomi", "regnskab", "budget", "budget_og_regnskab"]
    case .stays: ["ophold", "borgere", "indskrivninger"]
    case .activity: ["aktivitet", "belaegning"]
    case .expectations: ["forventninger", "forventede_pladser", "redegoerelser", "redegoerelse", "behovsindmelding", "behovsindmeldinger"]
    case .notices: ["varsler", "varslinger", "varsel", "opsigelser", "udmeldinger"]
    case .overrides: ["overskrivninger", "egne_skoen", "skoen"]
    case .indices: ["indeks", "prisindeks", "pl_indeks", "pl"]
    case .satisfaction: ["tilfredshed", "tilfredshedsmaaling", "tilfredshedsmaalinger", "brugertilfredshed"]
    case .ownSupply: ["egenforsyning", "egne_tilbud", "egne_pladser", "kommunale_tilbud"]
    }
  }

  /// Whether a sheet's name is the table's, in either language.
  func isCalled(_ name: String) -> Bool {
    let form = NearestName.machineForm(name)
    return form == rawValue || aliases.contains(form)
  }
}

/// The columns of a table: canonical names and what else they may be called.
struct TableLayout {
  struct Column {
    let name: String
    /// In machine form (`NearestName.machineForm`).
    let aliases: [String]
    let isRequired: Bool
  }

  let name: TableName
  let columns: [Column]

  var names: [String] { columns.map(\.name) }

  /// The canonical name of a header as written; nil for columns that are not known.
  func canonical(_ header: String) -> String? {
    let form = TableLayout.form(header)
    return columns.first { $0.name == form }?.name ?? columns.first { $0.aliases.contains(form) }?.name
  }

  static func form(_ header: String) -> String {
    NearestName.machineForm(String(header.prefix(120)).replacing("%", with: "pct"))
  }

  /// Whether every row of values has a digit somewhere: a day, an amount, a period.
  var hasDigits: Bool { name != .offers && name != .municipalities }

  static func of(_ name: TableName) -> TableLayout {
    TableLayout(name: name, columns: columns(of: name))
  }

  private static func required(_ name: String, _ aliases: String...) -> Column {
    Column(name: name, aliases: aliases, isRequired: true)
  }

  private static func optional(_ name: String, _ aliases: String...) -> Column {
    Column(name: name, aliases: aliases, isRequired: false)
  }

  private static func columns(of table: TableName) -> [Column] {
    switch table {
    case .municipalities: municipalities
    case .population: population
    case .offers: offers
    case .capacity: capacity
    case .tariffs: tariffs
    case .economy: economy
    case .stays: stays
    case .activity: activity
    case .expectations: expectations
    case .notices: notices
    case .overrides: overrides
    case .indices: indices
    case .ownSupply: ownSupply
    case .satisfaction: satisfaction
    }
  }

  private static let municipalities = [
    required("code", "kommunekode", "kommune_kode", "kode", "municipality", "municipality_code", "kommunenr", "kommunenummer"),
    optional("name", "navn", "kommunenavn", "kommune_navn", "kommune", "municipality_name"),
    optional("region", "regionsnavn", "region_navn"),
    optional("group", "gruppe", "kommunegruppe"),
    validFrom, validTo,
  ]

  private static let population = [
    required("municipality", "kommune", "kommunekode", "kommune_kode", "code", "municipality_code", "omraade", "kode"),
    required("year", "aar", "aarstal", "tid"),
    optional("age_from", "alder_fra", "fra_alder", "alder_min"),
    optional("age_to", "alder_til", "til_alder", "alder_max"),
    optional("persons", "personer", "folketal", "antal", "indhold", "antal_personer", "population", "befolkning"),
    optional("source", "kilde", "datakilde"),
  ]

  private static let offers = [
    required("offer", "tilbud", "tilbud_id", "tilbuds_id", "tilbudsid", "offer_id", "afdeling"),
    optional("name", "navn", "tilbudsnavn", "tilbud_navn", "offer_name"),
    area(isRequired: true),
    optional("region", "regionsnavn"),
    legalBasis, kind,
    optional("operator", "driftsherre", "operatoer", "ejer", "leverandoer", "udbyder"),
    optional("host_municipality", "beliggenhedskommune", "beliggenhed", "vaertskommune"),
    validFrom, validTo,
    optional("p_number", "p_nummer", "p_nr", "pnummer", "pnr", "produktionsnummer"),
    optional("nation_wide", "landsdaekkende", "landsdaekkende_tilbud", "landstilbud", "lands_og_landsdelsdaekkende"),
    optional("financing", "finansiering", "finansieringsform", "objektiv_finansiering", "objektivt_finansieret"),
  ]

  private static let capacity = [
    required("offer", "tilbud", "tilbud_id", "tilbuds_id", "tilbudsid", "offer_id", "tilbudsnavn", "afdeling"),
    required("from", "fra", "fra_dato", "gyldig_fra", "gaelder_fra", "dato", "startdato"),
    required("places", "normerede_pladser", "pladser", "normering", "antal_pladser", "kapacitet"),
    optional("approved_places", "godkendte_pladser"),
    optional("staffed_places", "bemandede_pladser"),
    optional("fte", "aarsvaerk", "fuldtidsstillinger", "normering_personale"),
    optional(
      "assumed_occupancy", "forudsat_belaegningsprocent", "belaegning_forudsat_pct", "forudsat_belaegning", "belaegningsprocent",
      "forudsat_belaegning_pct", "budgetteret_belaegningsprocent"),
    optional("days_per_year", "dage_pr_aar", "aabningsdage", "dage_om_aaret"),
    optional("reason", "begrundelse", "aarsag", "bemaerkning", "forklaring"),
  ]

  private static let tariffs = [
    required("offer", "tilbud", "tilbud_id", "tilbuds_id", "tilbudsid", "offer_id", "tilbudsnavn"),
    optional("service", "ydelse", "taksttype", "ydelsespakke"),
    optional("level", "niveau", "takstniveau", "pakke", "stoetteniveau"),
    required("amount", "takst", "beloeb", "pris", "doegntakst", "dagstakst", "takst_kr", "pris_pr_doegn"),
    optional("price_year", "prisaar", "pl_aar", "p_l_aar", "prisniveau"),
    required("from", "fra", "fra_dato", "gyldig_fra", "gaelder_fra", "startdato"),
    optional("to", "til", "til_dato", "gyldig_til", "gaelder_til", "slutdato"),
  ]

  private static let economy = [
    required("offer", "tilbud", "tilbud_id", "tilbuds_id", "tilbudsid", "offer_id", "tilbudsnavn", "afdeling"),
    required("period", "periode", "tid", "maaned", "kvartal", "aar", "year", "month", "quarter", "regnskabsaar", "budgetaar"),
    optional("original_budget", "vedtaget_budget", "oprindeligt_budget", "budget"),
    optional("revised_budget", "korrigeret_budget", "revideret_budget"),
    optional("costs", "udgifter", "omkostninger", "regnskab", "forbrug", "udgift"),
    optional("income", "indtaegter", "indtaegt", "takstindtaegter"),
  ]

  private static let stays = [
    required("citizen", "borger", "borger_id", "borgerid", "pseudonym", "citizen_id", "borgernoegle"),
    required("payer", "betalingskommune", "betalende_kommune", "koeberkommune", "betaler", "payer_municipality"),
    optional("acting", "handlekommune", "handlende_kommune", "visiterende_kommune"),
    required("offer", "tilbud", "tilbud_id", "tilbuds_id", "tilbudsid", "offer_id", "tilbudsnavn", "afdeling"),
    legalBasis, kind,
    required("start", "startdato", "indskrivningsdato", "indskrevet", "indflytningsdato", "start_date", "fra", "fra_dato", "indskrivning"),
    optional("end", "slutdato", "udskrivningsdato", "udskrevet", "fraflytningsdato", "end_date", "til", "til_dato", "udskrivning", "ophoersdato"),
    optional("end_reason", "udskrivningsaarsag", "ophoersaarsag", "slutaarsag", "aarsag", "udskrivningsgrund"),
    optional("support_level", "stoetteniveau", "niveau", "ydelsespakke", "takstniveau"),
    optional("price", "pris", "takst", "doegntakst", "dagstakst"),
    optional("birth_year", "foedselsaar", "foedeaar", "year_of_birth"),
    optional("age_at_start", "alder_ved_start", "alder_ved_indskrivning", "alder_ved_indflytning", "age_at_admission"),
  ]

  private static let activity = [
    required("period", "periode", "tid", "maaned", "kvartal", "aar", "year", "month", "quarter"),
    required("payer", "betalingskommune", "kommune", "kommunekode", "kommune_kode", "municipality", "koeberkommune", "betaler"),
    optional("offer", "tilbud", "tilbud_id", "tilbuds_id", "tilbudsid", "offer_id", "tilbudsnavn", "afdeling"),
    area(isRequired: false),
    legalBasis, kind,
    optional("stock", "belaegning", "bestand", "antal_borgere", "borgere", "indskrevne"),
    optional("occupied_days", "belagte_dage", "belaegningsdage", "sengedage", "opholdsdage"),
    optional("admissions", "indskrivninger", "tilgang", "indskrevet", "antal_indskrivninger"),
    optional("homecomings", "hjemtagninger", "hjemtagne", "antal_hjemtagninger"),
    optional("other_exits", "andre_udskrivninger", "oevrige_udskrivninger", "anden_afgang", "oevrig_afgang", "udskrivninger"),
    optional("waiting", "venteliste", "ventende", "antal_ventende", "paa_venteliste"),
  ]

  private static let expectations = [
    required("municipality", "kommune", "kommunekode", "kommune_kode", "municipality_code", "betalingskommune"),
    area(isRequired: true),
    required("year", "aar", "aarstal", "budgetaar", "forventet_aar"),
    optional("expected_places", "forventede_pladser", "forventet_antal_pladser", "forventet_forbrug", "antal_pladser", "pladser", "behov"),
    optional("scale_1_5", "skala", "skala_1_5", "vurdering", "vurdering_1_5", "scale"),
    optional("source", "kilde", "oplyst_i"),
    optional("received", "modtaget", "modtaget_dato", "dato", "indmeldt", "indberettet"),
  ]

  private static let notices = [
    optional("offer", "tilbud", "tilbud_id", "tilbuds_id", "tilbudsid", "offer_id", "tilbudsnavn", "afdeling"),
    required("payer", "betalingskommune", "betalende_kommune", "kommune", "kommunekode", "koeberkommune", "betaler", "municipality"),
    required("places", "pladser", "antal", "antal_pladser", "borgere", "antal_borgere", "citizens"),
    required("notice_date", "varslet", "varslet_dato", "varsel_dato", "varslingsdato", "udmeldt", "opsagt", "opsagt_dato", "modtaget"),
    required("end_date", "slutdato", "ophoersdato", "ophoer", "virkningsdato", "ikrafttraedelse", "fra_dato", "dato", "effective_date"),
    optional("kind", "type", "art", "slags", "varselstype"),
    area(isRequired: false),
  ]

  private static let overrides = [
    optional("municipality", "kommune", "kommunekode", "kommune_kode", "payer", "betalingskommune"),
    area(isRequired: true),
    required("period", "periode", "aar", "kvartal", "maaned", "year", "quarter", "month"),
    optional("measure", "maal", "stoerrelse"),
    optional("value", "vaerdi", "tal", "antal", "skoen"),
    optional("lower", "nedre", "fra", "mindst"),
    optional("upper", "oevre", "til", "hoejst"),
    required("reason", "begrundelse", "aarsag", "hvorfor"),
    optional("by", "af", "initialer", "hvem", "analytiker"),
    optional("date", "dato", "oprettet"),
  ]

  private static let indices = [
    required("year", "aar", "aarstal", "prisaar"),
    required("pl_index", "pl_indeks", "indeks", "prisindeks", "pl", "index", "pris_og_loenindeks"),
  ]

  private static let ownSupply = [
    required("municipality", "kommune", "kommunekode", "kommune_kode", "municipality_code"),
    area(isRequired: true),
    required("from", "fra", "fra_dato", "gyldig_fra", "gaelder_fra", "dato", "startdato", "aabner"),
    required("places", "pladser", "antal_pladser", "normerede_pladser", "kapacitet"),
    optional("citizens", "borgere", "antal_borgere", "belaegning", "indskrevne"),
    optional("status", "tilstand", "fase"),
  ]

  private static let satisfaction = [
    optional("offer", "tilbud", "tilbud_id", "tilbuds_id", "tilbudsid", "offer_id", "tilbudsnavn", "afdeling"),
    area(isRequired: false),
    optional("municipality", "kommune", "kommunekode", "kommune_kode", "municipality_code", "betalingskommune"),
    required("period", "periode", "aar", "kvartal", "maaned", "year", "quarter", "month"),
    optional("respondent", "svarer", "gruppe", "malgruppe", "hvem"),
    required("score", "tilfredshed", "maaling", "resultat", "gennemsnit", "vaerdi"),
    required("scale_max", "skala", "skala_maks", "skalaens_hoejeste", "hoejeste"),
    optional("answers", "svar", "antal_svar", "besvarelser"),
  ]

  private static let legalBasis = optional("legal_basis", "paragraf", "hjemmel", "retsgrundlag", "lovgrundlag", "lovhjemmel")
  private static let kind = optional("kind", "tilbudstype", "type", "pladstype", "ydelsestype", "art")
  private static let validFrom = optional("valid_from", "gyldig_fra", "fra", "aabnet", "aabningsdato", "startdato")
  private static let validTo = optional("valid_to", "gyldig_til", "til", "lukket", "lukkedato", "slutdato")

  private static func area(isRequired: Bool) -> Column {
    Column(
      name: "area", aliases: ["specialomraade", "omraade", "maalgruppe", "specialty_area", "special_area"], isRequired: isRequired)
  }
}
