import Foundation
import Testing

/// A project whose stays tell years of birth and support levels.
@Suite("Ages and covariates")
struct CitizenTraitsTests {
  /// Four hundred children; those of level 2 go home after half the time, who passes 17 years leaves in that year.
  private static func stays() -> String {
    var rows = "citizen,payer,offer,start,end,end_reason,support_level,birth_year\n"
    for i in 0..<400 {
      let (year, month) = (2015 + i % 10, 1 + i * 7 % 12)
      let born = year - 8 - i % 9
      let level = i % 3 == 1 ? 2 : 1
      let months = (6 + i * 13 % 60) / level
      let (endYear, endMonth) = (year + (month - 1 + months) / 12, 1 + (month - 1 + months) % 12)
      let home = endYear < born + 18
      let end = home ? (endYear, endMonth) : (born + 18, 1 + i % 12)
      let isOpen = end.0 > 2024
      let day = isOpen ? "" : String(format: "%04d-%02d-02", end.0, end.1)
      rows += "c\(i),\(i % 2 == 0 ? "740" : "751"),mosebakken,\(String(format: "%04d-%02d-01", year, month)),\(day),\(isOpen ? "" : home ? "homecoming" : "age_out"),\(i % 11 == 0 ? "" : String(level)),\(i % 13 == 0 ? "" : String(born))\n"
    }
    return rows
  }

  private static func make(in program: Program) throws {
    try SmallProject.make(in: program, withStays: true)
    try program.write(
      "offer,name,area,region,legal_basis,kind\nmosebakken,Mosebakken,unge,Midtjylland,BL_43,residential\n", to: "p/data/offers.csv")
    try program.write(stays(), to: "p/data/stays.csv")
    try program.write(
      """
      [project]
      name = "p"
      base_period = "quarter"
      [data]
      from = "2015-01-01"
      to = "2024-12-31"
      [[area]]
      id = "unge"
      age_to = 17
      [rates]
      covariates = ["support_level", "age"]

      """, to: "p/plads.toml")
  }

  private static func rows(_ csv: String) -> [[String: String]] {
    let lines = csv.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    return lines.dropFirst().map { Dictionary(zip(lines[0], $0)) { first, _ in first } }
  }

  @Test("plads fit prints hazards by age and factors by level, check has nothing against them")
  func fit() throws {
    try Program.withFolder { program in
      try Self.make(in: program)
      let check = try program.run("check", "-p", "p")
      #expect(check.code == 0, "\(check.output)\(check.errors)")
      let run = try program.run("fit", "-p", "p", "--format", "csv", "--quiet")
      #expect(run.code == 0, "\(run.errors)")
      func estimate(_ flow: String, _ parameter: String) -> Double? {
        Self.rows(run.output).first { $0["flow"] == flow && $0["parameter"] == parameter }?["estimate"].flatMap { Double($0) }
      }
      let (first, second) = (try #require(estimate("homecoming", "support_level_0")), try #require(estimate("homecoming", "support_level_1")))
      #expect(second > 1.4 * first, "level 2 goes home after half the time: \(second) against \(first)")
      let (before, at) = (try #require(estimate("age_out", "age_limit_-1")), try #require(estimate("age_out", "age_limit_0")))
      #expect(before < 0.1 && at > 1, "\(before) a year before the limit, \(at) in its year")
      let table = try program.run("fit", "-p", "p", "--quiet")
      for text in ["støtteniveau", "alder ved indskrivning", "rate efter alder", "Udskrivninger ved aldersgrænsen"] {
        #expect(table.output.contains(text), "\(text)")
      }
    }
  }

  @Test("Ageing out is named by itself among the drivers, and stands among the other exits of a forecast")
  func drivers() throws {
    try Program.withFolder { program in
      try Self.make(in: program)
      let drivers = try program.run("explain", "--drivers", "-p", "p", "--format", "csv", "--draws", "200", "--quiet")
      #expect(drivers.code == 0, "\(drivers.errors)")
      let run = try program.run("forecast", "-p", "p", "--format", "csv", "--measure", "other_exits", "--model", "stock_and_flow", "--draws", "200", "--quiet")
      #expect(run.code == 0, "\(run.errors)")
      let means = Self.rows(run.output).compactMap { row in Double(row["mean"] ?? "").map { (row["period"] ?? "", $0) } }
      for (period, rows) in Dictionary(grouping: Self.rows(drivers.output), by: { $0["period"] ?? "" }) {
        var values: [String: Double] = [:]
        for row in rows { values[row["component"] ?? ""] = Double(row["value"] ?? "") }
        let parts = ["now", "admissions", "population", "homecomings", "other_exits", "age_outs", "transfers", "drift"].map { values[$0] ?? .nan }
        #expect(abs(parts.reduce(0, +) - (values["forecast"] ?? .nan)) < 1e-5)
        let aged = try #require(values["age_outs"])
        #expect(aged < -1)
        let exits = means.filter { $0.0 <= period }.reduce(0) { $0 + $1.1 }
        #expect(abs(exits + aged + (values["other_exits"] ?? .nan)) < 1e-3, "\(period): \(exits) other exits of the forecast")
      }
    }
  }
}
