import Demand
import Glibc
public import Groundwork

/// A distribution that a scenario may name instead of an interval: `{ distribution = "triangular", min = 0.8, mode = 1, max = 1.5 }`.
public enum NamedDistribution: String, CaseIterable, Sendable {
  case normal, uniform, triangular
  case logNormal = "lognormal"

  /// Keys of its numbers, in the order in which people write them.
  public var parameters: [String] {
    switch self {
    case .normal: ["mean", "sd"]
    case .logNormal: ["median", "sd_log"]
    case .uniform: ["min", "max"]
    case .triangular: ["min", "mode", "max"]
    }
  }

  /// Keys in the order in which people write them: the distribution, then its parameters.
  static func order(_ keys: some Sequence<String>) -> [String] {
    let known = ["distribution", "mean", "sd", "median", "sd_log", "min", "mode", "max"]
    return keys.sorted { (known.firstIndex(of: $0) ?? known.count, $0) < (known.firstIndex(of: $1) ?? known.count, $1) }
  }

  /// What must hold of them.
  public var rule: Phrase {
    switch self {
    case .normal: Phrase(da: "sd over nul", en: "sd above zero")
    case .logNormal: Phrase(da: "begge over nul", en: "both above zero")
    case .uniform: Phrase(da: "min under max", en: "min below max")
    case .triangular: Phrase(da: "min, mode og max i den orden, min under max", en: "min, mode and max in that order, min below max")
    }
  }

  /// - Parameter values: in the order of `parameters`.
  /// - Returns: nil where they make no distribution.
  func number(_ values: [Double], key: UInt64) -> UncertainNumber? {
    let z = UncertainNumber.quantile90
    switch self {
    case .normal:
      guard values[1] > 0 else { return nil }
      return UncertainNumber(lower: values[0] - z * values[1], upper: values[0] + z * values[1], shape: .normal, key: key)
    case .logNormal:
      guard values[0] > 0, values[1] > 0 else { return nil }
      return UncertainNumber(lower: values[0] * exp(-z * values[1]), upper: values[0] * exp(z * values[1]), shape: .logNormal, key: key)
    case .uniform:
      guard values[0] < values[1] else { return nil }
      return UncertainNumber(lower: values[0], upper: values[1], shape: .uniform, key: key)
    case .triangular:
      guard values[0] <= values[1], values[1] <= values[2], values[0] < values[2] else { return nil }
      return UncertainNumber(lower: values[0], upper: values[2], shape: .triangular(mode: values[1]), key: key)
    }
  }
}
