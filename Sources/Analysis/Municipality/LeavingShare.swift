import Capacity
import Placements

/// One payer's part of those who left an offer while their places may still be paid for, by draw: what is paid under notice is owed by those
/// whose citizens left.
struct LeavingShare {
  /// Periods in which somebody may have left who is still paid for.
  private let window: Int
  private var mine: [[Double]] = []
  private var all: [[Double]] = []

  init(notice: RuleSet.Notice, length: PeriodLength) {
    guard case .currentMonthPlus(let months) = notice else {
      window = 1
      return
    }
    window = length == .month ? months + 2 : 2
  }

  /// Takes a period: the payer's line and everybody's, before they start the next one.
  mutating func observe(_ own: LineState, of everybody: LineState) {
    mine.append(zip(own.homecomings, own.otherExits).map { $0 + $1 })
    all.append(zip(everybody.homecomings, everybody.otherExits).map { $0 + $1 })
    if mine.count > window {
      mine.removeFirst()
      all.removeFirst()
    }
  }

  /// In 0...1.
  /// - Parameter otherwise: where nobody has left.
  func share(_ draw: Int, otherwise: Double) -> Double {
    let leavers = all.reduce(0) { $0 + $1[draw] }
    return leavers > 0 ? mine.reduce(0) { $0 + $1[draw] } / leavers : otherwise
  }
}
