/// What one survey or visit says of how satisfied people are. Empty keys mean all.
public struct SatisfactionScore: Hashable, Sendable {
  /// Who was asked.
  public enum Respondent: String, CaseIterable, Hashable, Sendable {
    case citizen, relative, municipality, staff
  }

  public let offer: String
  public let area: String
  /// Code; of the payer whose citizens or staff were asked.
  public let municipality: String
  public let period: Period
  public let respondent: Respondent
  /// 0 to `scale`, as the source gives it.
  public let score: Double
  public let scale: Int
  /// Nil where not given.
  public let answers: Double?

  public init(
    offer: String = "", area: String = "", municipality: String = "", period: Period, respondent: Respondent = .citizen, score: Double, scale: Int,
    answers: Double? = nil
  ) {
    self.offer = offer
    self.area = area
    self.municipality = municipality
    self.period = period
    self.respondent = respondent
    self.score = score
    self.scale = scale
    self.answers = answers
  }
}
