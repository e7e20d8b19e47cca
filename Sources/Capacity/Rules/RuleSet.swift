public import Groundwork
public import Placements

/// The economic rules of one agreement: how tariffs are made, budgets adjusted and results settled.
///
/// Every region and every agreement has its own, so that they are data: TOML files in `Data/rules` or in a project's `rules`.
/// A rule that the file does not name does not exist; times of notice and adaptation always have a value, the default one being an
/// assumption.
public struct RuleSet: Hashable, Sendable {
  /// How the occupancy in a tariff is found.
  public enum OccupancySource: String, CaseIterable, Hashable, Sendable {
    /// As the capacity table gives it.
    case given
    /// The mean of the actual occupancy of two years of accounts.
    case accounts
  }

  public struct Tariff: Hashable, Sendable {
    public var occupancyFrom = OccupancySource.given
    /// Shares of 1 that bound the occupancy in the tariff; nil for no bound.
    public var floor: Quantity?
    /// For respite and other short stays, instead of `floor`.
    public var floorShort: Quantity?
    public var cap: Quantity?
    /// The tariff of year t rests on the accounts of t − lag and the year before; at least 1.
    public var lagYears = 2
    /// On direct costs where indirect ones are not given, a share of 1.
    public var overhead: Quantity?
    /// Real growth a year, a share of 1; 0 for tariffs that may not rise.
    public var growthCap: Quantity?
    /// Years in which it holds; nil for all.
    public var growthCapYears: ClosedRange<Int>?
    public var package: SupportPackage?
  }

  /// What support costs besides the base tariff.
  public enum SupportPackage: Hashable, Sendable {
    /// Packages of so many hours a week, each priced at its middle.
    case step(hours: Quantity, dayHours: Quantity)
    /// By the hour.
    case hourly
  }

  /// What the spending frame is moved by.
  public enum AdjustmentBase: String, CaseIterable, Hashable, Sendable {
    /// The days' tariffs.
    case tariff
    /// The days' share of the budgeted costs.
    case cost
  }

  public struct Adjustment: Hashable, Sendable {
    /// Of the value of the days by which the year differs from its budget, a share of 1.
    public var share: Quantity
    public var base: AdjustmentBase
    /// Allowed deviation of the costs from the adjusted budget, a share of 1; nil for none stated.
    public var tolerance: Quantity?

    public init(share: Quantity, base: AdjustmentBase = .tariff, tolerance: Quantity? = nil) {
      self.share = share
      self.base = base
      self.tolerance = tolerance
    }
  }

  public struct Settlement: Hashable, Sendable {
    /// Of the tariff's cost basis, a share of 1: so much of a year's result stays on the account.
    public var band: Quantity
    /// The rest of year t moves the tariff of t + lag; at least 1.
    public var lagYears: Int
    /// A surplus on the account that nobody used within so many years is settled, too; nil for no limit.
    public var useWithinYears: Int?

    public init(band: Quantity, lagYears: Int, useWithinYears: Int? = nil) {
      self.band = band
      self.lagYears = lagYears
      self.useWithinYears = useWithinYears
    }
  }

  public enum Notice: Hashable, Sendable {
    case dayToDay
    /// To the end of the month that many months after the notice (løbende måned + k).
    case currentMonthPlus(Int)
  }

  /// How costs follow a place that falls empty: wholly unavoidable for `fullMonths` after notice, then falling in a straight line to
  /// `floor` at `months`, and at the floor until the place is cut.
  public struct Adaptation: Hashable, Sendable {
    /// At least 1.
    public var months: Int
    /// At least 0.
    public var fullMonths: Int
    /// A share of 1.
    public var floor: Quantity

    public init(months: Int = 6, fullMonths: Int = 3, floor: Quantity = Quantity(millionths: 300_000)) {
      self.months = months
      self.fullMonths = fullMonths
      self.floor = floor
    }
  }

  /// What closing costs once, as shares of what the offer costs a year; nil where it is not known.
  public struct Closing: Hashable, Sendable {
    public var severance: Quantity?
    public var lease: Quantity?
    public var residualValue: Quantity?
    /// Taken off the others.
    public var inventorySale: Quantity?

    public init() {}

    public static let keys: [RuleKey] = [.closingSeverance, .closingLease, .closingResidual, .closingInventory]
  }

  /// Its file's name without the ending.
  public var name: String
  public var title: Phrase
  /// The years of the agreement; nil for no limit.
  public var validFrom: Day?
  public var validTo: Day?
  /// Where the rules were found.
  public var source: String
  public var tariff = Tariff()
  /// Nil where days that differ from the budget move no spending frame.
  public var adjustment: Adjustment?
  /// Nil where results stay where they arise.
  public var settlement: Settlement?
  public var notice = Notice.currentMonthPlus(1)
  public var adaptation = Adaptation()
  /// Years before closing whose days split its costs; at least 1.
  public var closingYears = 3
  /// Of closing besides idle places and the account.
  public var closing = Closing()
  /// A new offer's deficit before it is full is spread over the tariffs of so many years; 0 where tariffs bear it as any other result.
  public var startUpYears = 0
  /// Actual occupancy that differs from the tariff's by so much is pointed out, a share of 1.
  public var occupancyAlert: Quantity?
  public var waiting = Waiting()
  /// Ages, both included, of the inhabitants by whom offers are divided that a key finances; all by default.
  public var keyAges = 0...120
  /// Values that no source states, with what is known of them. Sorted by key when printed.
  public var notes: [RuleKey: Note] = [:]

