import Groundwork
import Ingest
import Placements
import Testing

/// Whatever the bytes are, reading ends with findings: it never traps and never runs long.
@Suite("Garbage")
struct GarbageTests {
  private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  static let files: [String: String] = [
    "plads.toml": SettingsFileTests.full.replacing("data/udtraek.csv", with: "data/stays.csv").replacing("\";\"", with: "\",\"")
      .replacing("windows-1252", with: "utf-8").replacing("Udskrevet den", with: "end").replacing("Nøgle", with: "citizen"),
    "data/offers.csv": TestProject.offers, "data/stays.csv": TestProject.stays, "data/activity.csv": TestProject.activity,
    "data/capacity.csv": "offer,from,places,assumed_occupancy\nM1,2020-01-01,12,\"95 %\"\nB2,01.02.2021,5,0.9\n",
    "data/tariffs.csv": "offer,service,amount,from,to\nM1,x,2314.5,2020-01-01,\nM1,x,2400,2021-01-01,9999-12-31\n",
    "data/population.csv": "municipality,year,age_0_17,age_18_plus\n751,2025,100,200\n740,2025,100,\n",
    "data/municipalities.csv": "code,name,region\n751,Aarhus,Midtjylland\n740,Silkeborg,Midtjylland\n",
  ]

  private static let pieces: [[UInt8]] = [
    [0x22], [0x0A], [0x0D], [0x2C], [0x3B], [0x09], [0x00], [0xFF], [0xEF, 0xBB, 0xBF], [0xC3], Array("-".utf8), Array("9999-12-31".utf8),
    Array("0000-00-00".utf8), Array("nan".utf8), Array("1e308".utf8), Array("99999999999999999999".utf8), Array("010190-1234".utf8),
    Array("2027Q4".utf8), Array("[".utf8), Array("= {".utf8), Array("§".utf8), Array("\"\"".utf8), Array("%".utf8), Array("9999".utf8),
  ]

  private static func mutate(_ bytes: inout [UInt8], _ random: inout Generator) {
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let at = Int.random(in: 0...bytes.count, using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0: bytes.insert(contentsOf: pieces.randomElement(using: &random) ?? [], at: at)
      case 1: bytes.removeSubrange(at..<min(bytes.count, at + Int.random(in: 0...12, using: &random)))
      case 2 where at < bytes.count: bytes[at] = UInt8.random(in: 0...255, using: &random)
      case 3:
        let end = min(bytes.count, at + 40)
        bytes.insert(contentsOf: bytes[at..<end], at: Int.random(in: 0...bytes.count, using: &random))
      default: bytes = Array(bytes[..<at])
      }
    }
  }

  @Test("the untouched files are sound")
  func sound() throws {
    let read = try TestProject(Self.files).read()
    #expect(!read.hasErrors, "\(read.all)")
    #expect(read.tables.count == 7)
  }

  @Test("a few thousand changed projects are read to the end", arguments: 1...8)
  func mutated(_ seed: Int) throws {
    var random = Generator(state: UInt64(seed))
    let project = try TestProject(Self.files)
    let names = Self.files.keys.sorted()
    for _ in 0..<300 {
      let name = names[Int.random(in: 0..<names.count, using: &random)]
      let original = Array((Self.files[name] ?? "").utf8)
      var bytes = original
      Self.mutate(&bytes, &random)
      try project.write(name, bytes)
      let read = project.read()
      for finding in read.findings where finding.file?.contains("1234") != true {
        #expect(!finding.text(in: .da).contains("010190-1234"))
      }
      try project.write(name, original)
    }
  }

  @Test("random bytes are read to the end", arguments: 1...4)
  func random(_ seed: Int) throws {
    var random = Generator(state: UInt64(seed) << 32)
    let project = try TestProject(Self.files)
    for _ in 0..<100 {
      for name in Self.files.keys.sorted() {
        let count = Int.random(in: 0...300, using: &random)
        try project.write(name, (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) })
      }
      #expect(project.read().hasErrors)
    }
  }

  @Test("columns of changed text come or are refused", arguments: 1...4)
  func columns(_ seed: Int) {
    var random = Generator(state: UInt64(seed) << 16)
    for _ in 0..<1000 {
      var bytes = Array("y;x;g\n1,5;2;\"a;b\"\n2;3;c\n".utf8)
      Self.mutate(&bytes, &random)
      guard let columns = try? DelimitedText(bytes: bytes, file: "f").columns() else { continue }
      #expect(Set(columns.map(\.values.count)).count == 1)
    }
  }
}
