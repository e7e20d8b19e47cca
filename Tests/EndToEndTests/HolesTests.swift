import Testing

/// Panels as they come: with holes, ends, zeros, single counts, without population, with accounts that do not balance.
/// Each is handled or reported by name, and never stops the rest.
@Suite("Panels with holes")
struct HolesTests {
  private static let forecast = ["forecast", "-p", "p", "--draws", "200", "--horizon", "8", "--format", "csv"]

  struct Outcome {
    let check: Program.Run
    let forecast: Program.Run
    var rows: Rows { Rows(forecast.output) }
  }

  private static func outcome(_ activity: String, population: String? = nil) throws -> Outcome {
    try Program.withFolder { program in
      guard try program.run("new", "p").code == 0 else { throw Program.Failure.notBuilt("plads new") }
      try program.write(activity, to: "p/data/activity.csv")
      if let population { try program.write(population, to: "p/data/population.csv") }
      return Outcome(check: try program.run("check", "-p", "p"), forecast: try program.run(forecast))
    }
  }

  /// Every number is one, and the area's last stock is among those asked for.
  private static func expectForecast(_ outcome: Outcome, area: String = "autisme", at place: SourceLocation = #_sourceLocation) {
    #expect(outcome.check.code == 0, "\(outcome.check.errors)", sourceLocation: place)
    #expect(outcome.forecast.code == 0, "\(outcome.forecast.errors)", sourceLocation: place)
    let means = outcome.rows.values("mean", where: ["area": area, "measure": "stock"])
    #expect(means.count == 8 && means.allSatisfy { $0.isFinite && $0 >= 0 }, "\(outcome.forecast.output)", sourceLocation: place)
  }

  private static let region = CountedRegion(quarters: 24)

  /// The region's rows after the header, changed.
  private static func activity(_ change: (CountedRegion.Row, String) -> String?) -> String {
    let lines = region.csv().split(separator: "\n").map(String.init)
    let rows = zip(region.rows, lines.dropFirst()).compactMap { row, line in change(row, line) }
    return ([lines[0]] + rows).joined(separator: "\n") + "\n"
  }

  @Test("Rows and cells that are missing are unknown: the forecast stays near that of the whole")
  func holes() throws {
    let whole = try Self.outcome(Self.region.csv())
    let holes = try Self.outcome(
      Self.activity { row, line in
        if (row.municipality + row.quarter) % 7 == 3 { return nil }
        if (row.municipality + row.quarter) % 7 == 5 { return line.split(separator: ",").prefix(4).joined(separator: ",") + ",,," }
        return line
      })
    Self.expectForecast(whole)
    Self.expectForecast(holes)
    #expect(holes.check.errors.contains("tidsserier med huller: 12"), "\(holes.check.errors)")
    #expect(holes.check.output.contains("Hul i activity, autisme, residential, 706: "), "\(holes.check.output)")
    let last = [whole, holes].map { $0.rows.values("mean", where: ["measure": "stock"]).last ?? 0 }
    // Two sevenths fewer counts move the level by their sampling error: a fifth is several times that.
    #expect(abs(last[1] / last[0] - 1) < 0.2, "\(last)")
  }

