import Groundwork
import Ingest
import Placements
import Testing

@Suite("plads.toml")
struct SettingsFileTests {
  static let full = """
    [project]
    name = "Region Eksempel"
    base_period = "quarter"
    region = "Region Midtjylland"
    synthetic = true
    notice_da = "Opdigtede tal"
    notice_en = "Made-up figures"
    attribution = "Danmarks Statistik"
    horizon = 12

    [data]
    from = "2018-01-01"
    to = 2025-12-31
    end_is_last_day = true

    [[area]]
    id = "aut"
    name = "Autisme"
    age_from = 0
    age_to = 64

    [[assumption]]
    text_da = "Antaget"
    text_en = "Assumed"

    [inputs.stays]
    file = "data/udtraek.csv"
    delimiter = ";"
    encoding = "windows-1252"
    columns = { "Udskrevet den" = "end", "Nøgle" = "citizen" }
    values = { end_reason = { "udskrevet hjem" = "homecoming" }, payer = { "Kbh" = "101" } }
    """

  @Test("everything that can be set is set")
  func full() throws {
    let project = try TestProject(["plads.toml": Self.full, "data/offers.csv": "offer,area\nM1,Autisme\n"])
    let text = "Nøgle;betalingskommune;tilbud;startdato;Udskrevet den;årsag\nn1;Kbh;M1;01-02-2020;31-12-2021;Udskrevet hjem\n"
    try project.write("data/udtraek.csv", text.unicodeScalars.map { UInt8($0.value) })
    let read = project.read()
    #expect(read.findings.isEmpty, "\(read.all)")
    let settings = read.extracts.settings
    #expect(settings.name == "Region Eksempel")
    #expect(settings.basePeriod == .quarter)
    #expect(settings.region == "Midtjylland")
    #expect(settings.isSynthetic)
    #expect(settings.notice == Phrase(da: "Opdigtede tal", en: "Made-up figures"))
    #expect(settings.attribution == "Danmarks Statistik")
    #expect(settings.horizon == 12)
    #expect(settings.observedFrom?.iso == "2018-01-01")
    #expect(settings.observedTo?.iso == "2025-12-31")
    #expect(settings.areas == [SpecialtyArea(id: "aut", name: "Autisme", ageFrom: 0, ageTo: 64)])
    #expect(settings.assumptions == [Phrase(da: "Antaget", en: "Assumed")])
    let stay = try #require(read.extracts.stays.first)
    #expect(stay.payer == "101")
    #expect(stay.end?.iso == "2022-01-01")
    #expect(stay.endReason == .homecoming)
    #expect(read.extracts.offers.first?.area == "aut")
    #expect(read.tables.last?.encoding == .windows1252)
    #expect(read.tables.last?.file == "data/udtraek.csv")
  }

