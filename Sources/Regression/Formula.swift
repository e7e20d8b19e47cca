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

  /// `(1 + x || g)`: independent normal effects of the levels of `g`, one variance for each of intercept and slopes.
  public struct Group: Hashable, Sendable {
    /// `g`, or `a` and `b` of `(1 | a:b)`.
    public let columns: [String]
    public let hasIntercept: Bool
    public let slopes: [Expression]
    public let position: Int

    public var label: String { columns.joined(separator: ":") }
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

  /// Throws `FormulaError` with the place (characters from 0) of what could not be read.
  public init(parsing text: String) throws(FormulaError) {
    var parser = try FormulaParser(text)
    let parsed = try parser.parse()
    self.text = text
    response = parsed.response
    hasIntercept = parsed.right.intercept
    var seen: [Variable] = []
    for variable in parsed.right.terms.flatMap(\.variables) where !seen.contains(variable) { seen.append(variable) }
    variables = seen
    var sorted: [Term] = []
    let highest = parsed.right.terms.map(\.variables.count).max() ?? 0
    for order in 1..<(highest + 1) { sorted += parsed.right.terms.filter { $0.variables.count == order } }
    terms = sorted
    offsets = parsed.offsets
    groups = parsed.groups
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
  /// Understood, but not available yet.
  case notYetSupported(String, position: Int)
}
