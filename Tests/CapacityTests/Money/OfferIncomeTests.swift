import Testing

@testable import Capacity

@Suite struct OfferIncomeTests {
  private func random(_ random: inout Randomness) -> OfferIncome {
    let bills = (0..<Int.random(in: 0...12, using: &random)).map { index in
      Bill(
        payer: String(101 + index % 5),
        days: (0..<Int.random(in: 0...4, using: &random)).map { _ in
          Bill.Stretch(days: Int.random(in: 0...366, using: &random), price: Amount(oere: Int128(Int.random(in: 1...900_000, using: &random))))
        }, supplements: Amount(oere: Int128(Int.random(in: 0...5_000_000, using: &random))))
    }
    let key = KeyFinancing.split(Amount(oere: Int128(Int.random(in: 0...99_999_999, using: &random))), by: ["101": Quantity(3), "740": Quantity(4), "751": Quantity(7)])
    return OfferIncome(bills: bills, keyBased: key ?? [:])
  }

  /// Income = Σ days × tariff + supplements + key-based, to the øre, and so is what the payers owe together.
  @Test func incomeIsTheSumOfItsParts() {
    var generator = Randomness(state: 4)
    for _ in 0..<300 {
      let income = random(&generator)
      var sum = Int128(0)
      for bill in income.bills {
        for stretch in bill.days { sum += Int128(stretch.days) * stretch.price.oere }
        sum += bill.supplements.oere
      }
      sum += income.keyBased.values.reduce(0) { $0 + $1.oere }
      #expect(income.total.oere == sum)
      #expect(income.byPayer.map(\.amount).sum == income.total)
      #expect(income.byPayer.map(\.payer) == income.byPayer.map(\.payer).sorted())
    }
  }

  @Test func keysSplitToTheOere() {
    let split = KeyFinancing.split(Amount(oere: 100), by: ["751": Quantity(1), "101": Quantity(1), "740": Quantity(1)])
    #expect(split == ["101": Amount(oere: 34), "740": Amount(oere: 33), "751": Amount(oere: 33)])
    #expect(KeyFinancing.split(Amount(oere: 1), by: [:]) == nil)
    // Samråd in Syddanmark 2020: 0.88 kr. an inhabitant.
    #expect(KeyFinancing.perUnit(Amount(oere: 88), key: ["461": Quantity(204_895)])["461"] == Amount(oere: 18_030_760))
  }
}
