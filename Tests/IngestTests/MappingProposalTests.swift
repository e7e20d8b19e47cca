import Placements
import Testing

@testable import Ingest

@Suite("MappingProposal")
struct MappingProposalTests {
  private func lines(_ files: [String: String]) throws -> [String] {
    try TestProject(files).read().proposals.map { "[\($0.section)] \($0.line)" }
  }

  @Test("headers: slips, longer names, hints", arguments: [
    ("Borgernr", "citizen"), ("CPR-nøgle", "citizen"), ("Betalende kommune (navn)", "payer"), ("Tilbudssted", "offer"), ("Indflyttet den", "start"),
    ("Fraflyttet den", "end"), ("Ophørsgrund", "end_reason"), ("Udskrivningsårsag tekst", "end_reason"), ("Reason for leaving", "end_reason"), ("Client id", "citizen"),
  ])
  func headers(_ header: String, _ column: String) {
    let layout = TableLayout.of(.stays)
    #expect(layout.guesses(for: [header], columns: layout.columns).map(\.column.name) == [column])
  }

  @Test("values: slips and words within", arguments: [
    ("hjemtagen af kommunen", "homecoming"), ("Afgået ved døden 2023", "death"), ("udskrevt", "discharge"), ("overflyttet til andet tilbud", "transfer"),
  ])
  func values(_ text: String, _ reason: String) { #expect(Term.best(text, among: Words.endReasons.terms)?.name == reason) }

  @Test("nothing near is left to the reader, with what may stand there")
  func open() throws {
    let rows = "citizen,payer,offer,start,end,end_reason\na,751,M1,2020-01-01,2021-01-01,xyzzy qqq\n"
    let found = try lines(["data/offers.csv": TestProject.offers, "data/stays.csv": rows])
    #expect(found == ["[inputs.stays.values.end_reason] # \"xyzzy qqq\" = \"…\"   # homecoming, transfer, discharge, death, age_out, closure, takeover, other, unknown"])
  }

  @Test("the line of a table that is there already")
  func section() throws {
    let project = try TestProject([
      "plads.toml": "[inputs.stays.columns]\n\"Id\" = \"citizen\"\n", "data/offers.csv": TestProject.offers,
      "data/stays.csv": "Id,Betaler-nr,offer,start\na,751,M1,2020-01-01\n",
    ])
    let proposal = try #require(project.read().proposals.first)
    #expect(proposal.section == "inputs.stays.columns" && proposal.sectionLine == 1 && proposal.line == "\"Betaler-nr\" = \"payer\"")
  }

  @Test("TOML strings keep quotes and backslashes") func quoted() { #expect(MappingProposal.quoted("a\"b\\c\n") == "\"a\\\"b\\\\c \"") }

  @Test("a person's number is never proposed")
  func persons() throws {
    let rows = "citizen,payer,offer,start,end,end_reason\na,751,M1,2020-01-01,2021-01-01,set 010190-1234 rejst\n"
    let found = try lines(["data/offers.csv": TestProject.offers, "data/stays.csv": rows])
    #expect(found.isEmpty)
  }
}

@Suite("HeaderFinder")
struct HeaderFinderTests {
  @Test("titles above, two rows of names, a row of units below", arguments: [
    ("Takster 2026\nTilbud;Takst;Fra\nM1;5;01-01-2026\n", "2"), ("Takster;;\n;;\nTilbud;Takst;Fra\nM1;5;01-01-2026\n", "3"),
    ("Tilbud;Takst;Gyldig\nnavn;kr.;fra\nM1;5;01-01-2026\n", "[1, 2]"), ("Titel;;\n;Døgntakst;Gyldig\nTilbud;kr.;fra\nM1;5;01-01-2026\n", "[2, 3]"),
  ])
  func rows(_ text: String, _ setting: String) throws {
    let before = try TestProject(["data/offers.csv": TestProject.offers, "data/tariffs.csv": text, "data/activity.csv": TestProject.activity]).read()
    #expect(before.proposals.map(\.line) == ["header_row = \(setting)"], "\(before.all)")
    let settings = "[inputs.tariffs]\nheader_row = \(setting)\n"
    let after = try TestProject([
      "plads.toml": settings, "data/offers.csv": TestProject.offers, "data/tariffs.csv": text, "data/activity.csv": TestProject.activity,
    ]).read()
    #expect(!after.hasErrors, "\(after.all)")
    #expect(after.extracts.tariffs.map(\.amount) == [5])
  }

  @Test("settings that are no row", arguments: ["0", "[1, 3]", "[1]", "\"1\"", "[2, 1]"])
  func wrong(_ setting: String) throws {
    let read = try TestProject(["plads.toml": "[inputs.activity]\nheader_row = \(setting)\n", "data/activity.csv": TestProject.activity]).read()
    #expect(read.hasErrors && read.all.contains("plads.toml, row 2"), "\(read.all)")
  }
}
