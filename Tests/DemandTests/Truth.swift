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
      case .standardDeviation, .tenure: nil
      }
    }
  }

  let admission: Flow
  let homecoming: Flow
  let other_exit: Flow
  let totals: [String: Double]

  static func region() throws -> Truth {
    let data = try Data(contentsOf: URL(fileURLWithPath: ExampleProject.region.folder + "/truth.json"))
    return try JSONDecoder().decode(Truth.self, from: data)
  }

  func flow(_ flow: Placements.Flow) -> Flow {
    switch flow {
    case .admission: admission
    case .homecoming: homecoming
    case .otherExit: other_exit
    }
  }
}
