import Capacity
public import Groundwork
import Placements

/// What may happen to an offer, and is looked for in the data.
public enum ClosureEvent: String, CaseIterable, Sendable {
  /// Its last day, or a stay in it that ended because it closed.
  case closing
  /// Fewer places than at the origin, at the end of some period; closings are among them.
  case reduction
  /// The closure trigger: occupied places below a share of those at the origin for some months in a row.
  case trigger

  public var phrase: Phrase {
    switch self {
    case .closing: Phrase(da: "lukning", en: "closing")
    case .reduction: Phrase(da: "færre pladser", en: "fewer places")
    case .trigger: Phrase(da: "lukningsgrænse nået", en: "closure trigger")
    }
  }
}

/// What happened to offers, by the whole of the data.
struct OfferOutcomes {
  let trigger: ClosureTrigger
  private let panel: Panel
  private let past: PastPresence
  private let places: PlacesTimeline
  private let offers: [Offer]
  /// Days on which stays ended because their offer closed.
  private let closings: [String: [Day]]

  /// - Throws: `FindingsError` where nothing is counted by offer.
  init(extracts: Extracts, panel: Panel, trigger: ClosureTrigger) throws {
    self.trigger = trigger
    self.panel = panel
    past = PastPresence(try Panel(byOffer: extracts))
    places = PlacesTimeline(
      offers: panel.offers, capacity: extracts.capacity, changes: [], from: panel.first.firstDay, until: panel.origin.lastDay)
    // Those that empty places do not close are not judged either.
    offers = panel.offers.filter { $0.kind != .singlePerson && !$0.isSecure && $0.financing != .key }
    closings = Dictionary(grouping: extracts.stays.filter { $0.endReason == .closure && $0.end != nil }, by: \.offer)
      .mapValues { $0.compactMap(\.end) }
  }

  /// Offers that could still meet an event after a period: open, with places, and not yet at the trigger.
  func atRisk(_ origin: Period) -> [Offer] {
    let day = origin.lastDay
    return offers.filter { offer in
      guard offer.validFrom.map({ $0 <= day }) ?? true, offer.validTo.map({ $0 > day }) ?? true else { return false }
      guard let now = places.atEnd(of: origin, offer: offer.id), now > 0 else { return false }
      return periodsBelow(offer.id, origin, now) < trigger.periods(of: panel.length)
    }
  }

  private func periodsBelow(_ offer: String, _ origin: Period, _ now: Double) -> Int {
    past.periodsBelow(trigger, offer: offer, until: origin) { min(now, places.atEnd(of: $0, offer: offer) ?? now) }
  }

  /// Whether it happened within so many periods after an origin; nil where the data does not reach or does not say.
  /// - Parameter offer: of whom only the id counts: an offer as known at the origin has no later last day.
  func happened(_ event: ClosureEvent, _ offer: Offer, after origin: Period, within periods: Int) -> Bool? {
    let end = origin.advanced(by: periods)
    let lastDay = offers.first { $0.id == offer.id }?.validTo
    guard end <= panel.origin, origin >= panel.first, let now = places.atEnd(of: origin, offer: offer.id), now > 0 else { return nil }
    let window = (1...periods).map { origin.advanced(by: $0) }
    switch event {
    case .closing:
      let days = (closings[offer.id] ?? []) + (lastDay.map { [$0] } ?? [])
      return days.contains { $0 > origin.lastDay && $0 <= end.lastDay }
    case .reduction:
      if let lastDay, lastDay > origin.lastDay, lastDay <= end.lastDay { return true }
      return window.contains { (places.atEnd(of: $0, offer: offer.id) ?? now) < now }
    case .trigger:
      var watch = ClosureWatch(trigger: trigger, places: now, length: panel.length, paths: 1, before: periodsBelow(offer.id, origin, now))
      for period in window {
        // Nobody is counted in an offer that has closed.
        let isClosed = lastDay.map { $0 < period.firstDay } ?? false
        guard let days = past.occupiedDays(in: period, offer: offer.id) ?? (isClosed ? 0 : nil) else { return nil }
        watch.observe([days / Double(period.days)])
        if watch.reached[0] != nil { return true }
      }
      return false
    }
  }

  /// The share of offers that met an event, over all whole windows of this length that were over at a period, a year apart: with
  /// half an event and half a non-event added, so that what was never seen is not impossible. Nil where no window was.
  func baseRate(_ event: ClosureEvent, within periods: Int, knownAt origin: Period) -> Double? {
    var (count, events) = (0, 0)
    var start = origin.advanced(by: -periods)
    while start >= panel.first {
      for offer in atRisk(start) {
        guard let happened = happened(event, offer, after: start, within: periods) else { continue }
        count += 1
        events += happened ? 1 : 0
      }
      start = start.advanced(by: -panel.length.perYear)
    }
    return count > 0 ? (Double(events) + 0.5) / (Double(count) + 1) : nil
  }
}
