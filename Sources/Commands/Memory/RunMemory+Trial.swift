import Analysis
import Groundwork
import Placements
import Store

extension RunMemory {
  private static let subject = "stock_trial"

  /// Which recipe did best for the project's stocks, from the store where the same inputs were tried before.
  func trial(_ session: ProjectSession, horizon: Int, threads: Int) -> StockTrial {
    let key = trialKey(horizon: horizon)
    if let known = foundTrial(key) { return known }
    let trial = StockTrial(extracts: session.extracts, panel: session.panel, horizon: horizon, threads: threads)
    recordTrial(trial, key)
    return trial
  }

  /// Digest of the project's own files and of the program; scenarios, draws and seed do not matter.
  private func trialKey(horizon: Int) -> String {
    let files = identity.inputs.filter { $0.name != ScenarioLibrary.inputName }.map { "\($0.name) \($0.sha256)\n" }.joined()
    let rest = "\(horizon) \(identity.version) \(identity.build) \(identity.kernel)"
    return Digest.sha256(Array((files + rest).utf8))
  }

  private func foundTrial(_ key: String) -> StockTrial? {
    guard !isFresh, let store else { return nil }
    do throws(StoreProblem) {
      return try store.finding(Self.subject, key: key).flatMap { try? StockTrial(archive: $0) }
    } catch {
      warn(error)
      return nil
    }
  }

  private func recordTrial(_ trial: StockTrial, _ key: String) {
    guard let store else { return }
    do throws(StoreProblem) {
      try store.recordFinding(Self.subject, key: key, trial.archive())
    } catch {
      warn(error)
    }
  }
}
