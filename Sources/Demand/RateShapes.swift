/// What rates amount to in each period, with the running integrals; one row each, filled when first asked for.
struct RateShapes {
  private let horizon: Int
  private let rows: Int
  /// `[row · horizon + period]`: rate times days.
  private let amounts: UnsafeMutablePointer<Double>
  /// `[row · (horizon + 1) + edge]`.
  private let integrals: UnsafeMutablePointer<Double>
  private let isReady: UnsafeMutablePointer<Bool>

  init(horizon: Int, rows: Int, memory: BareMemory) {
    self.horizon = horizon
    self.rows = rows
    amounts = memory.filled(rows * horizon, with: 0)
    integrals = memory.filled(rows * (horizon + 1), with: 0)
    isReady = memory.filled(rows, with: false)
  }

  func clear() { isReady.update(repeating: false, count: rows) }

  @inline(__always)
  func ready(_ row: Int) -> Bool { isReady[row] }

  /// The row's amounts, to be filled before `integrate`.
  @inline(__always)
  func amounts(_ row: Int) -> UnsafeMutablePointer<Double> { amounts + row * horizon }

  @inline(__always)
  func integral(_ row: Int) -> UnsafePointer<Double> { UnsafePointer(integrals + row * (horizon + 1)) }

  @inline(__always)
  func integrate(_ row: Int) {
    let amount = amounts + row * horizon
    let integral = integrals + row * (horizon + 1)
    var sum = 0.0
    integral[0] = 0
    for t in 0..<horizon {
      sum += amount[t]
      integral[t + 1] = sum
    }
    isReady[row] = true
  }
}
