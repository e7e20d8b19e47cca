import Foundation
import Groundwork
import Placements
import TestSupport
import Testing

@testable import Capacity

@Suite struct RuleSetTests {
  static let shipped = ["midtjylland_2025_26", "neutral", "nordjylland_socialaftale", "sjaelland_2012", "syddanmark"]

  private static func folder() -> URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../../Data/rules").standardizedFileURL
  }

  private func shipped(_ name: String) throws -> RuleSet {
    let text = try String(contentsOf: Self.folder().appendingPathComponent(name + ".toml"), encoding: .utf8)
    return try RuleSet(text: text, file: name + ".toml", name: name)
  }

  private func read(_ text: String) throws -> RuleSet { try RuleSet(text: text, file: "r.toml", name: "r") }

  private func findings(_ text: String) throws -> [Finding] { try raisedFindings { try read(text) } }

  @Test(arguments: ["", "\n# nothing\n"]) func anEmptyFileIsNoRuleSet(_ text: String) {
    #expect(throws: FindingsError.self) { try RuleSet(text: text, file: "tom.toml", name: "tom") }
  }

  @Test func everyShippedFileIsRead() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder().path).sorted()
    #expect(files == Self.shipped.map { $0 + ".toml" })
    for name in Self.shipped {
      let rules = try shipped(name)
      #expect(!rules.title.isEmpty && !rules.source.isEmpty)
    }
  }

  @Test func neutralAdjustsAndSettlesNothing() throws {
    let rules = try shipped("neutral")
    #expect(rules.adjustment == nil && rules.settlement == nil && rules.tariff == RuleSet.Tariff() && rules.occupancyAlert == nil)
    #expect(rules.covers(1990) && rules.covers(2090))
  }

  @Test func theFactsOfTheOthers() throws {
    let sjaelland = try #require(try shipped("sjaelland_2012").adjustment)
    #expect(sjaelland.share.value == 0.7 && sjaelland.tolerance?.value == 0.03 && sjaelland.base == .tariff)
    let nordjylland = try shipped("nordjylland_socialaftale")
    #expect(nordjylland.settlement == RuleSet.Settlement(band: Quantity(millionths: 50_000), lagYears: 2, useWithinYears: 5))
    #expect(nordjylland.tariff.floor?.value == 0.95 && nordjylland.tariff.floorShort?.value == 0.9 && nordjylland.tariff.cap?.value == 0.98)
    #expect(nordjylland.tariff.occupancyFrom == .accounts && nordjylland.tariff.package == .hourly)
    let midtjylland = try shipped("midtjylland_2025_26")
    #expect(midtjylland.tariff.growthCap == .zero && midtjylland.covers(2025) && midtjylland.covers(2026) && !midtjylland.covers(2027))
    let syddanmark = try shipped("syddanmark")
    #expect(syddanmark.tariff.package == .step(hours: Quantity(7), dayHours: Quantity(millionths: 2_330_000)))
    #expect(syddanmark.occupancyAlert?.value == 0.05)
  }

  /// What no source states is an assumption in every output that used it, and only there.
  @Test func assumptionsAreNamed() throws {
    for name in Self.shipped {
      let rules = try shipped(name)
      #expect(rules.isAssumption(.noticeMonths) && rules.isAssumption(.adaptationMonths) && rules.isAssumption(.unavoidableFloor))
      #expect(rules.assumptions([]).isEmpty)
    }
    let rules = try shipped("sjaelland_2012")
    #expect(rules.assumptions([.adjustmentShare, .tolerance]).isEmpty)
    let base = rules.assumptions([.adjustmentBase, .adjustmentShare])
    #expect(base.count == 1 && base[0].da.contains("antagelse") && base[0].en.contains("adjustment.base"))
    // A rule that a file leaves to its default is one, too.
    #expect(try read("title_da = \"x\"\n").assumptions([.adaptationMonths]).map(\.da) == ["tilpasningstid, måneder: 6 (antagelse; regelsæt r, adaptation.months)."])
    #expect(try read("[adaptation]\nmonths = 9\n").assumptions([.adaptationMonths]).isEmpty)
  }

  @Test func valuesAreReadAsWritten() throws {
    let rules = try read(
      """
      title_en = "Ours"
      valid_from = "2025-01-01"
      [adjustment]
      share = 1
      base = "cost"
      [settlement]
      lag_years = 3
      [notice]
      kind = "day_to_day"
      [adaptation]
      months = { value = 12, assumption = false, source = "board, 2026" }
      [start_up]
      spread_years = 3
      [waiting]
      limit = "staffed"
      duty = "always"
      host_factor = 1
      """)
    #expect(rules.title == Phrase("Ours") && rules.validFrom?.iso == "2025-01-01")
    #expect(rules.adjustment == RuleSet.Adjustment(share: .one, base: .cost, tolerance: nil))
    #expect(rules.settlement == RuleSet.Settlement(band: .zero, lagYears: 3, useWithinYears: nil))
    #expect(rules.notice == .dayToDay && rules.adaptation.months == 12 && rules.startUpYears == 3)
    #expect(rules.waiting.limit == .staffed && rules.waiting.duty == .always && rules.waiting.hostFactor == .one && rules.waiting.refill == 0)
    #expect(rules.notes[.adaptationMonths] == RuleSet.Note(isAssumption: false, source: "board, 2026"))
  }

  /// Each with line, column and what to do, and the nearest name where one is near.
  @Test(arguments: [
    ("[adjustmnt]\nshare = 0.7\n", 1, "adjustment"), ("[adjustment]\nshare = 0.7\ntolerence = 0.03\n", 3, "tolerance"),
    ("[adjustment]\nshare = { value = 0.7, asumption = true }\n", 2, "assumption"), ("[adjustment]\nshare = 70\n", 2, "0"),
    ("[adjustment]\nshare = \"70 %\"\n", 2, "0"), ("[adjustment]\nshare = 0.7\nbase = \"tarif\"\n", 3, "tariff"),
    ("[settlement]\nlag_years = 0\n", 2, "1"), ("[settlement]\nlag_years = 1.5\n", 2, "1"), ("[tariff]\ngrowth_cap = { assumption = true }\n", 2, "value"),
    ("[waiting]\nleave_share = 1.5\n", 2, "1"), ("[waiting]\nduty = \"vacnt\"\n", 2, "vacant"), ("valid_from = \"2025-13-01\"\n", 1, "2025-01-01"), ("adjustment = 0.7\n", 1, "[adjustment]"), ("notice = [\n", 2, "TOML"),
  ] as [(String, Int, String)])
  func unknownAndWrongValues(text: String, line: Int, word: String) throws {
    let found = try #require(try findings(text).first)
    #expect(found.file == "r.toml" && found.row == line && found.column != nil, "\(found.text(in: .en))")
    #expect(found.text(in: .en).contains(word), "\(found.text(in: .en))")
    #expect(!found.message.da.isEmpty)
  }

  @Test(arguments: [
    ("valid_from = \"2026-01-01\"\nvalid_to = \"2025-01-01\"\n", 2), ("[tariff]\noccupancy_floor = 0.99\noccupancy_cap = 0.98\n", 2),
    ("[tariff]\noccupancy_lag_years = 2\n", 2), ("[tariff]\npackage = \"hourly\"\npackage_hours = 7\n", 3), ("[tariff]\npackage = \"step\"\n", 2),
    ("[adjustment]\ntolerance = 0.03\n", 1), ("[settlement]\nband = 0.05\n", 1), ("[notice]\nkind = \"day_to_day\"\nmonths = 1\n", 3),
    ("[adaptation]\nmonths = 6\nfull_months = 7\n", 3), ("[waiting]\nduty = \"vacant\"\nrefill_months = 1\n", 3),
    ("[waiting]\nduty = \"always\"\nleave_share = 0.5\n", 3), ("[key_financing]\nage_from = 15\nage_to = 14\n", 3),
  ] as [(String, Int)])
  func contradictions(text: String, line: Int) throws {
    let all = try findings(text)
    #expect(all.count == 1 && all[0].row == line && !all[0].remedy.isEmpty, "\(all.map { $0.text(in: .en) })")
  }

  @Test(arguments: [
    ("[tariff]\noccupancy_floor = 0.99\noccupancy_cap = 0.98\n", "occupancy_floor = 0.99", "0.98"), ("[adaptation]\nmonths = 6\nfull_months = { value = 7 }\n", "full_months = 7", "6"),
    ("valid_from = \"2026-01-01\"\nvalid_to = \"2025-01-01\"\n", "valid_to = 2025-01-01", "2026-01-01"),
    ("[key_financing]\nage_from = 15\nage_to = 14\n", "age_to = 14", "15"),
  ])
  func contradictionsNameKeyAndValue(text: String, value: String, other: String) throws {
    let found = try #require(try findings(text).first)
    #expect(found.value == value && found.message.en.contains(other), "\(found.text(in: .en))")
  }

  /// Months of full cost that nobody gave give way to a short adaptation time.
  @Test func shortAdaptation() throws {
    #expect(try read("[adaptation]\nmonths = 2\n").adaptation == RuleSet.Adaptation(months: 2, fullMonths: 2))
  }

  @Test func everyKeyHasASectionAndAText() throws {
    for key in RuleKey.allCases {
      #expect(!key.name.isEmpty && RuleKey.names(in: key.section).contains(key.name) && !key.phrase.da.isEmpty)
    }
    #expect(Set(RuleKey.sections).count == RuleKey.sections.count)
  }
}
