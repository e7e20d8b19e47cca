extension Panel {
  /// The same counts offer by offer: a panel in which every offer is an area of its own, named by its id.
  ///
  /// A move between two offers is a transfer in it. Counts that name no offer are left out.
  /// - Throws: as `init(_:)`, also where nothing is counted by offer.
  public init(byOffer extracts: Extracts) throws {
    var own = extracts
    own.settings.areas = []
    own.population = Population([])
    own.settings.breaks = extracts.settings.breaks.map { declared in
      var own = declared
      let chosen = extracts.offers.filter { declared.areas.contains($0.area) || declared.offers.contains($0.id) }
      // Every offer is an area here; a break that means none of them must not come to mean all.
      own.areas = declared.areas.isEmpty && declared.offers.isEmpty ? [] : declared.areas + chosen.map(\.id)
      own.offers = []
      return own
    }
    own.offers = extracts.offers.map { offer in
      var own = offer
      own.area = offer.id
      return own
    }
    own.activity = extracts.activity.filter { !$0.offer.isEmpty }.map { row in
      var own = Activity(
        stratum: Stratum(area: row.offer, kind: row.stratum.kind, legalBasis: row.stratum.legalBasis), offer: row.offer, period: row.period,
        payer: row.payer, stock: row.stock, occupiedDays: row.occupiedDays, admissions: row.admissions, homecomings: row.homecomings,
        otherExits: row.otherExits, waiting: row.waiting, hidden: row.hidden)
      own.source = row.source
      return own
    }
    try self.init(own)
  }
}
