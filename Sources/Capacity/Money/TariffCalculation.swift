/// What a year's tariff must cover.
public struct CostBasis: Hashable, Sendable {
  public var direct: Amount
  /// Overhead; nil where only a rule's share of the direct costs can say it.
  public var indirect: Amount?
  public var depreciation: Amount
  public var interest: Amount
  /// Payments of residents and other income that the tariff need not cover.
  public var otherIncome: Amount

  public init(direct: Amount, indirect: Amount? = nil, depreciation: Amount = .zero, interest: Amount = .zero, otherIncome: Amount = .zero) {
    self.direct = direct
    self.indirect = indirect
    self.depreciation = depreciation
    self.interest = interest
    self.otherIncome = otherIncome
  }

  /// Takstgrundlag before settlement: direct + indirect + depreciation + interest − other income. Without indirect costs and
  /// without a rule for them, only what is given.
  public func total(_ rules: RuleSet.Tariff) -> Amount {
    let overhead = indirect ?? rules.overhead.map { direct * $0 } ?? .zero
    return direct + overhead + depreciation + interest - otherIncome
  }
}

/// The occupancy that a tariff assumes, with what was done to it.
public struct AssumedOccupancy: Hashable, Sendable {
  public enum Bound: Hashable, Sendable { case floor, cap }

  /// A share of 1.
  public let share: Quantity
  /// Where a bound was used instead of the accounts' mean.
  public let bound: Bound?

  /// The mean of the actual occupancy of two years within the rule set's bounds: min(cap, max(floor, mean)).
  /// Source: styringsaftaler of Nordjylland, "Anvendt belægningsprocent i takstberegningen".
  /// - Parameters:
  ///   - accounts: shares of 1; see `years(for:rules:)`.
  ///   - isShort: respite and other short stays, which have their own floor.
  public init(accounts: (Quantity, Quantity), isShort: Bool, rules: RuleSet.Tariff) {
    let mean = Quantity(millionths: (accounts.0.millionths + accounts.1.millionths) / 2)
    let floor = isShort ? rules.floorShort ?? rules.floor : rules.floor
    if let floor, mean < floor {
      (share, bound) = (floor, .floor)
    } else if let cap = rules.cap, mean > cap {
      (share, bound) = (cap, .cap)
    } else {
      (share, bound) = (mean, nil)
    }
  }

  /// The years of accounts on which the tariff of a year rests, the newest first.
  public static func years(for year: Int, rules: RuleSet.Tariff) -> (Int, Int) { (year - rules.lagYears, year - rules.lagYears - 1) }
}

/// An offer's price a day: takst = (takstgrundlag − what is settled) / (places × days a year × assumed occupancy).
public struct TariffCalculation: Hashable, Sendable {
  public let basis: Amount
  /// Days that the tariff expects to be paid for.
  public let expectedDays: Quantity
  /// The tariff without settlement, in kroner a day, rounded to the øre.
  public let plain: Amount
  /// What the settlement of an earlier year changes it by: below zero pays a surplus back.
  public let correction: Amount

  public var tariff: Amount { plain + correction }

  /// - Parameters:
  ///   - settled: til_regulering of the year that is due: a surplus above zero.
  ///   - occupancy: a share of 1.
  /// - Returns: nil without days to divide by.
  public init?(basis: Amount, places: Quantity, daysPerYear: Quantity, occupancy: Quantity, settled: Amount = .zero) {
    let days = places * daysPerYear * occupancy
    guard days > .zero else { return nil }
    self.basis = basis
    expectedDays = days
    plain = basis / days
    correction = -(settled / days)
  }

  /// The highest tariff that a rule set's bound on growth allows, from last year's at the same price level.
  public static func capped(_ tariff: Amount, last: Amount, rules: RuleSet.Tariff) -> Amount {
    guard let growth = rules.growthCap else { return tariff }
    return min(tariff, last * (.one + growth))
  }
}

extension RuleSet.SupportPackage {
  /// What package `number` (from 1) costs a day above the base tariff: (number − ½) × interval, in whole kroner, halves up; the
  /// middle of its hours. Source: tariff sheets of Region Syddanmark 2022 and 2024, checked on their tables.
  /// - Parameter interval: kroner a day between two packages.
  public static func stepPrice(_ number: Int, interval: Amount) -> Amount {
    precondition(number > 0, "packages are counted from 1")
    return Amount(rounding: interval.oere * Int128(2 * number - 1), over: 2).wholeKroner
  }

  /// The package that so many hours a week fall into, from 1; one of no hours is the first.
  public static func stepNumber(hours: Quantity, width: Quantity) -> Int {
    guard hours > .zero else { return 1 }
    return Int((hours.millionths + width.millionths - 1) / width.millionths)
  }

  /// Hours of support at the tariff of an hour.
  public static func hourlyPrice(hours: Quantity, tariff: Amount) -> Amount { tariff * hours }
}

/// How far a tariff may rise where a rule set bounds its real growth a year.
public enum TariffGrowth {
  /// Share of the tariff of the first year: (1 + cap)^years − 1; nothing before the next year.
  /// Nil where no cap holds in the year.
  public static func most(_ rules: RuleSet.Tariff, from first: Int, to year: Int) -> Double? {
    guard let cap = rules.growthCap, rules.growthCapYears?.contains(year) ?? true else { return nil }
    // A bound that begins later bounds the growth from the year before it.
    let start = rules.growthCapYears.map { max(first, $0.lowerBound - 1) } ?? first
    var factor = 1.0
    for _ in 0..<max(0, year - start) { factor *= 1 + cap.value }
    return factor - 1
  }
}
