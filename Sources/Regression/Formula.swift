/// A model formula as R writes it: a value without data. `Formula(parsing: "y ~ x + (1 | g)")`.
public struct Formula: Hashable, Sendable {
  public enum Response: Hashable, Sendable {
    case value(Expression)
    /// `successes / trials`, the response of a binomial model of counts.
    case proportion(successes: Expression, trials: Expression)
  }

  /// What a term is a product of.
  public enum Variable: Hashable, Sendable {
    /// A bare name: numeric or a factor, as the data says.
    case column(String)
    /// `I(...)`, `log(...)` and their like.
    case numeric(Expression)
    /// `factor(x)`, or with levels in their order, the first of which is the base.
    case factor(String, levels: [String]?)

    /// How R names it. A factor with given levels is named as its column: `factor(wool, "B", "A")` gives `woolA`.
    public var label: String {
      switch self {
      case .column(let name): name
      case .numeric(let expression): expression.description
      case .factor(let name, let levels): levels == nil ? "factor(\(name))" : name
      }
    }

    var columns: [String] {
      switch self {
      case .column(let name), .factor(let name, _): [name]
      case .numeric(let expression): expression.columns.map(\.name)
      }
    }
  }

  /// A main effect (one variable) or an interaction (several); equal whatever the order of its variables.
  public struct Term: Hashable, Sendable {
    public let variables: [Variable]
    public let position: Int

    public var label: String { variables.map(\.label).joined(separator: ":") }

    public static func == (a: Term, b: Term) -> Bool {
      a.variables.count == b.variables.count && a.variables.allSatisfy(b.variables.contains)
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(variables.count) }
  }

  /// `(1 + x | g)`: normal effects of the levels of `g`, correlated within a level; `(1 + x || g)`: independent ones, a
  /// variance for each of intercept and terms. `(1 | a/b)` is `(1 | a) + (1 | a:b)`.
  public struct Group: Hashable, Sendable {
    /// `g`, or `a` and `b` of `(1 | a:b)`.
    public let columns: [String]
    public let hasIntercept: Bool
    public let terms: [Term]
    public let isCorrelated: Bool
    public let position: Int
    /// The variables of the terms in order of appearance.
    let variables: [Variable]

    public var label: String { columns.joined(separator: ":") }
  }

  /// A penalised function of a number: one for all rows, or one for each level of `by`.
  public struct Smooth: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
      /// `s(t, by=g, k=10)`: cubic P-spline with a second-order penalty of `k` basis functions.
      case spline(size: Int)
      /// `rw(t, by=g)`: first-order random walk over the distinct values of t.
      case randomWalk
      /// `trend(t, by=g, damping=0.98)`: a line, whose slope beyond the data shrinks to this share with each unit of t.
      case trend(damping: Double)
    }

    public let kind: Kind
    public let variable: Expression
    public let by: String?
    public let position: Int

    public var label: String {
      let name =
        switch kind {
        case .spline: "s"
        case .randomWalk: "rw"
        case .trend: "trend"
        }
      return "\(name)(\(variable.description)\(by.map { ", by=\($0)" } ?? ""))"
    }
  }

  /// `ridge(x, z, lambda=0.1, scale=true)`: coefficients shrunk towards zero together.
  public struct Ridge: Hashable, Sendable {
    public let variables: [Expression]
    /// Penalty λ ≥ 0: λ Σ β² is added to the deviance. Nil: the coefficients' variance is estimated.
    public let lambda: Double?
    /// Whether columns are divided by their root mean square deviation (divisor n) before.
    public let isScaled: Bool
    public let position: Int

    public var label: String { "ridge(\(variables.map(\.description).joined(separator: ", ")))" }
  }

  public let text: String
  public let response: Response
  public let hasIntercept: Bool
  /// Main effects first, then interactions by their order, as R sorts them.
  public let terms: [Term]
  /// The variables of the terms in order of appearance, which is their order within an interaction.
  let variables: [Variable]
  public let offsets: [Expression]
  public let groups: [Group]
  public let smooths: [Smooth]
  public let ridges: [Ridge]

  /// Whether there is anything but fixed columns.
  public var isPenalized: Bool { !(groups.isEmpty && smooths.isEmpty && ridges.isEmpty) }

  /// Throws `FormulaError` with the place (characters from 0) of what could not be read.
  public init(parsing text: String) throws(FormulaError) {
    var parser = try FormulaParser(text)
    let parsed = try parser.parse()
    self.text = text
    response = parsed.response
    hasIntercept = parsed.right.intercept
    variables = Formula.variables(of: parsed.right.terms)
    terms = Formula.sorted(parsed.right.terms)
    offsets = parsed.special.offsets
    groups = parsed.special.groups
    smooths = parsed.special.smooths
    ridges = parsed.special.ridges
  }

  /// Distinct variables in order of appearance.
  static func variables(of terms: [Term]) -> [Variable] {
    var seen: [Variable] = []
    for variable in terms.flatMap(\.variables) where !seen.contains(variable) { seen.append(variable) }
    return seen
  }

  /// Main effects before interactions, each in order of appearance.
  static func sorted(_ terms: [Term]) -> [Term] {
    let highest = terms.map(\.variables.count).max() ?? 0
    return (0...highest).flatMap { order in terms.filter { $0.variables.count == order } }
  }
}

/// Why a formula could not be read. Positions count characters from 0.
public enum FormulaError: Error, Equatable, Sendable {
  case unexpected(String, position: Int)
  case unexpectedEnd(position: Int)
  case unclosedQuote(position: Int)
  case badNumber(String, position: Int)
  case unknownFunction(String, position: Int)
  case missingResponse
  /// A group term stands inside another operator than `+`.
  case misplacedGroup(position: Int)
  /// A function of a term with an argument that it does not have, or whose value is out of range.
  case badArgument(String, of: String, position: Int)
  /// Understood, but not available yet.
  case notYetSupported(String, position: Int)
}
