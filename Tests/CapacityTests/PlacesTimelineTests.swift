import Placements
import Testing

@testable import Capacity
@testable import Scenarios

@Suite struct PlacesTimelineTests {
  private let start = Day(year: 2027, month: 1, day: 1)!
  private let end = Day(year: 2028, month: 12, day: 31)!

  private func timeline(_ changes: [PlacesChange] = [], offer: Offer = Offer(id: "a", name: "A", area: "x")) -> PlacesTimeline {
    let capacity = [
      CapacityStep(offer: "a", from: Day(year: 2020, month: 1, day: 1)!, places: 20),
      CapacityStep(offer: "a", from: Day(year: 2027, month: 7, day: 1)!, places: 18),
    ]
    return PlacesTimeline(offers: [offer, Offer(id: "b", name: "B", area: "x")], capacity: capacity, changes: changes, from: start, until: end)
  }

  private func period(_ text: String) -> Period { Period(text)! }

  @Test func stepsHoldFromTheirDay() {
    let places = timeline()
    #expect(places.atEnd(of: period("2027-06"), offer: "a") == 20)
    #expect(places.atEnd(of: period("2027-07"), offer: "a") == 18)
    #expect(places.placeDays(in: period("2027"), offer: "a") == 6932)
  }

  @Test func unknownCapacityIsUnknownNotZero() {
    let places = timeline()
    #expect(!places.knows("b"))
    #expect(places.atEnd(of: period("2027"), offer: "b") == nil)
  }

  @Test(arguments: [(PlacesChange.Effect.add(-3), 15.0), (.multiply(0.5), 9.0), (.set(0), 0.0), (.add(-40), 0.0)])
  func changesActFromTheirDay(effect: PlacesChange.Effect, expected: Double) {
    let change = PlacesChange(offer: "a", from: Day(year: 2028, month: 1, day: 1)!, to: nil, effect: effect)
    let places = timeline([change])
    #expect(places.atEnd(of: period("2027-12"), offer: "a") == 18)
    #expect(places.atEnd(of: period("2028-01"), offer: "a") == expected)
  }

  @Test func changesEndAfterTheirLastDay() {
    let change = PlacesChange(offer: "a", from: Day(year: 2027, month: 8, day: 1)!, to: Day(year: 2027, month: 8, day: 31)!, effect: .add(2))
    let places = timeline([change])
    #expect(places.atEnd(of: period("2027-08"), offer: "a") == 20)
    #expect(places.atEnd(of: period("2027-09"), offer: "a") == 18)
  }

  /// Before its first row an offer's places are unknown, whatever a plan adds to them, but for the days before the offer existed.
  @Test func beforeTheFirstRowPlacesAreUnknown() {
    let row = CapacityStep(offer: "a", from: Day(year: 2027, month: 7, day: 11)!, places: 20)
    let more = PlacesChange(offer: "a", from: Day(year: 2027, month: 5, day: 1)!, to: Day(year: 2027, month: 5, day: 31)!, effect: .add(2))
    let opens = Day(year: 2027, month: 3, day: 1)!
    for offer in [Offer(id: "a", name: "A", area: "x"), Offer(id: "a", name: "A", area: "x", validFrom: opens)] {
      let places = PlacesTimeline(offers: [offer], capacity: [row], changes: [more], from: start, until: end)
      #expect(places.atEnd(of: period("2027-02"), offer: "a") == (offer.validFrom == nil ? nil : 0))
      #expect(places.atEnd(of: period("2027-05"), offer: "a") == nil && places.atEnd(of: period("2027-07"), offer: "a") == 20)
      #expect(places.placeDays(in: period("2027-07"), offer: "a") == nil && places.placeDays(in: period("2027-08"), offer: "a") == 620)
      #expect(!places.knows("a"))
    }
    let new = Offer(id: "a", name: "A", area: "x", validFrom: row.from)
    let places = PlacesTimeline(offers: [new], capacity: [row], changes: [], from: start, until: end)
    #expect(places.knows("a") && places.placeDays(in: period("2027-07"), offer: "a") == 420)
  }

  @Test func anOfferHasNoPlacesOutsideItsLife() {
    let offer = Offer(id: "a", name: "A", area: "x", validFrom: Day(year: 2027, month: 3, day: 1)!, validTo: Day(year: 2027, month: 10, day: 15)!)
    let places = timeline(offer: offer)
    #expect(places.atEnd(of: period("2027-02"), offer: "a") == 0)
    #expect(places.atEnd(of: period("2027-03"), offer: "a") == 20)
    #expect(places.placeDays(in: period("2027-10"), offer: "a") == 270)
  }
}
