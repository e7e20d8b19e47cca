import Groundwork
import Testing

@Suite("TOML with positions")
struct PositionedTOMLTests {
  static let text = """
    # a comment with [brackets] = and "quotes"
    title = "x"

    [project]
    name = "Region # not a comment"
      region = 'Midtjylland'
    list = [
      1,
      2,
    ]
    after = true

    [[area]]
    id = "a"
    [[area]]
    id = "b"
    [area.more]
    deep = 1

    [inputs.stays]
    columns = { "Udskrevet den" = "end", x = "y" }

    [inputs.stays.values]
    "end reason" = 1
    text = \"\"\"
    several = 1
    lines \\
    \"\"\"
    last = 2
    """

  @Test("places of keys", arguments: [
    ("title", 2, "1"), ("project", 4, "1"), ("project.name", 5, "1"), ("project.region", 6, "3"), ("project.list", 7, "1"),
    ("project.after", 11, "1"), ("area[0]", 13, "1"), ("area[0].id", 14, "1"), ("area[1].id", 16, "1"),
    ("area[1].more.deep", 18, "1"), ("inputs.stays.columns", 21, "1"), ("inputs.stays.columns.Udskrevet den", 21, "13"),
    ("inputs.stays.columns.x", 21, "38"), ("inputs.stays.values.end reason", 24, "1"), ("inputs.stays.values.last", 29, "1"),
    ("project.nothing", 4, "1"), ("project.list[1]", 9, "3"),
  ])
  func places(_ path: String, _ row: Int, _ column: String) throws {
    let toml = try PositionedTOML(text: Self.text, file: "plads.toml")
    let finding = toml.finding(at: path, message: Phrase("m"), remedy: Phrase(""))
    #expect(finding.row == row)
    #expect(finding.column == column)
    #expect(finding.file == "plads.toml")
  }

  @Test("line ends of Windows do not move places")
  func windowsLineEnds() throws {
    let toml = try PositionedTOML(text: "a = 1\r\n\r\n[b]\r\nc = 2\r\n", file: "f")
    #expect(toml.finding(at: "b.c", message: Phrase(""), remedy: Phrase("")).row == 4)
  }

  @Test("an unknown path has no place")
  func unknown() throws {
    let toml = try PositionedTOML(text: "a = 1", file: "f")
    #expect(toml.finding(at: "zzz", message: Phrase(""), remedy: Phrase("")).row == nil)
  }

  @Test("values keep their types")
  func values() throws {
    let toml = try PositionedTOML(
      text: "s = \"x\"\ni = 3\nd = 1.5\nb = true\nday = 2027-04-01\na = [1, 2]\nt = { k = \"v\" }", file: "f")
    #expect(toml.root["s"] == .string("x"))
    #expect(toml.root["i"] == .integer(3))
    #expect(toml.root["d"] == .number(1.5))
    #expect(toml.root["b"] == .boolean(true))
    #expect(toml.root["day"] == .string("2027-04-01"))
    #expect(toml.root["a"] == .array([.integer(1), .integer(2)]))
    #expect(toml.root["t"] == .table(["k": .string("v")]))
  }

  @Test("what is no TOML is an error with its line", arguments: [("a = 1\nb = \nc = 2", 2), ("[a\nb = 1", 1), ("a = 1\na = 2", 2),
    ("a = 1\n[årstal]\n", 2), ("a = 1\n[[", 2), ("[=]", 1), ("a = \n[=]", 1), ("[\u{301}]", 1), ("x = 1\n[ .a]", 2), ("[\n]", 1), ("[[\t#]]", 1), ("a = [1, }]", 1), ("a = [\n1,\n}]", 3)])
  func syntax(_ text: String, _ row: Int) {
    let error = #expect(throws: FindingsError.self) { try PositionedTOML(text: text, file: "f") }
    #expect(error?.findings.first?.row == row)
    #expect(error?.findings.first?.severity == .error)
  }

  @Test("no text, however broken, ends the program", arguments: 1...8)
  func garbage(_ seed: Int) {
    var state = UInt64(seed)
    func random(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % limit
    }
    let pieces = ["[", "]", "[[", "]]", "=", ".", ",", "{", "}", "\"", "'", "\"\"\"", "\n", "\r", "#", "å", "\u{301}", "\\", "1e5", "-", "+", "inf", "2020-01-01", "\u{0}", "\u{2028}", "0x", "_", " "]
    for _ in 0..<3000 {
      var scalars = Array(Self.text.unicodeScalars)
      for _ in 0...random(4) {
        let at = random(scalars.count)
        switch random(3) {
        case 0: scalars.insert(contentsOf: pieces[random(pieces.count)].unicodeScalars, at: at)
        case 1: scalars.removeSubrange(at..<min(scalars.count, at + 1 + random(10)))
        default: scalars[at] = pieces[random(pieces.count)].unicodeScalars.first!
        }
        if scalars.isEmpty { break }
      }
      var text = String.UnicodeScalarView()
      text.append(contentsOf: scalars)
      _ = try? PositionedTOML(text: String(text), file: "f")
    }
  }

  /// A line of TOML, and the line and column of each character and of the end, as text.
  static let written: [(toml: String, places: String)] = [
    ("a = \"xy\"", "1:6 1:7 1:8"), ("a = 'æ+'", "1:6 1:7 1:8"), ("a = \"p\\\"q\"", "1:6 1:7 1:9 1:10"),
    ("a = \"\\u00e6z\"", "1:6 1:12 1:13"), ("a = \"\"\"\nx\ny\"\"\"", "2:1 2:2 3:1 3:2"),
    ("a = \"\"\"x\\\n  y\"\"\"", "1:8 2:3 2:4"), ("a = \"\"", "1:6"),
  ]

  @Test("Each character of a string knows where it was written", arguments: written)
  func textPlaces(_ toml: String, _ places: String) throws {
    let found = try #require(try PositionedTOML(text: toml, file: "x.toml").places(ofTextAt: "a"))
    #expect(found.map { "\($0.line):\($0.column)" }.joined(separator: " ") == places)
  }

  @Test func textPlacesInTables() throws {
    let toml = try PositionedTOML(text: "[[m]]\nf = 'a'\n[[m]]\n  f = \"bc\"\nn = 1\n", file: "x.toml")
    #expect(toml.places(ofTextAt: "m[1].f")?.first == TextPlace(line: 4, column: 8))
    #expect(toml.places(ofTextAt: "m[1].n") == nil)
    #expect(toml.places(ofTextAt: "m[2].f") == nil)
  }
}
