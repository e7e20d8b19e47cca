internal import Dispatch
internal import Synchronization

/// Runs independent jobs in their order on any number of threads; a free thread takes the next.
public func concurrently(_ count: Int, threads: Int, _ job: @Sendable (Int) -> Void) {
  let next = Atomic(0)
  DispatchQueue.concurrentPerform(iterations: max(1, min(threads, count))) { _ in
    while true {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard index < count else { return }
      job(index)
    }
  }
}

/// Results of independent jobs, one slot each, filled from any thread.
public final class ConcurrentResults<Value: Sendable>: @unchecked Sendable {
  private let slots: UnsafeMutablePointer<Value?>
  private let count: Int

  public init(count: Int) {
    self.count = count
    slots = .allocate(capacity: max(1, count))
    slots.initialize(repeating: nil, count: max(1, count))
  }

  deinit {
    slots.deinitialize(count: max(1, count))
    slots.deallocate()
  }

  /// Each slot is set by one job only.
  public func set(_ value: Value, at index: Int) { slots[index] = value }

  /// What was set, in the jobs' order.
  public var all: [Value] { (0..<count).compactMap { slots[$0] } }

  /// The results of `count` independent jobs.
  public static func of(_ count: Int, threads: Int, _ job: @Sendable (Int) -> Value) -> [Value] {
    let results = ConcurrentResults(count: count)
    concurrently(count, threads: threads) { results.set(job($0), at: $0) }
    return results.all
  }
}
