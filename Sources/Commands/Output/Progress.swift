internal import Glibc
internal import Groundwork
internal import Synchronization

/// One line on standard error for work that takes long: renewed in place on a terminal, else a line every ten seconds.
/// May be told from several tasks at once.
final class Progress: Sendable {
  private struct State {
    var done = 0
    var lastShown: Double
    var hasLine = false
  }

  private let label: Phrase
  private let total: Int
  private let isQuiet: Bool
  private let inPlace: Bool
  private let language: Language
  private let state: Mutex<State>

  /// - Parameter total: Steps of the whole work; 0 where it is not known.
  init(_ label: Phrase, total: Int, isQuiet: Bool) {
    self.label = label
    self.total = total
    self.isQuiet = isQuiet
    inPlace = Console.isTerminal(STDERR_FILENO)
    language = Speech.language
    state = Mutex(State(lastShown: Self.now))
  }

  func advance(by steps: Int = 1) {
    guard !isQuiet else { return }
    state.withLock { state in
      state.done += steps
      let time = Self.now
      // Work that is done in half a second needs no line at all.
      let pause = inPlace ? (state.hasLine ? 0.1 : 0.5) : 10
      guard time - state.lastShown >= pause else { return }
      state.lastShown = time
      state.hasLine = true
      let line = inPlace ? "\r\u{1B}[K" + text(state.done) : text(state.done) + "\n"
      try? Console.write(line, to: STDERR_FILENO)
    }
  }

  /// Reports the share of the whole work that is done, of a total of 100 steps.
  var follow: @Sendable (Double) -> Void {
    { share in
      let steps = Int(100 * share)
      let before = self.state.withLock { $0.done }
      if steps > before { self.advance(by: steps - before) }
    }
  }

  /// Takes the line away, so that results stand alone.
  func finish() {
    state.withLock { state in
      if inPlace, state.hasLine { try? Console.write("\r\u{1B}[K", to: STDERR_FILENO) }
      state.hasLine = false
    }
  }

  private func text(_ done: Int) -> String {
    guard total > 0 else { return "\(label[language]) …" }
    return "\(label[language]) … \(min(100, 100 * done / total)) %"
  }

  private static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
