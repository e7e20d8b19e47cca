public import Groundwork

/// A model that plads.toml declares under `[[model]]`: what was written, not yet understood.
public struct ModelDeclaration: Hashable, Sendable {
  /// Names of the families, as on the command line.
  public static let families = ["negative_binomial", "poisson", "gaussian", "binomial"]
  public static let links = ["identity", "log", "logit", "probit", "cloglog"]
  public static let methods = ["ml", "reml"]

  /// A text with the place in plads.toml of each of its characters, and of its end.
  public struct Text: Hashable, Sendable {
    public let text: String
    public let places: [TextPlace]

    public init(_ text: String, places: [TextPlace]) {
      self.text = text
      self.places = places
    }
  }

  /// Unlike every other model's.
  public let name: String
  /// Nil where the formula's response says which.
  public let flow: Flow?
  public let formula: Text
  /// One of `families`.
  public let family: String
  /// One of `links`; nil for the family's own.
  public let link: String?
  /// One of `methods`; nil for the family's default.
  public let method: String?
  /// A column or expression added to the linear predictor instead of the log exposure; nil for the latter.
  public let offset: Text?
  /// Of the `[[model]]` line.
  public let line: Int?

  public init(
    name: String, flow: Flow?, formula: Text, family: String = "negative_binomial", link: String? = nil, method: String? = nil,
    offset: Text? = nil, line: Int? = nil
  ) {
    self.name = name
    self.flow = flow
    self.formula = formula
    self.family = family
    self.link = link
    self.method = method
    self.offset = offset
    self.line = line
  }
}

extension Flow {
  /// As plads.toml and data columns call it: `admissions`, `homecomings`, `other_exits`.
  public var plural: String { rawValue + "s" }

  public init?(plural: String) {
    guard let flow = Flow.counted.first(where: { $0.plural == plural }) else { return nil }
    self = flow
  }
}
