import Groundwork
import Placements

extension Coverage {
  /// What the extracts cover and where they have gaps.
  /// - Parameter payers, offers: those of the stays.
  init(of extracts: Extracts, population: [Population.Row], payers: Set<String>, offers offerIDs: Set<String>) {
    var payers = payers
    var offerIDs = offerIDs
    if let from = extracts.settings.observedFrom, let to = extracts.settings.observedTo, from <= to { observed = from...to }
    let periods = extracts.activity.map(\.period)
    if let first = periods.min(), let last = periods.max() { activityPeriods = first...last }
    populationYears = extracts.population.years
    var areaIDs: Set<String> = []
    for row in extracts.activity {
      payers.insert(row.payer)
      areaIDs.insert(row.stratum.area)
      if !row.offer.isEmpty { offerIDs.insert(row.offer) }
    }
    for offer in extracts.offers where offerIDs.contains(offer.id) { areaIDs.insert(offer.area) }
    municipalities = payers.sorted()
    offers = offerIDs.sorted()
    areas = areaIDs.sorted()
    gaps = Coverage.activityGaps(extracts.activity) + Coverage.populationGaps(population)
    if !population.isEmpty { withoutPopulation = municipalities.filter { !extracts.population.covers($0) } }
  }

  private static func activityGaps(_ activity: [Activity]) -> [Gap] {
    var numbers = SeriesNumbers()
    var series: [(name: ActivitySeries, periods: [Period])] = []
    for row in activity {
      let name = ActivitySeries(stratum: row.stratum, offer: row.offer, payer: row.payer)
      let number = numbers.number(of: name)
      if number == series.count { series.append((name, [])) }
      series[number].periods.append(row.period)
    }
    return series.compactMap { name, periods -> Gap? in
      guard let first = periods.min(), let last = periods.max() else { return nil }
      // Merged rows may name a period twice.
      guard periods.count < last - first + 1 || Set(periods).count < last - first + 1 else { return nil }
      let there = Set(periods)
      let missing = (0...(last - first)).map { first.advanced(by: $0) }.filter { !there.contains($0) }
      return Gap(table: TableName.activity.rawValue, series: "\(name.stratum.key)|\(name.offer)|\(name.payer)", missing: missing.map(\.description))
    }.sorted { $0.series < $1.series }
  }

  private static func populationGaps(_ population: [Population.Row]) -> [Gap] {
    var series: [String: Set<Int>] = [:]
    for row in population { series[row.municipality, default: []].insert(row.year) }
    return series.keys.sorted().compactMap { name in
      let there = series[name] ?? []
      guard let first = there.min(), let last = there.max(), there.count < last - first + 1 else { return nil }
      return Gap(table: TableName.population.rawValue, series: name, missing: (first...last).filter { !there.contains($0) }.map(String.init))
    }
  }

  /// Reports gaps in short; the list is in `gaps`.
  func report(to log: FindingLog, activityFile: String?, populationFile: String?, names: (String) -> String) {
    let activity = gaps.filter { $0.table == TableName.activity.rawValue }
    if !activity.isEmpty {
      log.report(.seriesWithGaps(activity.count, missing: activity.reduce(0) { $0 + $1.missing.count }), file: activityFile)
    }
    let population = gaps.filter { $0.table == TableName.population.rawValue }
    if !population.isEmpty {
      let years = Set(population.flatMap { $0.missing.compactMap { Int($0) } }).sorted()
      log.report(.yearsMissing(years, municipalities: population.count), file: populationFile)
    }
    if !withoutPopulation.isEmpty {
      log.report(.withoutPopulation(withoutPopulation.prefix(8).map(names), count: withoutPopulation.count), file: populationFile)
    }
  }
}

/// The days that the extracts cover.
enum ObservationWindow {
  /// Without a setting: from the month of the first exit (else of the first entry), since extracts often hold stays that began
  /// long before they were collected, to the end of the month of the last entry or of the last day there of those who left.
  /// Nil without data.
  static func estimate(stays: [Stay], activity: [Activity]) -> (from: Day, to: Day)? {
    var firstStart: Day?
    var firstEnd: Day?
    var last: Day?
    for position in stays.indices {
      let start = stays[position].start
      firstStart = min(firstStart ?? start, start)
      last = max(last ?? start, start)
      if let end = stays[position].end {
        firstEnd = min(firstEnd ?? end, end)
        last = max(last ?? end, end.advanced(by: -1))
      }
    }
    if let first = firstEnd ?? firstStart, let last {
      return (Period(containing: first, length: .month).firstDay, Period(containing: last, length: .month).lastDay)
    }
    let periods = activity.map(\.period)
    guard let first = periods.min(), let last = periods.max() else { return nil }
    return (first.firstDay, last.lastDay)
  }
}
