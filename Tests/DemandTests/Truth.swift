import Demand
import Foundation
import Placements
import TestSupport

/// `truth.json` of the example region.
struct Truth: Decodable {
  struct Flow: Decodable {
    let level: [String: Double]
    let own_region: Double
    let slope: [String: Double]
    let season_sin: Double
    let season_cos: Double
    let theta: Double?
    /// Of other exits: the share of those at an age limit by stratum.
    let age_out_share: [String: Double]?
    let municipality: [String: Double]
    let municipality_area: [String: Double]
    let municipality_trend: [String: Double]?

    func value(_ subject: FlowFit.Estimate.Subject) -> Double? {
      switch subject {
      case .level(let stratum): stratum.kind == .singlePerson ? nil : level[stratum.key]
      case .ownRegion: own_region
      case .slope(let area): slope[area]
      case .seasonSine: season_sin
      case .seasonCosine: season_cos
      case .municipality(let code): municipality[code]
      case .municipalityArea(let code, let area): municipality_area["\(code)|\(area)"]
      case .municipalityTrend(let code): municipality_trend?[code]
      case .theta: theta
      case .standardDeviation, .tenure, .destination, .covariate, .ageLimit: nil
      }
    }
  }

  let admission: Flow
  let homecoming: Flow
  let other_exit: Flow
  /// Yearly hazards by area, and where they lead by area and kind.
  let transfer: [String: Double]
  let transfer_destinations: [String: [String: Double]]
  let totals: [String: Double]

  static func region() throws -> Truth {
    let data = try Data(contentsOf: URL(fileURLWithPath: ExampleProject.region.folder + "/truth.json"))
    return try JSONDecoder().decode(Truth.self, from: data)
  }

  /// Nil where the truth has nothing of the kind.
  func value(_ flow: Placements.Flow, _ subject: FlowFit.Estimate.Subject) -> Double? {
    switch (flow, subject) {
    case (.admission, _): admission.value(subject)
    case (.homecoming, _): homecoming.value(subject)
    // A share of the exits that are no homecomings, whoever pays.
    case (.otherExit, .level(let stratum)): other_exit.value(subject).map { $0 + log(1 - ageOutShare(stratum)) }
    case (.otherExit, _): other_exit.value(subject)
    case (.ageOut, _), (.transfer, _): nil
    }
  }

  /// Of a stratum's exits that are no homecomings.
  func ageOutShare(_ stratum: Stratum) -> Double { other_exit.age_out_share?[stratum.key] ?? 0 }
}
