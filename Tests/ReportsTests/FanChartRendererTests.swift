import Groundwork
import Testing

@testable import Reports

@Suite struct FanChartRendererTests {
  /// Ten years of months that fall from 90, three years ahead.
  private static func chart(from: Double = 90, by slope: Double = -0.25, spread: Double = 1) -> FanChart {
    let history = (0..<120).map { FanChart.Point(time: 2016 + Double($0 + 1) / 12, value: from + slope * Double($0)) }
    let future = (0..<36).map { step in
      let middle = from + slope * Double(120 + step)
      let half = spread * Double(step + 1).squareRoot()
      return FanChart.Spread(
        time: 2026 + Double(step + 1) / 12, median: middle, lower: middle - 2 * half, upper: middle + 2 * half, innerLower: middle - half,
        innerUpper: middle + half)
    }
    return FanChart(
      title: Phrase(da: "Autisme: borgere", en: "Autism: citizens"), history: history, future: future,
      reference: [.init(time: 2016.1, value: from + 10), .init(time: 2029, value: from + 10)])
  }

  @Test("No line is wider than asked, the plot fills the width", arguments: [40, 60, 80, 100, 137, 200])
  func width(_ width: Int) {
    let lines = FanChartRenderer(language: .da, width: width).lines(Self.chart())
    #expect(lines.allSatisfy { DisplayWidth.of($0) <= width })
    #expect(lines.contains { DisplayWidth.of($0) == width })
    #expect(lines.count <= 17)
  }

  @Test("Signs alone tell past, median and intervals apart; the fan is symmetric here and nested")
  func signs() throws {
    let lines = FanChartRenderer(language: .en, width: 80).lines(Self.chart(spread: 3))
    #expect(lines[0] == "Autism: citizens")
    let columns = try Self.columns(lines)
    let last = try #require(columns.last)
    let order = last.filter { "░▓━".contains($0) }
    #expect(String(order).contains(/^░+▓+━+▓+░+$/), "\(String(order))")
    #expect(columns[0].contains("●") && !columns[0].contains("━"))
    #expect(columns.filter { $0.contains("╌") }.count > 70)
    // Each past column shows one value, each future one a median.
    for column in columns { #expect(column.count { "●·━".contains($0) } == 1) }
  }

  /// The plot's columns, from the bottom.
  private static func columns(_ lines: [String]) throws -> [[Character]] {
    let rows = lines.filter { $0.contains("┤") || $0.contains("│") }.map(Array.init)
    let edge = try #require(rows[0].firstIndex { $0 == "┤" || $0 == "│" })
    let width = rows.map(\.count).max() ?? 0
    return (edge + 1..<width).map { column in rows.reversed().map { column < $0.count ? $0[column] : " " } }
  }

  @Test("Danish points between thousands, a minus below zero, round numbers at even distances")
  func labels() throws {
    let big = try #require(ValueScale(Self.chart(from: 64000, by: -30, spread: 400)))
    let labels = big.labels(.da).compactMap(\.self)
    #expect(labels.contains("60.000"))
    #expect(big.labels(.en).compactMap(\.self).contains("60,000"))
    #expect(try #require(ValueScale(Self.chart(from: 2, by: -0.1))).labels(.da).compactMap(\.self).contains { $0.hasPrefix("−") })
    for (from, slope) in [(0.5, 0.0), (3, 0.01), (17, -0.1), (450, 2), (1e6, -1000)] {
      let scale = try #require(ValueScale(Self.chart(from: from, by: slope)))
      #expect((3...13).contains(scale.rows))
      let values = scale.labels(.en).compactMap { $0.flatMap { Double($0.replacing(",", with: "").replacing("−", with: "-")) } }
      let steps = Set(zip(values.dropFirst(), values).map { $0 - $1 })
      #expect(steps.count == 1, "\(values)")
    }
  }

  @Test("Higher values never stand lower")
  func order() throws {
    let scale = try #require(ValueScale(Self.chart()))
    let rows = stride(from: 20.0, through: 110, by: 0.5).map(scale.row)
    #expect(zip(rows, rows.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(rows.allSatisfy { (0..<scale.rows).contains($0) })
  }

  @Test("Years stand at their columns and never run together", arguments: [40, 60, 80, 200])
  func years(_ width: Int) throws {
    let lines = FanChartRenderer(language: .da, width: width).lines(Self.chart())
    let last = try #require(lines.last)
    let years = last.split(separator: " ").compactMap { Int($0) }
    #expect(years.count >= 2)
    #expect(years.allSatisfy { (2016...2029).contains($0) })
    #expect(years == years.sorted())
  }

  @Test("Yearly points are joined by dots; nothing known draws the title alone; one value draws")
  func sparse() {
    var chart = Self.chart()
    chart.history = [2020.0, 2021, 2022].map { .init(time: $0, value: 5) }
    chart.future = []
    chart.reference = []
    let lines = FanChartRenderer(language: .da, width: 60).lines(chart)
    #expect(lines.contains { $0.contains(/●·+●·+●/) })
    chart.history = []
    #expect(FanChartRenderer(language: .da, width: 60).lines(chart) == ["Autisme: borgere"])
    chart.history = [.init(time: 2020, value: 0)]
    #expect(FanChartRenderer(language: .da, width: 60).lines(chart).contains { $0.contains("●") })
  }

  @Test("Wide terminals hold two charts beside each other, pages fence them")
  func sheet() throws {
    let legend = FanLegend(level: 80, innerLevel: 50, reference: Phrase(da: "normerede pladser", en: "standard places"))
    var frame = Table(title: Phrase(da: "Prognose", en: "Forecast"), columns: [])
    frame.notices = [Phrase("Intern")]
    frame.footnotes = [Phrase("Fod")]
    func text(_ width: Int, _ format: OutputFormat = .table) throws -> String {
      try Rendering.text([Self.chart(), Self.chart()], legend: legend, frame: frame, format: format, language: .da, width: width)
    }
    #expect(try text(160).contains(/Autisme: borgere +Autisme: borgere/))
    #expect(try !text(100).contains(/Autisme: borgere +Autisme: borgere/))
    for width in [60, 100, 160, 200] {
      let lines = try text(width).split(separator: "\n")
      #expect(lines.allSatisfy { DisplayWidth.of(String($0)) <= width })
      #expect(lines.contains { $0.contains("50\u{A0}%") } && lines.contains { $0.contains("80\u{A0}%") })
      #expect(lines.first == "Intern" && lines.last == "Fod")
    }
    #expect(try text(80, .markdown).split(separator: "\n").count { $0 == "```" } == 2)
  }
}
