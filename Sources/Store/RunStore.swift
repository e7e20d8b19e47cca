import Foundation
import GRDB
import Groundwork

/// A project's memory in one SQLite file beside plads.toml: what was computed from what, and what was published.
///
/// It holds digests, results and counts by municipality, stratum and period, never a stay; internal all the same.
/// Several programs may use it at once: a rollback journal (which also works on network drives, unlike a write-ahead
/// log), one short transaction a run, half a minute of patience. Nothing is ever deleted.
public final class RunStore: Sendable {
  public static let fileName = "plads.sqlite"

  let queue: DatabaseQueue

  /// - Parameters:
  ///   - folder: the project's.
  ///   - making: whether a file that is not there is made.
  public init(folder: String, making: Bool = true) throws(StoreProblem) {
    let path = folder.hasSuffix("/") ? folder + Self.fileName : folder + "/" + Self.fileName
    let isThere = FileManager.default.fileExists(atPath: path)
    if !making, !isThere { throw .missing }
    do {
      queue = try Self.open(path, isThere: isThere)
    } catch {
      throw StoreProblem(error)
    }
  }

  private static func open(_ path: String, isThere: Bool) throws -> DatabaseQueue {
    // SQLite takes a file of a few bytes for an empty database and would write over it.
    if isThere, !looksLikeStore(path) { throw StoreProblem.corrupt }
    var configuration = Configuration()
    configuration.busyMode = .timeout(30)
    if isThere, access(path, W_OK) != 0 { configuration.readonly = true }
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    try prepare(queue)
    return queue
  }

  /// Makes the tables that are missing. The migrator looks what is missing before it locks, and each of its looks is for
  /// itself: where another program makes them meanwhile it fails on what it finds, and looks again.
  private static func prepare(_ queue: DatabaseQueue) throws {
    let migrator = StoreSchema.migrator
    var attempts = 0
    while true {
      attempts += 1
      do {
        let state = try queue.read { try (migrator.hasBeenSuperseded($0), migrator.hasCompletedMigrations($0)) }
        if state.0 { throw StoreProblem.newer }
        if state.1 { return }
        try migrator.migrate(queue)
      } catch let error as DatabaseError where error.resultCode == .SQLITE_ERROR && attempts < 10 {
        usleep(10_000)
      }
    }
  }

  /// An empty file or one with room for SQLite's header, which SQLite then looks at. The file itself is not opened here:
  /// closing it would take away the locks of all connections of this program (POSIX advisory locks).
  private static func looksLikeStore(_ path: String) -> Bool {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return true }
    return status.st_size == 0 || status.st_size >= 512
  }

  func reading<Value>(_ body: (Database) throws -> Value) throws(StoreProblem) -> Value {
    do {
      return try queue.read(body)
    } catch {
      throw StoreProblem(error)
    }
  }

  func writing<Value>(_ body: (Database) throws -> Value) throws(StoreProblem) -> Value {
    do {
      return try queue.write(body)
    } catch {
      throw StoreProblem(error)
    }
  }

  /// UTC to the second.
  static var now: String { Date.now.formatted(.iso8601) }

  // MARK: Runs

  /// The latest run of the same identity, with its number.
  public func find(_ identity: RunIdentity) throws(StoreProblem) -> (id: Int, document: RunDocument)? {
    let key = identity.key
    return try reading { database in
      let row = try Row.fetchOne(database, sql: "SELECT id, result FROM run WHERE key = ? ORDER BY id DESC LIMIT 1", arguments: [key])
      return try row.map { try ($0["id"], Self.document($0)) }
    }
  }

  private static func document(_ row: Row) throws -> RunDocument {
    let result: Data = row["result"]
    return try RunDocument(archive: Array(result))
  }

  /// - Returns: the run's number.
  @discardableResult
  public func record(_ identity: RunIdentity, _ document: RunDocument) throws(StoreProblem) -> Int {
    let result = Data(document.archive())
    return try writing { database in
      try database.execute(
        sql: """
          INSERT INTO run (key, recorded, command, spec, form, origin, horizon, draws, seed, inputs, version, build, kernel, rows, warnings, result)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          identity.key, Self.now, identity.command, identity.spec, identity.form, identity.origin, identity.horizon, identity.draws, identity.seed,
          identity.inputsDigest, identity.version, identity.build, identity.kernel, document.machine.rows.count, document.warnings.count { $0.severity > .note },
          result,
        ])
      let id = Int(database.lastInsertedRowID)
      for input in identity.inputs {
        try database.execute(
          sql: "INSERT INTO input (run, name, file, sha256) VALUES (?, ?, ?, ?)", arguments: [id, input.name, input.file, input.sha256])
      }
      return id
    }
  }

  /// All runs, the first recorded first.
  public func runs() throws(StoreProblem) -> [RunSummary] {
    try reading { database in
      var labels: [Int: [String]] = [:]
      for row in try Row.fetchAll(database, sql: "SELECT run, label FROM publication ORDER BY label") {
        labels[row["run"], default: []].append(row["label"])
      }
      return try Row.fetchAll(
        database,
        sql: "SELECT id, recorded, command, spec, form, origin, horizon, draws, seed, inputs, version, kernel, rows, warnings FROM run ORDER BY id"
      ).map { row in
        RunSummary(
          id: row["id"], recorded: row["recorded"], command: row["command"], spec: row["spec"], form: row["form"], origin: row["origin"],
          horizon: row["horizon"], draws: row["draws"], seed: row["seed"], inputsDigest: row["inputs"], version: row["version"],
          kernel: row["kernel"], rows: row["rows"], warnings: row["warnings"], labels: labels[row["id"]] ?? [])
      }
    }
  }

  /// What a run gave; nil where there is none of that number.
  public func document(run id: Int) throws(StoreProblem) -> RunDocument? {
    try reading { database in
      try Row.fetchOne(database, sql: "SELECT result FROM run WHERE id = ?", arguments: [id]).map(Self.document)
    }
  }

  /// The inputs of a run, by name.
  public func inputs(run id: Int) throws(StoreProblem) -> [RunIdentity.Input] {
    try reading { database in
      try Row.fetchAll(database, sql: "SELECT name, file, sha256 FROM input WHERE run = ? ORDER BY name, file", arguments: [id])
        .map { RunIdentity.Input(name: $0["name"], file: $0["file"], sha256: $0["sha256"]) }
    }
  }
}
