import Groundwork
import LinearAlgebra
import Placements
import Store

/// What a command remembers: it brings back what was computed from the same inputs before, and records what is new.
/// A store that cannot be used is a warning; the figures come all the same.
struct RunMemory {
  let identity: RunIdentity
  let folder: String
  let store: RunStore?
  private let fresh: Bool
  private let recalls: Bool
  private let output: OutputOptions

  /// - Parameters:
  ///   - others: files besides the project's tables that figures depend on, such as scenarios: name and path.
  ///   - fresh: whether everything is computed anew.
  ///   - recalls: whether an earlier run's result will do.
  init(
    _ command: String, session: ProjectSession, simulation: SimulationOptions, horizon: Int, others: [(name: String, path: String)] = [],
    fresh: Bool, recalls: Bool = true, output: OutputOptions
  ) {
    self.fresh = fresh
    self.recalls = recalls
    self.output = output
    folder = session.folder
    identity = RunIdentity(
      command: command, spec: Invocation.spec(command, Invocation.arguments), form: output.isForPeople ? "people" : "rows",
      origin: session.panel.origin.description, horizon: horizon,
      draws: simulation.draws, seed: simulation.seed, inputs: Self.inputs(session, others), version: Plads.version, build: Invocation.build,
      kernel: BLASInfo.current.core ?? "")
    do throws(StoreProblem) {
      store = try RunStore(folder: session.folder)
    } catch {
      store = nil
      output.show([error.finding(.warning)])
    }
  }

  private static func inputs(_ session: ProjectSession, _ others: [(name: String, path: String)]) -> [RunIdentity.Input] {
    func path(_ file: String) -> String { file.hasPrefix("/") ? file : session.folder + "/" + file }
    let files = [("plads", "plads.toml", path("plads.toml"))] + session.tables.map { ($0.name, $0.file, path($0.file)) }
      + others.map { ($0.name, label($0.path), $0.path) }
    return files.compactMap { name, file, path in
      Digest.sha256(file: path).map { RunIdentity.Input(name: name, file: file, sha256: $0) }
    }
  }

  /// The program's own files are named by where they lie in its data, wherever that is on this machine.
  private static func label(_ path: String) -> String {
    guard let data = ShippedData.folder, path.hasPrefix(data + "/") else { return path }
    return "Data" + path.dropFirst(data.count)
  }

  /// The same run's document from the store, else a computed one, which is recorded. Its warnings are shown either way.
  func document(_ compute: () throws -> RunDocument) throws -> (document: RunDocument, run: Int?) {
    if !fresh, recalls, let found = recalled() {
      output.show(found.document.warnings)
      return found
    }
    let document = try compute()
    output.show(document.warnings)
    return (document, record(document))
  }

  /// Whether everything is computed anew.
  var isFresh: Bool { fresh }

  func warn(_ problem: StoreProblem) { output.show([problem.finding(.warning)]) }

  func say(_ phrase: Phrase) { output.say(phrase) }

  private func recalled() -> (document: RunDocument, run: Int?)? {
    guard let store else { return nil }
    do throws(StoreProblem) {
      return try store.find(identity).map { ($0.document, $0.id) }
    } catch {
      output.show([error.finding(.warning)])
      return nil
    }
  }

  /// - Returns: the run's number; nil and a warning where it could not be recorded.
  @discardableResult
  func record(_ document: RunDocument) -> Int? {
    guard let store else { return nil }
    do throws(StoreProblem) {
      return try store.record(identity, document)
    } catch {
      output.show([error.finding(.warning)])
      return nil
    }
  }
}

extension RunStore {
  /// The store for a command that is nothing without it.
  /// - Throws: `FindingsError` naming the file and what to do.
  static func required(folder: String, making: Bool = false) throws(FindingsError) -> RunStore {
    do throws(StoreProblem) {
      return try RunStore(folder: folder, making: making)
    } catch {
      throw FindingsError(error.finding(.error))
    }
  }
}

/// Passes on what the body gives; a problem of the store becomes an error for people.
func requiring<Value>(_ body: () throws(StoreProblem) -> Value) throws(FindingsError) -> Value {
  do throws(StoreProblem) {
    return try body()
  } catch {
    throw FindingsError(error.finding(.error))
  }
}

extension OutputOptions {
  /// Prints machine tables whole, people's as sheets, one below the other.
  func write(_ document: RunDocument) throws {
    if isForPeople, !document.sheets.isEmpty { try write(document.sheets) } else { try write(document.machine) }
  }
}
