public import Groundwork

/// What a municipality said it would need of an area in a year.
public struct Expectation: Hashable, Sendable {
  public enum Source: String, CaseIterable, Hashable, Sendable {
    /// The municipality's yearly account of its needs.
    case redegoerelse
    /// What came up in talks besides.
    case dialogue
  }

  /// Code.
  public let municipality: String
  public let area: String
  public let year: Int
  /// Places in use at the year's end; nil where only the scale was filled in.
  public let expectedPlaces: Double?
  /// How well need and supply agree, 1 (least) to 5.
  public let scale: Int?
  public let source: Source
  /// Nil where not given.
  public let received: Day?

  public init(
    municipality: String, area: String, year: Int, expectedPlaces: Double?, scale: Int? = nil, source: Source = .redegoerelse,
    received: Day? = nil
  ) {
    self.municipality = municipality
    self.area = area
    self.year = year
    self.expectedPlaces = expectedPlaces
    self.scale = scale
    self.source = source
    self.received = received
  }
}

/// Exits or admissions that a payer has given notice of.
public struct Notice: Hashable, Sendable {
  public enum Kind: String, CaseIterable, Hashable, Sendable {
    case exit, admission

    public var phrase: Phrase {
      switch self {
      case .exit: Phrase(da: "ophør", en: "exit")
      case .admission: Phrase(da: "indskrivning", en: "admission")
      }
    }
  }

  /// Empty where only the area is known.
  public let offer: String
  public let area: String
  /// Code.
  public let payer: String
  /// Citizens, at least 1.
  public let places: Int
  public let noticeDate: Day
  /// Of an exit the first day absent, of an admission the first day there.
  public let endDate: Day
  public let kind: Kind
  /// Of the row in its file.
  public let line: Int

  public init(
    offer: String, area: String, payer: String, places: Int, noticeDate: Day, endDate: Day, kind: Kind = .exit, line: Int = 0
  ) {
    self.offer = offer
    self.area = area
    self.payer = payer
    self.places = places
    self.noticeDate = noticeDate
    self.endDate = endDate
    self.kind = kind
    self.line = line
  }
}

/// An analyst's own forecast of a stock, instead of the model's, with a reason.
public struct ForecastOverride: Hashable, Sendable {
  /// Code; empty for all municipalities.
  public let municipality: String
  public let area: String
  /// The stock is that of its end.
  public let period: Period
  /// The middle; nil where the interval alone is given.
  public let value: Double?
  /// The 10 % and 90 % quantiles; nil for a number without doubt.
  public let interval: ClosedRange<Double>?
  public let reason: String
  /// Who says so; empty where not given.
  public let by: String
  public let date: Day?

  public init(
    municipality: String = "", area: String, period: Period, value: Double?, interval: ClosedRange<Double>? = nil, reason: String, by: String = "",
    date: Day? = nil
  ) {
    self.municipality = municipality
    self.area = area
    self.period = period
    self.value = value
    self.interval = interval
    self.reason = reason
    self.by = by
    self.date = date
  }
}