  /// What the file says of one value.
  public struct Note: Hashable, Sendable {
    public var isAssumption: Bool
    public var source: String
  }

  public init(name: String, title: Phrase, validFrom: Day? = nil, validTo: Day? = nil, source: String = "") {
    self.name = name
    self.title = title
    self.validFrom = validFrom
    self.validTo = validTo
    self.source = source
  }

  /// Rules that are always needed and that the file does not name are assumptions.
  private static let defaulted: Set<RuleKey> = [
    .noticeKind, .noticeMonths, .adaptationMonths, .unavoidableMonths, .unavoidableFloor, .closingYears, .waitingLimit, .waitingRefill, .waitingLeave, .waitingHost, .waitingPrice,
    .keyAgeFrom, .keyAgeTo,
  ]

  public func isAssumption(_ key: RuleKey) -> Bool { notes[key]?.isAssumption ?? Self.defaulted.contains(key) }

  /// Whether the agreement covers a year; without dates it covers all.
  public func covers(_ year: Int) -> Bool { (validFrom.map { $0.year <= year } ?? true) && (validTo.map { year <= $0.year } ?? true) }

  /// What an output that used these rules must say: each value that is an assumption, in the order of the keys.
  public func assumptions(_ used: Set<RuleKey>) -> [Phrase] {
    RuleKey.allCases.compactMap { key in
      guard used.contains(key), isAssumption(key), let text = text(key) else { return nil }
      return key.phrase + Phrase(da: ": \(text.da) (antagelse; regelsæt \(name), \(key.rawValue)).", en: ": \(text.en) (assumption; rule set \(name), \(key.rawValue)).")
    }
  }

  /// A rule's value for people; nil where the set does not have it.
  public func text(_ key: RuleKey) -> Phrase? {
    func share(_ value: Quantity?) -> Phrase? {
      value.map {
        let percent = 100 * $0.value
        return Phrase(
          da: NumberText.display(percent, decimals: Self.decimals(percent), language: .da) + " %",
          en: NumberText.display(percent, decimals: Self.decimals(percent), language: .en) + " %")
      }
    }
    func whole(_ value: Int?) -> Phrase? { value.map { Phrase(String($0)) } }
    switch key {
    case .occupancyFrom: return Phrase(tariff.occupancyFrom.rawValue)
    case .occupancyFloor: return share(tariff.floor)
    case .occupancyFloorShort: return share(tariff.floorShort)
    case .occupancyCap: return share(tariff.cap)
    case .occupancyLag: return whole(tariff.lagYears)
    case .overhead: return share(tariff.overhead)
    case .growthCap: return share(tariff.growthCap)
    case .package, .packageHours, .packageHoursDay: return packageText(key)
    case .adjustmentShare: return share(adjustment?.share)
    case .adjustmentBase: return adjustment.map { Phrase($0.base.rawValue) }
    case .tolerance: return share(adjustment?.tolerance)
    case .settlementBand: return share(settlement?.band)
    case .settlementLag: return whole(settlement?.lagYears)
    case .settlementUse: return whole(settlement?.useWithinYears)
    case .noticeKind: return notice == .dayToDay ? Phrase(da: "dag til dag", en: "day to day") : Phrase(da: "løbende måned plus", en: "current month plus")
    case .noticeMonths: if case .currentMonthPlus(let months) = notice { return whole(months) } else { return nil }
    case .adaptationMonths: return whole(adaptation.months)
    case .unavoidableMonths: return whole(adaptation.fullMonths)
    case .unavoidableFloor: return share(adaptation.floor)
    case .closingYears: return whole(closingYears)
    case .closingSeverance: return share(closing.severance)
    case .closingLease: return share(closing.lease)
    case .closingResidual: return share(closing.residualValue)
    case .closingInventory: return share(closing.inventorySale)
    case .startUpYears: return whole(startUpYears)
    case .occupancyAlert: return share(occupancyAlert)
    case .waitingLimit, .waitingDuty, .waitingRefill, .waitingHost, .waitingPrice: return waiting.text(key)
    case .keyAgeFrom: return whole(keyAges.lowerBound)
    case .keyAgeTo: return whole(keyAges.upperBound)
    case .waitingLeave: return waiting.leaves ? share(waiting.leaveShare) : nil
    }
  }

  private func packageText(_ key: RuleKey) -> Phrase? {
    switch (tariff.package, key) {
    case (.hourly, .package): Phrase("hourly")
    case (.step, .package): Phrase("step")
    case (.step(let hours, _), .packageHours): Phrase(NumberText.machine(hours.value))
    case (.step(_, let hours), .packageHoursDay): Phrase(NumberText.machine(hours.value))
    default: nil
    }
  }

  private static func decimals(_ percent: Double) -> Int { percent == percent.rounded() ? 0 : (10 * percent).rounded() == 10 * percent ? 1 : 2 }
}
