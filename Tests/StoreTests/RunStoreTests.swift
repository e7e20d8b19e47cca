import Foundation
import GRDB
import Groundwork
import Testing

@testable import Store

@Suite("RunStore")
struct RunStoreTests {
  static func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("plads-store-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.path)
  }

  static func identity(seed: Int = 1, spec: String = "--by area", sha256: String = "ab", build: String = "b") -> RunIdentity {
    RunIdentity(
      command: "forecast", spec: spec, form: "people", origin: "2026-09", horizon: 36, draws: 2000, seed: seed,
      inputs: [.init(name: "stays", file: "data/stays.csv", sha256: sha256)], version: "0.1.0", build: build, kernel: "Haswell")
  }

  static let document: RunDocument = {
    var table = Groundwork.Table(
      title: Phrase(da: "Prognose", en: "Forecast"),
      columns: [.init("line"), .init("mean", unit: "citizens", heading: Phrase(da: "Middel", en: "Mean"), decimals: 1)])
    table.append([.text("autisme"), .number(12.25)])
    table.append([.term(code: "a", Phrase(da: "æ", en: "e")), .precise(-0.1, decimals: 3)])
    table.append([.empty, .estimate(1e-300)])
    table.append([.integer(-7), .number(16_000.5)])
    table.notices = [Phrase(da: "Intern", en: "Internal")]
    table.footnotes = [Phrase("x")]
    table.meta = [("origin", "2026-09"), ("draws", "2000")]
    let warning = Finding(.warning, file: "data/stays.csv", row: 7, value: "»", message: Phrase(da: "a", en: "b"), remedy: Phrase("c"))
    return RunDocument(machine: table, sheets: [table, table], warnings: [warning])
  }()

  private func expectEqual(_ left: Groundwork.Table, _ right: Groundwork.Table) {
    #expect(left.rows == right.rows)
    #expect(left.columns == right.columns)
    #expect(left.title == right.title)
    #expect(left.notices == right.notices)
    #expect(left.footnotes == right.footnotes)
    #expect(left.meta.map(\.key) == right.meta.map(\.key))
    #expect(left.meta.map(\.value) == right.meta.map(\.value))
  }

  @Test("What was found out of inputs comes back by subject and key, the latest")
  func findings() throws {
    try Self.withFolder { folder in
      let store = try RunStore(folder: folder)
      #expect(try store.finding("trial", key: "a") == nil)
      try store.recordFinding("trial", key: "a", [1, 2])
      try store.recordFinding("trial", key: "a", [3])
      let again = try RunStore(folder: folder)
      #expect(try again.finding("trial", key: "a") == [3])
      #expect(try again.finding("other", key: "a") == nil && again.finding("trial", key: "b") == nil)
    }
  }

  @Test("A recorded run comes back exactly, from the same store and from one opened later")
  func roundTrip() throws {
    try Self.withFolder { folder in
      let id = try RunStore(folder: folder).record(Self.identity(), Self.document)
      let found = try #require(try RunStore(folder: folder).find(Self.identity()))
      #expect(found.id == id)
      #expect(found.document.warnings == Self.document.warnings)
      expectEqual(found.document.machine, Self.document.machine)
      for (left, right) in zip(found.document.sheets, Self.document.sheets) { expectEqual(left, right) }
      #expect(found.document.sheets.count == 2)
    }
  }

  @Test(
    "Whatever figures depend on makes another run",
    arguments: [identity(seed: 2), identity(spec: "--by total"), identity(sha256: "ac"), identity(build: "c")])
  func otherRuns(other: RunIdentity) throws {
    try Self.withFolder { folder in
      let store = try RunStore(folder: folder)
      try store.record(Self.identity(), Self.document)
      #expect(try store.find(other) == nil)
      #expect(other.key != Self.identity().key)
    }
  }

  @Test("Runs are listed in order with their labels; of equal ones the latest is found")
  func list() throws {
    try Self.withFolder { folder in
      let store = try RunStore(folder: folder)
      let first = try store.record(Self.identity(), Self.document)
      let second = try store.record(Self.identity(), Self.document)
      try store.publish("Budget 2027", run: first, level: 0.8, panel: [1, 2], values: [])
      let runs = try store.runs()
      #expect(runs.map(\.id) == [first, second])
      #expect(runs.map(\.labels) == [["Budget 2027"], []])
      #expect(runs[0].rows == 4)
      #expect(runs[0].warnings == 1)
      #expect(try store.find(Self.identity())?.id == second)
      #expect(try store.inputs(run: first) == Self.identity().inputs)
      #expect(try store.panel(of: "Budget 2027") == [1, 2])
      #expect(try store.publications().map(\.label) == ["Budget 2027"])
    }
  }