  @Test("what is wrong is found at line and column", arguments: [
    ("[project]\nnam = \"x\"\n", 2, "1", "“name”"), ("[projct]\nname = \"x\"\n", 1, "1", "“project”"), ("x = 1\n", 1, "1", "not a known key"),
    ("[project]\n\n  horizon = \"x\"\n", 3, "3", "whole number"), ("[project]\nhorizon = 0\n", 2, "1", "1 and 1200"),
    ("[project]\nsynthetic = 1\n", 2, "1", "true or false"), ("[project]\nname = 3\n", 2, "1", "text in quotes"),
    ("[project]\nbase_period = \"quater\"\n", 2, "1", "“quarter”"), ("[data]\nfrom = \"2020-02-30\"\n", 2, "1", "does not exist"),
    ("[data]\nfrom = \"soon\"\n", 2, "1", "not a date"), ("[data]\nfrom = 2020-01-01\nto = 2019-01-01\n", 3, "1", "before"),
    ("[[area]]\nname = \"x\"\n", 1, "1", "key id"), ("[[area]]\nid = \"a\"\n[[area]]\nid = \"A\"\n", 4, "1", "twice"),
    ("[[area]]\nid = \"a\"\nage_from = 20\nage_to = 10\n", 4, "1", "age_to"), ("[area]\nid = \"a\"\n", 1, "1", "[[area]]"),
    ("[[area]]\nid = \"a\"\nage_form = 20\n", 3, "1", "“age_from”"), ("[[assumption]]\ntext_da = \"a\"\ntxt_en = \"a\"\n", 3, "1", "“text_en”"), ("[[assumption]]\n", 1, "1", "text_da is missing"),
    ("[inputs.stay]\nfile = \"x\"\n", 1, "1", "“stays”"), ("[inputs.stays]\nfil = \"x\"\n", 2, "1", "“file”"),
    ("[inputs.activity]\ncolumns = { \"x\" = \"stok\" }\n", 2, "13", "“stock”"),
    ("[inputs.activity]\ncolumns = { \"Belægningn\" = \"stock\" }\n", 2, "13", "no column of the file"),
    ("[inputs.activity.values]\nkind = { \"x\" = \"dagg\" }\n", 2, "10", "“dag”"),
    ("[inputs.activity.values]\nkidn = { \"x\" = \"dag\" }\n", 2, "1", "“kind”"), ("[inputs.activity]\ndelimiter = \"pipe\"\n", 2, "1", "not a known value"),
    ("[inputs.activity]\nencoding = \"utf9\"\n", 2, "1", "“utf-8”"), ("[project\n", 1, nil, "not valid TOML"),
  ] as [(String, Int, String?, String)])
  func wrong(_ text: String, _ row: Int, _ column: String?, _ says: String) throws {
    let read = try TestProject(["plads.toml": text, "data/activity.csv": TestProject.activity]).read()
    let finding = try #require(read.errors.first { $0.file == "plads.toml" }, "\(read.all)")
    #expect(finding.row == row)
    if let column { #expect(finding.column == column) }
    #expect(finding.text(in: .en).contains(says), "\(finding.text(in: .en))")
  }

  @Test("a region that the municipalities do not have is a warning")
  func region() throws {
    let read = try TestProject(["plads.toml": "[project]\nregion = \"Midtjyland\"\n", "data/activity.csv": TestProject.activity]).read()
    #expect(!read.hasErrors)
    #expect(read.findings.contains { $0.row == 2 && $0.text(in: .en).contains("“Midtjylland”") })
  }

  @Test("a mapped file that is missing is an error at its name")
  func missingFile() throws {
    let read = try TestProject(["plads.toml": "[inputs.stays]\nfile = \"data/nope.csv\"\n", "data/activity.csv": TestProject.activity]).read()
    #expect(read.errors.map(\.file) == ["data/nope.csv"])
  }

  @Test("the project's own mapping stands before canonical names, and those before aliases")
  func precedence() throws {
    let text = "area,period,payer,stock,belægning,bestand\nA,2025,751,1,2,3\n"
    let plain = try TestProject(["data/activity.csv": text]).read()
    #expect(plain.extracts.activity.first?.stock == 1)
    #expect(plain.tables.first?.ignored == ["belægning", "bestand"])
    let mapped = try TestProject(["plads.toml": "[inputs.activity]\ncolumns = { \"bestand\" = \"stock\" }\n", "data/activity.csv": text]).read()
    #expect(mapped.extracts.activity.first?.stock == 3)
    #expect(!mapped.hasErrors, "\(mapped.all)")
  }

  @Test("Models are declared by formula, with the place of each character")
  func models() throws {
    let text = """
      [[model]]
      name = "a b"
      formula = "admissions ~ area"

      [[model]]
      name = "c"
      flow = "other_exits"
      formula = 'stock ~ 1'
      family = "gaussian"
      method = "ml"
      offset = "log(x)"
      """
    let read = try TestProject(["plads.toml": text]).read()
    let models = read.extracts.settings.models
    #expect(models.map(\.name) == ["a b", "c"])
    #expect(models[0].flow == nil && models[0].family == "negative_binomial")
    #expect(models[0].formula.text == "admissions ~ area")
    #expect(models[0].formula.places[13] == TextPlace(line: 3, column: 25))
    #expect(models[1].flow == .otherExit && models[1].method == "ml" && models[1].offset?.text == "log(x)")
  }

  @Test("Covariates of the rates, and years of birth under either name")
  func covariates() throws {
    let stays = "borger,betalingskommune,tilbud,startdato,fødselsår,alder_ved_indskrivning\na,751,M1,2020-06-01,1990,\nb,751,M1,2020-06-01,,17\nc,751,M1,2020-06-01,,\n"
    let project = try TestProject([
      "plads.toml": "[rates]\ncovariates = [\"support_level\", \"age\"]\n", "data/offers.csv": TestProject.offers, "data/stays.csv": stays,
    ])
    let read = project.read()
    #expect(!read.hasErrors, "\(read.all)")
    #expect(read.extracts.settings.covariates == [.supportLevel, .age])
    #expect(read.extracts.stays.map(\.birthYear) == [1990, 2003, nil])
    let panel = try Panel(read.extracts)
    #expect(panel.traits?.bands.map(\.covariate) == [.age])
    #expect(panel.remarks.contains { $0.value == "support_level" && $0.column == "rates.covariates" }, "a covariate that no stay has is named")
  }

  @Test(
    "What covariates can get wrong",
    arguments: [
      ("covariates = [\"agee\"]", "“age”"), ("covariates = [\"age\", \"age\"]", "twice"), ("covariates = \"age\"", "list"), ("covariates = [3]", "text in quotes"),
      ("covariate = [\"age\"]", "“covariates”"),
    ])
  func wrongCovariates(_ text: String, _ says: String) throws {
    let read = try TestProject(["plads.toml": "[rates]\n" + text + "\n", "data/activity.csv": TestProject.activity]).read()
    let found = read.errors.first { $0.file == "plads.toml" && $0.row == 2 }
    #expect(found?.text(in: .en).contains(says) == true, "\(read.all)")
  }

  @Test(
    "What a model can get wrong",
    arguments: [
      ("name = \"a\"", 1), ("formula = \"y ~ x\"", 1), ("name = \"a\"\nformula = 3", 3), ("name = \"a,b\"\nformula = \"y ~ x\"", 2),
      ("name = \"a\"\nformula = \"y ~ x\"\nflow = \"admission\"", 4), ("name = \"a\"\nformula = \"y ~ x\"\nfamly = \"poisson\"", 4),
      ("name = \"a\"\nformula = \"y ~ x\"\n[[model]]\nname = \"A\"\nformula = \"y ~ x\"", 5),
    ])
  func wrongModels(_ text: String, _ row: Int) throws {
    let read = try TestProject(["plads.toml": "[[model]]\n" + text + "\n"]).read()
    #expect(read.findings.contains { $0.severity == .error && $0.file == "plads.toml" && $0.row == row }, "\(read.all)")
  }
}
