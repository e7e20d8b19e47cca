public import Forecasting
public import Groundwork
import Placements

extension ResultTables {
  /// One chart a line of the plain forecast: the observed past, the fan ahead, and places where they limit the measure.
  ///
  /// The past goes back twice as far as the forecast goes ahead, at least five years where there are as many.
  public func forecastCharts(_ measure: Measure, history: ObservedHistory) -> [FanChart] {
    lines(of: measure).compactMap { key, rows in
      guard let last = rows.last else { return nil }
      let reach = max(2 * Double(horizon) / Double(panel.length.perYear), 5)
      let since = endTime(panel.origin) - reach - 1e-9
      func points(_ values: [ObservedHistory.Value]) -> [FanChart.Point] {
        values.map { FanChart.Point(time: endTime($0.period), value: $0.value) }.filter { $0.time >= since && $0.time <= endTime(last.period) }
      }
      let past = history.series(measure, of: key)
      return FanChart(
        title: chartTitle(key, measure, now: past.last?.value, last), history: points(past), future: rows.map(spread),
        reference: measure.isHeldAgainstPlaces ? points(history.places(of: key)) : [])
    }
  }

  /// What stands above and below the charts of a measure.
  public func chartFrame(_ measure: Measure) -> Table { sheet(measure, comparing: false, columns: []) }

  public func chartLegend(_ charts: [FanChart]) -> FanLegend {
    let hasPlaces = charts.contains { !$0.reference.isEmpty }
    return FanLegend(
      level: 100 * request.level, innerLevel: 100 * (request.innerLevel ?? request.level),
      reference: hasPlaces ? Phrase(da: "normerede pladser", en: "standard places") : nil)
  }

  /// A period stands at its end.
  private func endTime(_ period: Period) -> Double {
    let next = period.advanced(by: 1)
    return Double(next.year) + Double(next.number - 1) / Double(next.length.perYear)
  }

  private func spread(_ row: ResultRow) -> FanChart.Spread {
    let (own, inner) = (row.value.scaled(by: row.measure.shownScale), (row.inner ?? row.value).scaled(by: row.measure.shownScale))
    return FanChart.Spread(
      time: endTime(row.period), median: own.median, lower: own.lower, upper: own.upper, innerLower: inner.lower,
      innerUpper: inner.upper)
  }

  private func chartTitle(_ key: ResultKey, _ measure: Measure, now: Double?, _ last: ResultRow) -> Phrase {
    let name = label(key)
    let ahead = levelText(last.value, measure)
    let level = NumberText.machine(100 * request.level)
    func text(_ language: Language, _ nowWord: String) -> String {
      let today = now.map { " \(nowWord) \(NumberText.display($0 * measure.shownScale, decimals: measure.decimals, language: language))," } ?? ""
      return "\(name[language]): \((measure.isFlow ? measure.shownPhrase + perPeriod : measure.chartUnit)[language]).\(today) \(last.period) \(ahead[language]) (\(level)\u{A0}%)"
    }
    return Phrase(da: text(.da, "Nu"), en: text(.en, "Now"))
  }
}

extension Measure {
  /// Short, for a chart's title.
  fileprivate var chartUnit: Phrase {
    switch self {
    case .admissions, .homecomings, .otherExits, .occupiedDays, .demand, .served, .waiting, .left, .freePlaces, .servedDays,
      .servedFullYearPlaces, .servedOccupancy, .approvedPlaces, .staffedPlaces, .income, .result, .pClosure:
      phrase
    case .stock: Phrase(da: "borgere", en: "citizens")
    case .fullYearPlaces: Phrase(da: "helårspladser", en: "full-year places")
    case .places: Phrase(da: "normerede pladser", en: "standard places")
    case .vacant: Phrase(da: "ledige pladser", en: "vacant places")
    case .occupancy: Phrase(da: "belægning i % af pladserne", en: "occupancy in % of the places")
    }
  }

  /// Whether places are a limit to it, in its own unit.
  fileprivate var isHeldAgainstPlaces: Bool { self == .stock || self == .fullYearPlaces || self == .served || self == .demand }
}
