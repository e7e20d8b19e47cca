import Groundwork

/// A scenario as its author wrote it, in a TOML file or in rows of a table: keys and types are checked, names are not yet looked up.
public struct Scenario: Sendable {
  /// The file's name without its ending, or what the table calls it; how other scenarios and the tables refer to it.
  public let name: String
  public let title: String
  /// The scenario that it builds on and is compared with; nil for the plain forecast.
  public let base: String?
  public let reason: String
  public let changes: [Change]
  let source: PositionedTOML
  /// What is wrong with its keys and types, where it was kept in spite of that.
  let flaws: [Finding]

  /// One `[[change]]`.
  public struct Change: Sendable {
    public let lever: Lever
    public let reason: String
    let path: String
    let values: [String: PositionedTOML.Value]
    /// Whether keys are misspelt or missing; what the others say can be checked all the same.
    var isFlawed = false
  }

  /// A scenario without changes.
  public static func plain(named name: String, title: String) -> Scenario {
    // An empty text is valid TOML, so this cannot fail.
    guard let source = try? PositionedTOML(text: "", file: name) else { preconditionFailure("empty TOML refused") }
    return Scenario(name: name, title: title, base: nil, reason: "", changes: [], source: source, flaws: [])
  }
}

/// What a change can act on, with the keys that it takes besides the common ones.
public enum Lever: String, CaseIterable, Sendable {
  case homecoming, admission, transfer, stock, population, places, closure
  case otherExit = "other_exit"
  case batchHomecoming = "batch_homecoming"
  case newOffer = "new_offer"
  case priceReaction = "price_reaction"
  case takeover, merge, repackage, reform
  case ownOffer = "own_offer"
  case courtAdmissions = "court_admissions"
  case tariff, savings, complexity, notice
  case tariffStop = "tariff_stop"
  case adaptationTime = "adaptation_time"
  case ruleSet = "rule_set"

  /// Keys that say where and when.
  static let scopeKeys = ["municipalities", "municipality", "areas", "area", "legal_basis", "kind"]
  static let timeKeys = ["from", "to"]
  /// Keys that say which offers.
  static let offerKeys = ["areas", "area", "legal_basis", "kind", "offer"]

  /// All keys of the lever, in the order in which people write them.
  public var keys: [String] {
    let common = ["what", "reason"]
    switch self {
    case .homecoming, .admission, .otherExit, .transfer, .stock, .population:
      return common + Self.scopeKeys + Self.timeKeys + effectKeys + ["ramp_months"]
    case .places: return common + Self.timeKeys + ["offer", "multiply", "add", "set", "lead_months", "staffed", "rent"]
    case .batchHomecoming:
      return common + ["municipality", "area", "offer", "legal_basis", "kind", "number", "date", "notice", "realised", "delay_months", "replaces_trend"]
    case .newOffer: return common + ["id", "name", "area", "kind", "legal_basis", "places", "from", "ramp_months", "places_ramp_months", "share", "price", "costs", "assumed_occupancy", "days_per_year"]
    case .closure: return common + ["offer", "date", "stop_admissions", "wind_down_months", "to", "shares", "leave"]
    case .takeover: return common + ["offer", "date", "announced", "municipality", "others_stay", "admissions"]
    case .ownOffer:
      return common + ["municipality", "areas", "area", "legal_basis", "kind", "name", "places", "from", "ramp_months", "from_own", "homecomings"]
    case .merge: return common + ["offers", "offer", "number", "area", "to", "date"]
    case .repackage: return common + ["offer", "to", "from", "share", "ramp_months", "places"]
    case .courtAdmissions: return common + Self.scopeKeys + Self.timeKeys + ["offer", "per_year", "size"]
    case .reform:
      return common + Self.scopeKeys + ["from", "announced", "ramp_months", "homecoming", "admission", "other_exit", "from_section", "to_section", "share"]
    case .priceReaction: return common + ["areas", "area", "legal_basis", "kind", "elasticity"]
    case .tariff: return common + Self.offerKeys + Self.timeKeys + effectKeys + ["ramp_months"]
    case .savings: return common + Self.offerKeys + Self.timeKeys + ["percent", "tariff_share", "ramp_months"]
    case .complexity: return common + Self.offerKeys + Self.timeKeys + ["percent_a_year", "tariff_share"]
    case .tariffStop: return common + Self.timeKeys + ["growth"]
    case .adaptationTime, .notice: return common + ["months"]
    case .ruleSet: return common + ["rules"]
    }
  }

  public var requiredKeys: [String] {
    switch self {
    case .homecoming, .admission, .otherExit, .transfer, .stock, .population: []
    case .places: ["offer", "from"]
    case .batchHomecoming: ["municipality", "number", "date"]
    case .newOffer: ["id", "area", "places", "from"]
    case .closure, .takeover: ["offer", "date"]
    case .ownOffer: ["municipality", "places", "from"]
    case .merge: ["to", "date"]
    case .repackage: ["offer", "to", "from", "share"]
    case .courtAdmissions: ["per_year", "size"]
    case .reform: ["from"]
    case .priceReaction: ["elasticity"]
    case .tariff: []
    case .savings: ["percent"]
    case .complexity: ["percent_a_year"]
    case .tariffStop: ["from"]
    case .adaptationTime, .notice: ["months"]
    case .ruleSet: ["rules"]
    }
  }

  /// Keys of which exactly one must be given.
  public var effectKeys: [String] {
    switch self {
    case .homecoming, .admission, .otherExit, .transfer, .stock, .population: ["multiply", "add", "set"]
    case .places, .tariff: ["multiply", "add", "set"]
    case .batchHomecoming, .newOffer, .closure, .priceReaction, .takeover, .ownOffer, .merge, .repackage, .courtAdmissions, .reform: []
    case .savings, .complexity, .tariffStop, .adaptationTime, .notice, .ruleSet: []
    }
  }
}
