extension Extracts {
  /// What was known at the end of a day: stays that had begun, ends that had come, counts of periods that were over, and the
  /// population counted until then. No projection is kept, since the data does not say when it was made.
  public func known(at day: Day, from first: Day) -> Extracts {
    var past = self
    past.settings.observedFrom = first
    past.settings.observedTo = day
    past.stays = stays.filter { $0.start <= day }.map { stay in
      guard let end = stay.end, end > day else { return stay }
      return Stay(
        citizen: stay.citizen, payer: stay.payer, acting: stay.acting, offer: stay.offer, legalBasis: stay.legalBasis, kind: stay.kind,
        start: stay.start, end: nil, endReason: nil, supportLevel: stay.supportLevel, price: stay.price)
    }
    past.activity = activity.filter { $0.period.lastDay <= day }
    past.population = population.counted(until: day.components.year)
    return past
  }
}
