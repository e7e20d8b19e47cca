import Glibc

/// Counts of events by key, future period and draw; everything else is derived from them.
///
/// Integers only: sums do not depend on the order in which threads add. Memory is taken page by page as keys are touched.
/// Draws stand in blocks that fill a cache line, and all of a block's counts stand together, since that is how they are
/// counted: `(((block · keys + key) · kinds + kind) · horizon + period) · width + draw in the block`.
public final class EventTally: @unchecked Sendable {
  public enum Kind: Int, CaseIterable, Sendable {
    case admissions, homecomings, otherExits
    /// Moves into the key minus moves out of it.
    case netMoves
    /// Days of presence that the period's arrivals add, less those that its leavers take, against the opening stock.
    case dayCorrection
    /// Of the other exits, those at an age limit; not counted in details `flows` and `events`.
    case ageOuts
    /// Citizens who leave in announced batches, and the days from announcement to leaving; counted in detail `batches` only.
    case batchCitizens, noticeDays
  }

  /// What is told apart.
  public enum Detail: Sendable {
    /// Admissions, exits and moves.
    case flows
    /// Those, with the days that they add and take.
    case events
    /// Those, and which of the other exits are at an age limit.
    case causes
    /// Every kind of event.
    case batches
    /// Those, with the announced leavers of notices among the batches.
    case announced
    /// Only what the stock changes by, all under `netMoves`: a fifth of the memory, for stocks and places.
    case net
    /// That, and the days that arrivals add and leavers take.
    case presence

    var kinds: Int {
      switch self {
      case .flows: Kind.dayCorrection.rawValue
      case .events: Kind.ageOuts.rawValue
      case .causes: Kind.batchCitizens.rawValue
      case .batches, .announced: Kind.allCases.count
      case .net: 1
      case .presence: 2
      }
    }

    /// Whether kinds of events are not told apart.
    var isNet: Bool { self == .net || self == .presence }

    /// Where a kind's counts stand; nil where it is not counted.
    @inline(__always)
    func index(of kind: Kind) -> Int? {
      switch self {
      case .net: kind == .netMoves ? 0 : nil
      case .presence: kind == .netMoves ? 0 : kind == .dayCorrection ? 1 : nil
      case .flows, .events, .causes, .batches, .announced: kind.rawValue < kinds ? kind.rawValue : nil
      }
    }
  }

  /// Draws of a block; threads count in blocks of their own.
  static let width = 16

  private let keys: Int
  private let horizon: Int
  private let draws: Int
  let detail: Detail
  private let kinds: Int
  private let cells: UnsafeMutablePointer<Int32>
  private let touched: UnsafeMutablePointer<UInt8>
  private let count: Int
  /// Whether it holds one block at a time, whichever that is.
  private let holdsOne: Bool

  /// - Parameters:
  ///   - draws: nil for one block at a time, forgotten by `restart`.
  ///   - isSparse: whether most counts stay zero, so that large pages would be cleared for nothing.
  init(keys: Int, horizon: Int, draws: Int?, detail: Detail = .events, isSparse: Bool = false) {
    holdsOne = draws == nil
    let draws = draws ?? Self.width
    self.keys = keys
    self.horizon = horizon
    self.draws = draws
    self.detail = detail
    kinds = detail.kinds
    count = max(1, keys * kinds * horizon * Self.blocks(draws) * Self.width)
    guard let raw = calloc(count, MemoryLayout<Int32>.stride), let flags = calloc(max(1, keys), 1) else {
      fatalError("out of memory for \(count) event counts")
    }
    if !isSparse { LargePages.prefer(raw, bytes: count * MemoryLayout<Int32>.stride) }
    cells = raw.bindMemory(to: Int32.self, capacity: count)
    touched = flags.bindMemory(to: UInt8.self, capacity: max(1, keys))
  }

  deinit {
    free(cells)
    free(touched)
  }

  static func blocks(_ draws: Int) -> Int { (draws + width - 1) / width }

  @inline(__always)
  private func start(_ kind: Kind, key: Int, period: Int, block: Int) -> Int {
    ((((holdsOne ? 0 : block) * keys + key) * kinds + (detail.isNet ? (kind == .netMoves ? 0 : 1) : kind.rawValue)) * horizon + period) * Self.width
  }

  /// - Parameter kind: `netMoves` when only the net is told apart.
  @inline(__always)
  func add(_ amount: Int32, _ kind: Kind, key: Int, period: Int, draw: Int) {
    touched[key] = 1
    cells[start(kind, key: key, period: period, block: draw / Self.width) + draw % Self.width] += amount
  }

  /// Where a block's counts of one key and kind begin, for adding a group of draws at a time; those of a period stand `width` apart.
  func line(_ kind: Kind, key: Int, block: Int) -> UnsafeMutablePointer<Int32> {
    touched[key] = 1
    return cells + start(kind, key: key, period: 0, block: block)
  }

  /// False when nothing was ever counted under the key.
  func isTouched(_ key: Int) -> Bool { touched[key] != 0 }

  /// Adds every draw's count of one key, kind and period, times a factor, to sums by draw; kinds that are not told apart add nothing.
  func add(_ kind: Kind, key: Int, period: Int, times factor: Double = 1, to sums: inout [Double]) {
    precondition(sums.count == draws, "one sum a draw")
    guard isTouched(key), detail.index(of: kind) != nil else { return }
    sums.withUnsafeMutableBufferPointer { sums in
      for block in 0..<Self.blocks(draws) {
        let line = cells + start(kind, key: key, period: period, block: block)
        let first = block * Self.width
        for lane in 0..<min(Self.width, draws - first) { sums[first + lane] += factor * Double(line[lane]) }
      }
    }
  }

  /// Forgets everything.
  func restart() {
    memset(cells, 0, count * MemoryLayout<Int32>.stride)
    memset(touched, 0, max(1, keys))
  }

  /// Bytes of a block's counts.
  static func blockBytes(_ keys: TallyKeys, horizon: Int) -> Int { keys.count * keys.detail.kinds * horizon * width * MemoryLayout<Int32>.stride }

  /// Takes over the counts of a tally that holds one block, which forgets them.
  func take(block: Int, from one: EventTally) {
    precondition(one.holdsOne && one.count * (block + 1) <= count && one.kinds == kinds, "a block of the same counts")
    memcpy(cells + block * one.count, one.cells, one.count * MemoryLayout<Int32>.stride)
    for key in 0..<keys where one.isTouched(key) { touched[key] = 1 }
    one.restart()
  }

  /// Counts of one key and kind in the first block, `[period · width + lane]`; nil where nothing was counted or the kind is not.
  func lines(_ kind: Kind, key: Int) -> UnsafePointer<Int32>? {
    guard isTouched(key), detail.index(of: kind) != nil else { return nil }
    return UnsafePointer(cells + start(kind, key: key, period: 0, block: 0))
  }
}
