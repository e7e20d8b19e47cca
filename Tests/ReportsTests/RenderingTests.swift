import Groundwork
import Testing

@testable import Reports

private func sample() -> Table {
  var table = Table(
    title: Phrase(da: "Pladser", en: "Places"),
    columns: [
      .init("scenario", heading: Phrase(da: "Scenarie", en: "Scenario")), .init("offer", heading: Phrase(da: "Tilbud", en: "Offer")),
      .init("unused"), .init("mean", unit: "places", heading: Phrase(da: "Middel", en: "Mean"), decimals: 1),
      .init("count", heading: Phrase(da: "Antal", en: "Count")),
    ])
  table.notices = [Phrase(da: "Intern", en: "Internal")]
  table.footnotes = [Phrase(da: "En note", en: "A note")]
  table.meta = [("seed", "1"), ("origin", "2026-12")]
  table.append([.text("basis"), .text("Ågården"), .empty, .number(1234.56), .integer(1_234_567)])
  table.append([.text("basis"), .text("=HYPERLINK(\"x\")"), .empty, .precise(-0.125, decimals: 3), .empty])
  table.append([.term(code: "all", Phrase(da: "alle", en: "all")), .empty, .empty, .number(.nan), .integer(-3)])
  return table
}

private func render(_ table: Table, _ format: OutputFormat, _ language: Language = .da, width: Int = 100) throws -> String {
  try Rendering.text(table, format: format, language: language, width: width)
}

@Suite("Tables for people")
struct TextRendererTests {
  @Test("Danish: comma, points, aligned decimals, blank repeats, empty columns left out")
  func danish() throws {
    let expected = """
      Intern

      Pladser

      Scenarie  Tilbud              Middel      Antal
      ────────  ───────────────  ─────────  ─────────
      basis     Ågården          1.234,6    1.234.567
                =HYPERLINK("x")     −0,125
      alle                                         −3

      En note

      """
    #expect(try render(sample(), .table) == expected)
  }

  @Test("English: point and commas")
  func english() throws {
    let text = try render(sample(), .table, .en)
    #expect(text.contains("1,234.6 "))
    #expect(text.contains("1,234,567"))
    #expect(text.contains("Scenario"))
    #expect(text.contains("all "))
  }

  @Test("No line is wider than the terminal where words allow it", arguments: [30, 40, 60, 100])
  func width(_ width: Int) throws {
    var table = Table(
      title: Phrase("A title of quite some words that must be wrapped somewhere"),
      columns: [.init("a", heading: Phrase("A heading of words")), .init("b", heading: Phrase("Another long heading"), decimals: 1)])
    table.footnotes = [Phrase("A footnote that goes on and on until it certainly needs a second line to stand on.")]
    table.append([.text("Some words in a cell that are longer than the narrowest terminal"), .number(12.3)])
    let lines = try render(table, .table, width: width).split(separator: "\n")
    #expect(lines.allSatisfy { DisplayWidth.of(String($0)) <= width })
  }

  @Test("Letters with combining marks take one place, wide ones two", arguments: [("æøå", 3), ("a\u{30A}", 1), ("日本", 4), ("", 0), ("plads", 5)])
  func displayWidth(_ text: String, _ width: Int) {
    #expect(DisplayWidth.of(text) == width)
  }

  @Test("Control characters of a file never reach the terminal")
  func controls() throws {
    var table = Table(title: Phrase("t"), columns: [.init("a")])
    table.append([.text("x\u{1B}[31my\nz")])
    let text = try render(table, .table)
    #expect(text.contains("x?[31my z"))
    #expect(!text.contains("\u{1B}"))
  }

  @Test("Colour only when asked for")
  func color() throws {
    let colored = try Rendering.text(sample(), format: .table, language: .da, color: true)
    #expect(colored.contains("\u{1B}[1m"))
    #expect(try !render(sample(), .table).contains("\u{1B}"))
  }

  @Test("A table without rows keeps its headings")
  func empty() throws {
    #expect(try render(Table(title: Phrase("t"), columns: [.init("a"), .init("b")]), .table) == "t\n\na  b\n─  ─\n")
  }
}

@Suite("Tables for machines and pages")
struct MachineFormatTests {
  @Test("CSV: promised names, every column, quoting, defused formulas, untouched numbers", arguments: Language.allCases)
  func csv(_ language: Language) throws {
    let expected = """
      scenario,offer,unused,mean,count
      basis,Ågården,,1234.56,1234567
      basis,"'=HYPERLINK(""x"")",,-0.125,
      all,,,,-3

      """
    #expect(try render(sample(), .csv, language) == expected)
  }

  @Test(
    "CSV fields",
    arguments: [
      ("a,b", "\"a,b\""), ("a\nb", "\"a\nb\""), ("a\r\nb", "\"a\r\nb\""), ("say \"x\"", "\"say \"\"x\"\"\""), ("-1", "'-1"),
      ("@x", "'@x"), ("+45", "'+45"), ("a-b", "a-b"),
    ])
  func csvField(_ text: String, _ field: String) throws {
    var table = Table(title: Phrase(""), columns: [.init("a")])
    table.append([.text(text)])
    #expect(try render(table, .csv) == "a\n\(field)\n")
  }

  @Test("JSON: the same in both languages", arguments: Language.allCases)
  func json(_ language: Language) throws {
    let expected = """
      {
        "meta": {
          "seed": "1",
          "origin": "2026-12",
          "notices": [{"da": "Intern", "en": "Internal"}]
        },
        "columns": [
          {"name": "scenario", "unit": ""},
          {"name": "offer", "unit": ""},
          {"name": "unused", "unit": ""},
          {"name": "mean", "unit": "places"},
          {"name": "count", "unit": ""}
        ],
        "rows": [
          ["basis", "Ågården", null, 1234.56, 1234567],
          ["basis", "=HYPERLINK(\\"x\\")", null, -0.125, null],
          ["all", null, null, null, -3]
        ]
      }

      """
    #expect(try render(sample(), .json, language) == expected)
  }

  @Test(
    "JSON values",
    arguments: [
      (.string("a\u{1}\u{8}\"\\\n\t"), "\"a\\u0001\\u0008\\\"\\\\\\n\\t\""), (.exact(0.1), "0.1"), (.exact(1e-7), "1e-07"),
      (.exact(.infinity), "null"), (.rounded(1.0 / 3), "0.333333"), (.rounded(-1e-9), "0"), (.boolean(true), "true"),
      (["a": [], "b": .object([])], "{\"a\": [], \"b\": {}}"), (.exact(12), "12"),
    ] as [(JSONValue, String)])
  func jsonValue(_ value: JSONValue, _ text: String) {
    #expect(value.text() == text)
  }

  @Test("Markdown: pipes are escaped, numbers stand right")
  func markdown() throws {
    var table = sample()
    table.append([.text("a|b"), .text("c_d"), .empty, .number(1), .integer(2)])
    let text = try render(table, .markdown)
    #expect(text.hasPrefix("## Pladser\n\n> Intern\n\n| Scenarie | Tilbud | Middel | Antal |\n| --- | --- | ---: | ---: |\n"))
    #expect(text.contains("| a\\|b | c\\_d | 1,0 | 2 |\n\n- En note\n"))
  }

  @Test("Spreadsheets have no writer yet")
  func spreadsheet() {
    #expect(throws: UsageError.self) { try Rendering.text(sample(), format: .xlsx, language: .da) }
    #expect(throws: UsageError.self) { try Rendering.check(.xlsx) }
  }
}
