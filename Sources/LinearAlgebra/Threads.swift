internal import Dispatch
internal import Glibc
internal import Synchronization

extension LinearAlgebra {
  /// Threads that loops over rows use at most, in this package's own code; every core where nothing else is said.
  /// `LinearAlgebra.$threads.withValue(1) { … }` sets it for a scope. Results have the same bytes for any number.
  @TaskLocal public static var threads = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

  /// Calls `body` once for every piece 0..<pieces, from several threads where that is allowed. Returns when all are
  /// done. What a piece writes must be its own; sums of pieces are taken afterwards, in their order.
  public static func inParallel(_ pieces: Int, _ body: (Int) -> Void) {
    let workers = allowsConcurrency ? min(threads, pieces) : 1
    guard workers > 1 else {
      for piece in 0..<pieces { body(piece) }
      return
    }
    start()
    withoutActuallyEscaping(body) { body in
      let job = Job(run: body)
      let next = Atomic(0)
      DispatchQueue.concurrentPerform(iterations: workers) { _ in
        while true {
          let piece = next.wrappingAdd(1, ordering: .relaxed).oldValue
          guard piece < pieces else { return }
          job.run(piece)
        }
      }
    }
  }
}

/// Pieces write to places of their own, which the compiler cannot see.
private struct Job: @unchecked Sendable {
  let run: (Int) -> Void
}
