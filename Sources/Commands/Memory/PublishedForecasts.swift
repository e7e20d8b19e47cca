import Analysis
import Forecasting
import Groundwork
import Placements
import Store

/// The project's published forecasts.
struct PublishedForecasts {
  private let all: [Publication]

  init(store: RunStore) throws(FindingsError) {
    all = try requiring { () throws(StoreProblem) in try store.publications() }
  }

  /// The one with the label; without a label the latest.
  /// - Throws: `UsageError` where there is none of that name, `FindingsError` where there is none at all.
  func find(_ label: String?) throws -> PublishedForecast {
    guard let latest = all.last else {
      throw FindingsError(
        Finding(
          .error, file: RunStore.fileName,
          message: Phrase(da: "ingen prognose er offentliggjort endnu.", en: "no forecast has been published yet."),
          remedy: Phrase(da: "Kør plads forecast --publish NAVN.", en: "Run plads forecast --publish LABEL.")))
    }
    guard let label else { return PublishedForecast(publication: latest) }
    guard let found = all.first(where: { $0.label == label }) else {
      throw UsageError(
        Phrase(da: "Ingen prognose er offentliggjort som »\(label)«. ", en: "No forecast is published as “\(label)”. ")
          + NearestName.hint(label, among: all.map(\.label), listAtMost: 20))
    }
    return PublishedForecast(publication: found)
  }
}

/// A published forecast in the domain's words.
struct PublishedForecast {
  let publication: Publication

  func origin() throws(FindingsError) -> Period {
    guard let origin = Period(publication.origin) else { throw FindingsError(StoreProblem.corrupt.finding(.error)) }
    return origin
  }

  /// - Throws: `FindingsError` where the store cannot be read or holds words that this version does not know.
  func values(by grouping: Grouping, _ store: RunStore) throws(FindingsError) -> [PublishedValue] {
    try values(grouping, frozenAs: grouping.rawValue, store)
  }

  /// By area, what the archived counts alone gave on the day of publication.
  func rebuilt(_ store: RunStore) throws(FindingsError) -> [PublishedValue] { try values(.area, frozenAs: Publisher.rebuilt, store) }

  private func values(_ grouping: Grouping, frozenAs name: String, _ store: RunStore) throws(FindingsError) -> [PublishedValue] {
    let frozen = try requiring { () throws(StoreProblem) in try store.values(of: publication.label, grouping: name) }
    var values: [PublishedValue] = []
    for value in frozen {
      guard let period = Period(value.period), let kind = ServiceKind(rawValue: value.kind), let measure = Measure(rawValue: value.measure) else {
        throw FindingsError(StoreProblem.corrupt.finding(.error))
      }
      values.append(
        PublishedValue(
          grouping: grouping,
          key: ResultKey(region: value.region, area: value.area, municipality: value.municipality, kind: kind), period: period,
          measure: measure, value: DrawSummary(mean: value.mean, median: value.median, lower: value.lower, upper: value.upper)))
    }
    return values
  }
}
