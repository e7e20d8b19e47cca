import Glibc

/// How well statements of one kind came true: errors on the log scale, by who made them and for all together.
///
/// An error is log((actual + ½) / (said + ½)): what the statement must be multiplied by. Municipalities differ by a bias of their
/// own, of which few statements tell little: it is shrunk towards the pooled bias by one-way random effects, whose variances
/// are those of moments (Searle, Casella and McCulloch, "Variance Components", 1992, ch. 3). A single statement or two tell hardly
/// anything of how far statements scatter, so the variance within starts as the model's own with the weight of two errors.
public struct StatementRecord: Sendable {
  /// A statement about a year, or period, that has come true in the data.
  public struct Past: Sendable {
    /// Code of the municipality, or whoever made it.
    public let source: String
    public let said: Double
    public let actual: Double

    public init(source: String, said: Double, actual: Double) {
      self.source = source
      self.said = said
      self.actual = actual
    }

    public var error: Double { log((actual + Self.half) / (said + Self.half)) }

    /// Keeps the log of nobody finite.
    static let half = 0.5
  }

  /// What is to be expected of the next statement.
  public struct Judgement: Hashable, Sendable {
    /// Mean error, shrunk; the statement times exp(bias) is corrected.
    public let bias: Double
    /// Variance of the corrected statement's error on the log scale, that of the bias included.
    public let variance: Double
    /// Past statements of this source.
    public let count: Int
  }

  public let pooledBias: Double
  public let within: Double
  public let between: Double
  /// All past statements.
  public let count: Int
  private let pooledVariance: Double
  private let groups: [String: (count: Int, mean: Double, meanSquare: Double)]

  private static let priorWeight = 2.0

  /// Nil where nothing has come true.
  /// - Parameter modelVariance: of the model's own draws on the log scale.
  public init?(_ past: [Past], modelVariance: Double) {
    guard !past.isEmpty else { return nil }
    let errors = Dictionary(grouping: past, by: \.source).mapValues { $0.map(\.error) }
    let names = errors.keys.sorted()
    var groups: [String: (count: Int, mean: Double, meanSquare: Double)] = [:]
    var squares = 0.0
    for name in names {
      let own = errors[name] ?? []
      let mean = own.reduce(0, +) / Double(own.count)
      groups[name] = (own.count, mean, own.reduce(0) { $0 + $1 * $1 } / Double(own.count))
      squares += own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    }
    let all = Double(past.count)
    // Nobody is right for certain, however small the numbers.
    let within = max(1e-9, (squares + Self.priorWeight * modelVariance) / (all - Double(names.count) + Self.priorWeight))
    let counts = names.map { Double(groups[$0]?.count ?? 0) }
    let means = names.map { groups[$0]?.mean ?? 0 }
    let between = Self.between(counts, means, within: within)
    let weights = counts.map { 1 / (between + within / $0) }
    let total = weights.reduce(0, +)
    self.groups = groups
    self.within = within
    self.between = between
    count = past.count
    pooledBias = zip(weights, means).reduce(0) { $0 + $1.0 * $1.1 } / total
    pooledVariance = 1 / total
  }

  private static func between(_ counts: [Double], _ means: [Double], within: Double) -> Double {
    guard counts.count > 1 else { return 0 }
    let all = counts.reduce(0, +)
    let mean = zip(counts, means).reduce(0) { $0 + $1.0 * $1.1 } / all
    let square = zip(counts, means).reduce(0) { $0 + $1.0 * ($1.1 - mean) * ($1.1 - mean) } / Double(counts.count - 1)
    let size = (all - counts.reduce(0) { $0 + $1 * $1 } / all) / Double(counts.count - 1)
    return max(0, (square - within) / size)
  }

  /// The pooled judgement for whom nothing has come true yet.
  public func judgement(of source: String) -> Judgement {
    guard let own = groups[source] else {
      return Judgement(bias: pooledBias, variance: within + between + pooledVariance, count: 0)
    }
    let share = between > 0 ? between / (between + within / Double(own.count)) : 0
    let left = 1 - share
    return Judgement(
      bias: pooledBias + share * (own.mean - pooledBias), variance: within + left * between + left * left * pooledVariance, count: own.count)
  }

  /// Sources with a past, sorted, with the plain mean and root mean square of their errors.
  public var sources: [(source: String, count: Int, bias: Double, error: Double)] {
    groups.keys.sorted().compactMap { name in groups[name].map { (name, $0.count, $0.mean, sqrt($0.meanSquare)) } }
  }
}
