import Glibc
import Probability

/// How good probabilities of an event were.
public struct ClosureScore: Sendable {
  /// Forecasts of one size and how often the event came.
  public struct Bin: Hashable, Sendable {
    public let lower: Double
    public let upper: Double
    public let count: Int
    public let events: Int
    public let meanForecast: Double
  }

  public let count: Int
  public let events: Int
  public let offers: Int
  public let origins: Int
  public let meanForecast: Double
  /// Mean squared error of the probability (Brier, Monthly Weather Review 78, 1950), 0 is perfect; and that of the base rate.
  public let brier: Double
  public let brierBase: Double?
  public let baseRate: Double?
  /// 1 − Brier / the base rate's, over forecasts whose base rate is known; nil without an event, when a rate of next to nothing is
  /// right by itself. The ends of its interval by resampling offers with all their origins; nil also with fewer than five offers.
  public let skill: Double?
  public let interval: (lower: Double, upper: Double)?
  /// Mean −log of the probability of what came, in nats; a probability of k of n futures counts as (k + ½) / (n + 1).
  public let logScore: Double
  public let logScoreBase: Double?
  /// Reliability: bins without a forecast are left out.
  public let bins: [Bin]

  /// Below so many events a score says little.
  public static let fewEvents = 10
  private static let edges = [0, 0.05, 0.1, 0.2, 0.5, 1]
  private static let resamples = 1000
  private static let salt: UInt64 = 0x636C_6F73

  /// - Parameters:
  ///   - forecasts: of one event and horizon; nil without any.
  ///   - level: probability inside the interval.
  public init?(_ forecasts: [ClosureForecast], draws: Int, level: Double, seed: UInt64) {
    guard !forecasts.isEmpty else { return nil }
    let number = Double(forecasts.count)
    count = forecasts.count
    events = forecasts.count { $0.happened }
    offers = Set(forecasts.map(\.offer)).count
    origins = Set(forecasts.map(\.origin)).count
    meanForecast = forecasts.reduce(0) { $0 + $1.probability } / number
    brier = forecasts.reduce(0) { $0 + Self.square($1.probability, $1.happened) } / number
    logScore = forecasts.reduce(0) { $0 + Self.surprise(Self.smooth($1.probability, draws), $1.happened) } / number
    let based = forecasts.filter { $0.baseRate != nil }
    func base(_ value: (Double, Bool) -> Double) -> Double? {
      based.isEmpty ? nil : based.reduce(0) { $0 + value($1.baseRate ?? 0, $1.happened) } / Double(based.count)
    }
    brierBase = base(Self.square)
    baseRate = base { rate, _ in rate }
    logScoreBase = base(Self.surprise)
    let pairs = Self.pairs(based)
    let hasEvent = based.contains(where: \.happened)
    skill = hasEvent ? Self.skill(pairs.map(\.1)) : nil
    interval = offers >= 5 && hasEvent ? Self.interval(pairs.map(\.1), level: level, seed: seed) : nil
    bins = zip(Self.edges, Self.edges.dropFirst()).compactMap { lower, upper in
      let own = forecasts.filter { $0.probability >= lower && ($0.probability < upper || upper == 1) }
      guard !own.isEmpty else { return nil }
      return Bin(
        lower: lower, upper: upper, count: own.count, events: own.count { $0.happened },
        meanForecast: own.reduce(0) { $0 + $1.probability } / Double(own.count))
    }
  }

  private static func square(_ probability: Double, _ happened: Bool) -> Double {
    let error = probability - (happened ? 1 : 0)
    return error * error
  }

  private static func smooth(_ share: Double, _ draws: Int) -> Double { (share * Double(draws) + 0.5) / (Double(draws) + 1) }

  private static func surprise(_ probability: Double, _ happened: Bool) -> Double { -log(happened ? probability : 1 - probability) }

  /// Sums of squared errors by offer, in the order of their names: the forecasts', and the base rates'.
  private static func pairs(_ forecasts: [ClosureForecast]) -> [(String, (own: Double, base: Double))] {
    var sums: [String: (own: Double, base: Double)] = [:]
    for one in forecasts {
      let old = sums[one.offer] ?? (0, 0)
      sums[one.offer] = (old.own + square(one.probability, one.happened), old.base + square(one.baseRate ?? 0, one.happened))
    }
    return sums.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  private static func skill(_ sums: [(own: Double, base: Double)]) -> Double? {
    let base = sums.reduce(0) { $0 + $1.base }
    return base > 0 ? 1 - sums.reduce(0) { $0 + $1.own } / base : nil
  }

  private static func interval(_ sums: [(own: Double, base: Double)], level: Double, seed: UInt64) -> (lower: Double, upper: Double)? {
    var stream = RandomStream(seed: seed ^ salt, pair: 1, UInt64(sums.count))
    var skills: [Double] = []
    for _ in 0..<resamples {
      let sample = sums.indices.map { _ in sums[min(sums.count - 1, Int(stream.nextUniform() * Double(sums.count)))] }
      if let one = skill(sample) { skills.append(one) }
    }
    guard !skills.isEmpty else { return nil }
    skills.sort()
    func quantile(_ p: Double) -> Double { skills[min(skills.count - 1, Int(p * Double(skills.count)))] }
    return (quantile((1 - level) / 2), quantile(1 - (1 - level) / 2))
  }
}