  @Test("A label is used once; a second attempt changes nothing")
  func labelTaken() throws {
    try Self.withFolder { folder in
      let store = try RunStore(folder: folder)
      let id = try store.record(Self.identity(), Self.document)
      let value = Publication.Value(
        grouping: "area", period: "2027-09", region: "", area: "autisme", municipality: "", kind: "residential", measure: "stock",
        mean: 1.25, median: 1, lower: 0, upper: 3)
      try store.publish("a", run: id, level: 0.8, panel: [], values: [value])
      #expect(throws: StoreProblem.labelTaken("a")) { try store.publish("a", run: id, level: 0.9, panel: [9], values: []) }
      #expect(try store.values(of: "a", grouping: "area") == [value])
      #expect(try store.isTaken("a"))
      #expect(try !store.isTaken("b"))
    }
  }

  @Test("Several programs record at once: nothing is lost, the file stays whole")
  func concurrent() throws {
    try Self.withFolder { folder in
      let failures = Failures()
      DispatchQueue.concurrentPerform(iterations: 8) { worker in
        do {
          let store = try RunStore(folder: folder)
          for round in 0..<5 { try store.record(Self.identity(seed: 10 * worker + round), Self.document) }
        } catch {
          failures.add(error)
        }
      }
      #expect(failures.all.isEmpty)
      let store = try RunStore(folder: folder)
      #expect(try store.runs().count == 40)
      #expect(try store.reading { try String.fetchOne($0, sql: "PRAGMA integrity_check") } == "ok")
    }
  }

  @Test("Several programs make the store at once: each finds it whole", arguments: 0..<20)
  func madeAtOnce(round: Int) throws {
    try Self.withFolder { folder in
      let failures = Failures()
      DispatchQueue.concurrentPerform(iterations: 8) { worker in
        do {
          try RunStore(folder: folder).record(Self.identity(seed: worker), Self.document)
        } catch {
          failures.add(error)
        }
      }
      #expect(failures.all.isEmpty)
      let store = try RunStore(folder: folder)
      #expect(try store.runs().count == 8)
    }
  }

  @Test("What is no store is named as such", arguments: ["not a database at all, but long enough to have a header of a hundred bytes ................................................", "x"])
  func noStore(text: String) throws {
    try Self.withFolder { folder in
      try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/plads.sqlite"))
      #expect(throws: StoreProblem.corrupt) { try RunStore(folder: folder) }
    }
  }

  @Test("A folder in its place, a missing store, one from a later version")
  func problems() throws {
    try Self.withFolder { folder in
      #expect(throws: StoreProblem.missing) { try RunStore(folder: folder, making: false) }
      try RunStore(folder: folder).writing { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99')") }
      #expect(throws: StoreProblem.newer) { try RunStore(folder: folder) }
    }
    try Self.withFolder { folder in
      try FileManager.default.createDirectory(atPath: folder + "/plads.sqlite", withIntermediateDirectories: false)
      #expect(throws: StoreProblem.notWritable) { try RunStore(folder: folder) }
    }
  }

  @Test("A result that was cut off is damaged, not a crash", arguments: [0, 1, 40, 200])
  func damaged(length: Int) {
    let bytes = Self.document.archive()
    #expect(throws: ByteReader.Damaged.self) { try RunDocument(archive: Array(bytes.prefix(length))) }
    #expect(throws: ByteReader.Damaged.self) { try RunDocument(archive: bytes + [0]) }
  }

  @Test("SHA-256 of the empty text and of abc (FIPS 180-2, appendix B)")
  func digest() {
    #expect(Digest.sha256([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(Digest.sha256(Array("abc".utf8)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(Digest.sha256(file: "/no/such/file") == nil)
  }
}

/// Errors of several threads.
private final class Failures: @unchecked Sendable {
  private let lock = NSLock()
  private var errors: [String] = []

  var all: [String] { lock.withLock { errors } }

  func add(_ error: any Error) { lock.withLock { errors.append("\(error)") } }
}