  @Test("Municipalities that appear count from then on; those that vanish are named and carried on")
  func comeAndGo() throws {
    let outcome = try Self.outcome(
      Self.activity { row, line in
        if row.municipality == 5, row.quarter < 12 { return nil }
        if row.municipality == 11, row.quarter >= 16 { return nil }
        return line
      })
    Self.expectForecast(outcome)
    let gone = Self.region.rows.first { $0.municipality == 11 && $0.quarter == 15 }?.stock ?? 0
    #expect(
      outcome.check.errors.contains("belægning, der ikke er talt til 2020Q4, kommuner: 1; sidst Hedensted 2018Q4 (\(gone))"), "\(outcome.check.errors)")
    #expect(outcome.forecast.errors.contains("[[merge]]"))
    #expect(!outcome.check.errors.contains("Silkeborg"))
  }

  @Test("An area of zeros alone and an area of a single count stop nothing")
  func degenerate() throws {
    var activity = Self.region.csv()
    for t in 0..<24 {
      for code in [706, 740] { activity += "tom,\(2015 + t / 4)Q\(t % 4 + 1),\(code),0,0,0,0\n" }
    }
    activity += "enkelt,2018Q2,751,3,1,0,0\n"
    let outcome = try Self.outcome(activity)
    Self.expectForecast(outcome)
    Self.expectForecast(outcome, area: "tom")
    Self.expectForecast(outcome, area: "enkelt")
    #expect(outcome.rows.values("upper", where: ["area": "tom", "measure": "stock"]).allSatisfy { $0 < 5 }, "\(outcome.forecast.output)")
    let alone = try Self.outcome(Self.region.csv())
    let means = [outcome, alone].map { $0.rows.values("mean", where: ["area": "autisme", "measure": "stock"]).last ?? 0 }
    // Areas are pooled, so the others move it a little.
    #expect(abs(means[0] / means[1] - 1) < 0.1, "\(means)")
  }

  @Test("A file of one count alone", arguments: ["stock", "stock,admissions,homecomings,other_exits", "admissions"])
  func oneCount(_ columns: String) throws {
    let values = columns.split(separator: ",").map { $0 == "stock" ? "12" : "1" }.joined(separator: ",")
    let outcome = try Self.outcome("area,period,payer,\(columns)\nautisme,2024Q1,751,\(values)\n")
    #expect(outcome.check.code == 0 && outcome.forecast.code == 0, "\(outcome.forecast.errors)")
    if columns.hasPrefix("stock") { Self.expectForecast(outcome) }
  }

  @Test("A series of which nothing that can be modelled is known is set aside, counted and listed")
  func setAside() throws {
    let lines = Self.region.csv().split(separator: "\n")
    var activity = lines[0] + ",waiting\n" + lines.dropFirst().map { $0 + ",1\n" }.joined()
    for t in 0..<24 { activity += "venteliste,\(2015 + t / 4)Q\(t % 4 + 1),740,,,,,3\n" }
    let outcome = try Self.outcome(String(activity))
    Self.expectForecast(outcome)
    for errors in [outcome.check.errors, outcome.forecast.errors] {
      #expect(errors.contains("»venteliste|residential|«: kan ikke modelleres"), "\(errors)")
    }
    #expect(outcome.rows.texts("area", where: ["measure": "stock"]).allSatisfy { $0 == "autisme" })
  }

  @Test("Population that lacks a year or a municipality is named; the forecast goes on")
  func population() throws {
    var rows = "municipality,year,persons\n"
    for code in CountedRegion.codes where code != 740 {
      for year in 2015...2024 where !(code == 751 && year == 2018) { rows += "\(code),\(year),\(20000 + 10 * code)\n" }
    }
    let outcome = try Self.outcome(Self.region.csv(), population: rows)
    Self.expectForecast(outcome)
    #expect(outcome.check.errors.contains("kommuner i data uden folketal (1): Silkeborg"), "\(outcome.check.errors)")
    #expect(outcome.check.errors.contains("folketallet har huller (kommuner: 1); år, der mangler: 2018"), "\(outcome.check.errors)")
    let complete = try Self.outcome(
      Self.region.csv(), population: rows + "751,2018,\(20000 + 7510)\n" + (2015...2024).map { "740,\($0),27400\n" }.joined())
    #expect(complete.check.errors.contains("ingen fejl, 0 advarsler"), "\(complete.check.errors)")
    let last = [outcome, complete].map { $0.rows.values("mean", where: ["measure": "stock"]).last ?? 0 }
    // A municipality without population has an exposure of its own, which its pooled effect takes up.
    #expect(abs(last[0] / last[1] - 1) < 0.1, "\(last)")
  }

  @Test("Stocks that flows do not make up are reported with the worst place; the forecast goes on")
  func unbalanced() throws {
    let outcome = try Self.outcome(
      Self.activity { row, line in
        guard row.municipality == 8, row.quarter == 10 else { return line }
        return "autisme,2017Q3,751,\(row.stock + 6),\(row.admissions),\(row.homecomings),\(row.others)"
      })
    Self.expectForecast(outcome)
    for errors in [outcome.check.errors, outcome.forecast.errors] {
      #expect(errors.contains("perioder 2, kommuner 1; mest i Aarhus, 2017Q3, med 6."), "\(errors)")
    }
    let sound = try Self.outcome(Self.region.csv())
    #expect(!sound.check.errors.contains("belægningen ændrer sig"), "\(sound.check.errors)")
  }

  @Test("A missing flow that would be negative is zero, and its sum is kept")
  func negativeFlow() throws {
    // Other exits follow from the rest; Aarhus' three admissions of one quarter were counted in the next.
    let outcome = try Self.outcome(
      Self.activity { row, _ in
        let late = row.municipality == 8 ? row.quarter == 12 ? -3 : row.quarter == 13 ? 3 : 0 : 0
        return "autisme,\(2015 + row.quarter / 4)Q\(row.quarter % 4 + 1),\(CountedRegion.codes[row.municipality]),\(row.stock),\(row.admissions + late),\(row.homecomings),"
      })
    Self.expectForecast(outcome)
    #expect(
      outcome.check.errors.contains("bliver negativ efter belægningen: perioder 1, kommuner 1; mest i Aarhus, 2018Q1, med 2."), "\(outcome.check.errors)")
    #expect(!outcome.forecast.errors.contains("kunne ikke bestemmes"), "\(outcome.forecast.errors)")
  }

  @Test("A negative count stops, by row, column and value")
  func negative() throws {
    let outcome = try Self.outcome(Self.region.csv().replacing("2015Q1,751,", with: "2015Q1,751,-"))
    #expect(outcome.check.code == 1 && outcome.forecast.code == 1 && outcome.forecast.output.isEmpty)
    #expect(outcome.forecast.errors.contains("kolonne stock: »-"), "\(outcome.forecast.errors)")
  }
}
