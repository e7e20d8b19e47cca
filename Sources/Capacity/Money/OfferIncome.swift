/// What one payer owes an offer for a stretch of time.
public struct Bill: Hashable, Sendable {
  public let payer: String
  /// By price a day: the base tariff with its support package.
  public let days: [Stretch]
  /// Agreed additions (tillægsydelser) of the stretch.
  public let supplements: Amount

  public struct Stretch: Hashable, Sendable {
    public let days: Int
    /// Kroner a day.
    public let price: Amount

    public init(days: Int, price: Amount) {
      self.days = days
      self.price = price
    }
  }

  public init(payer: String, days: [Stretch], supplements: Amount = .zero) {
    self.payer = payer
    self.days = days
    self.supplements = supplements
  }

  public var dayIncome: Amount { days.map { $0.price * $0.days }.sum }
  public var occupiedDays: Int { days.reduce(0) { $0 + $1.days } }
}

/// An offer's income: the sum over payers of days × price + supplements + what is financed by a key.
public struct OfferIncome: Hashable, Sendable {
  public let bills: [Bill]
  /// By payer: what it owes independently of use.
  public let keyBased: [String: Amount]

  public init(bills: [Bill], keyBased: [String: Amount] = [:]) {
    self.bills = bills
    self.keyBased = keyBased
  }

  public var total: Amount { bills.map(\.dayIncome).sum + bills.map(\.supplements).sum + keyBased.values.sum }

  /// What each payer owes in all, by payer; the sum is the total to the øre.
  public var byPayer: [(payer: String, amount: Amount)] {
    var sums = keyBased
    for bill in bills { sums[bill.payer, default: .zero] += bill.dayIncome + bill.supplements }
    return sums.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}

/// Financing by a key that does not depend on use (objektiv finansiering).
public enum KeyFinancing {
  /// A cost split over the payers in proportion to their key (inhabitants, young people of 15 to 17), to the øre.
  /// Nil without a key above zero.
  /// - Parameter key: not negative, by payer.
  public static func split(_ cost: Amount, by key: [String: Quantity]) -> [String: Amount]? {
    let payers = key.keys.sorted()
    guard let parts = cost.split(by: payers.map { key[$0] ?? .zero }) else { return nil }
    return Dictionary(uniqueKeysWithValues: zip(payers, parts))
  }

  /// An agreed amount a unit of the key, such as 0.88 kr. an inhabitant.
  public static func perUnit(_ amount: Amount, key: [String: Quantity]) -> [String: Amount] { key.mapValues { amount * $0 } }
}
