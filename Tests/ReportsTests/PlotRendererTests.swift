import Foundation
import FoundationXML
import Groundwork
import Reports
import Testing

@Suite("Plots as SVG")
struct PlotRendererTests {
  private func plot(_ points: [Plot.Point], x: Plot.Axis.Scale = .linear, title: String = "T") -> Plot {
    Plot(
      title: Phrase(title), notes: [Phrase(da: "se her", en: "look here")], x: .init(Phrase("x"), x), y: .init(Phrase("y")),
      layers: [
        .init(.band(points.map { .init(x: $0.x, low: $0.y - 1, middle: $0.y, high: $0.y + 1) }), Phrase(da: "bånd", en: "band")),
        .init(.points(points), Phrase(da: "punkter", en: "points")), .init(.line(points)), .init(.reference(points)),
        .init(.intervals(points.map { .init(x: $0.x, low: $0.y - 1, middle: $0.y, high: $0.y + 1) })),
        .init(.tiles([.init(left: 1, right: 2, bottom: 0, top: 1, density: 0.5)])),
      ])
  }

  private func isWellFormed(_ text: String) -> Bool {
    let parser = XMLParser(data: Data(text.utf8))
    return parser.parse()
  }

  @Test("Well formed in both languages, with title, notes, labels and legend", arguments: Language.allCases)
  func wellFormed(_ language: Language) {
    let svg = Rendering.svg(plot([.init(1, 2), .init(2, 4), .init(3, 1)], title: "<a & \"b\">"), language: language)
    #expect(isWellFormed(svg))
    #expect(svg.contains("&lt;a &amp; &quot;b&quot;&gt;"))
    #expect(svg.contains(language == .da ? "bånd" : ">band<"))
    #expect(svg.contains(language == .da ? "se her" : "look here"))
    #expect(svg == Rendering.svg(plot([.init(1, 2), .init(2, 4), .init(3, 1)], title: "<a & \"b\">"), language: language))
  }

  @Test(
    "Nothing, one point, equal points and numbers that are none are drawn without a fall",
    arguments: [[], [Plot.Point(0, 0)], [.init(5, 5), .init(5, 5)], [.init(.nan, 1), .init(1, .infinity)], [.init(1e-300, 1), .init(1e300, -1e300)]],
    [Plot.Axis.Scale.linear, .logarithmic, .years])
  func oddData(_ points: [Plot.Point], _ scale: Plot.Axis.Scale) {
    let svg = Rendering.svg(plot(points, x: scale), language: .da)
    #expect(isWellFormed(svg))
    #expect(!svg.lowercased().contains("nan") && !svg.contains("\"inf"))
  }

  @Test("Danish decimals and a real minus; years without a sign between thousands")
  func numbers() {
    let points: [Plot.Point] = [.init(2021.2, -1.25), .init(2026.8, 0.5)]
    let plot = Plot(title: Phrase("T"), x: .init(Phrase("år"), .years), y: .init(Phrase("y")), layers: [.init(.points(points))])
    let svg = Rendering.svg(plot, language: .da)
    #expect(svg.contains(">2022<"))
    #expect(svg.contains(">−1,0<") || svg.contains(">−0,5<"))
    #expect(Rendering.svg(plot, language: .en).contains(">−0.5<"))
  }

  @Test("A hundred rows each have a line of their own")
  func rows() throws {
    let rows = (0..<98).map { RowPlot.Row("Kommune \($0)", value: Double($0) / 20 - 2.4, note: Phrase("\($0) / 3,0")) }
    let plot = RowPlot(
      title: Phrase("R"), axis: Phrase("z"), labelHeading: Phrase("kommune"), noteHeading: Phrase("talt"), band: -1.96...1.96, rows: rows)
    let svg = Rendering.svg(plot, language: .da)
    #expect(isWellFormed(svg))
    let heights = svg.matches(of: #/<text x="[^"]*" y="([0-9.]+)"[^>]*>Kommune /#).compactMap { Double($0.1) }
    #expect(heights.count == 98)
    for (above, below) in zip(heights, heights.dropFirst()) { #expect(below - above >= 14) }
    #expect(Rendering.svg(RowPlot(title: Phrase("R"), axis: Phrase("z"), labelHeading: Phrase(""), band: -1...1, rows: []), language: .en).hasPrefix("<svg"))
  }

  @Test func page() {
    let page = PicturePage(
      title: Phrase("P"), notices: [Phrase("Intern")],
      sections: [.init(heading: Phrase("a <b>"), text: "x < y\nz", pictures: [("q.svg", Phrase("Q"))]), .init(heading: Phrase("c"), pictures: [])])
    let html = Rendering.html(page, language: .en)
    #expect(html.contains("<html lang=\"en\">") && html.contains("<img src=\"q.svg\" alt=\"Q\">") && html.contains("x &lt; y\nz"))
    #expect(html.contains("Intern") && !html.contains("<script"))
  }
}
