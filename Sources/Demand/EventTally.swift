import Glibc

/// Counts of events by key, future period and draw; everything else is derived from them.
///
/// Integers only: sums do not depend on the order in which threads add. Memory is taken page by page as keys are touched.
/// Index: `((key · kinds + kind) · horizon + period) · draws + draw`.
public final class EventTally: @unchecked Sendable {
  public enum Kind: Int, CaseIterable, Sendable {
    case admissions, homecomings, otherExits
    /// Moves into the key minus moves out of it.
    case netMoves
    /// Days of presence that the period's arrivals add, less those that its leavers take, against the opening stock.
    case dayCorrection
  }

  public let keys: Int
  public let horizon: Int
  public let draws: Int
  let cells: UnsafeMutablePointer<Int32>
  private let touched: UnsafeMutablePointer<UInt8>
  private static let kinds = Kind.allCases.count

  public init(keys: Int, horizon: Int, draws: Int) {
    self.keys = keys
    self.horizon = horizon
    self.draws = draws
    let count = max(1, keys * Self.kinds * horizon * draws)
    guard let raw = calloc(count, MemoryLayout<Int32>.stride), let flags = calloc(max(1, keys), 1) else {
      fatalError("out of memory for \(count) event counts")
    }
    cells = raw.bindMemory(to: Int32.self, capacity: count)
    touched = flags.bindMemory(to: UInt8.self, capacity: max(1, keys))
  }

  deinit {
    free(cells)
    free(touched)
  }

  /// Threads add to disjoint draws.
  @inline(__always)
  func add(_ amount: Int32, _ kind: Kind, key: Int, period: Int, draw: Int) {
    touched[key] = 1
    cells[((key * Self.kinds + kind.rawValue) * horizon + period) * draws + draw] += amount
  }

  /// False when nothing was ever counted under the key.
  public func isTouched(_ key: Int) -> Bool { touched[key] != 0 }

  /// The counts of all draws of one key, kind and period.
  public func withDraws<R>(_ kind: Kind, key: Int, period: Int, _ body: (UnsafeBufferPointer<Int32>) throws -> R) rethrows -> R {
    let start = ((key * Self.kinds + kind.rawValue) * horizon + period) * draws
    return try body(UnsafeBufferPointer(start: cells + start, count: draws))
  }
}
