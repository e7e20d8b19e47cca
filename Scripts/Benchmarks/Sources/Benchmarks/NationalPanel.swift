import Foundation
import Probability
import Regression

/// A generated national panel: monthly counts of 98 (or more) municipalities × 12 areas × 60
/// months, negative binomial.
///
/// log mean = intercept + area + (trend + trend of the area) · years + season + municipality + municipality × area
/// + log(inhabitants in 10,000).
struct NationalPanel {
  static let municipalities = 98
  static let areas = 12
  static let months = 60
  static let seed: UInt64 = 98_12_60

  /// What the counts were generated with.
  struct Truth {
    let intercept = log(0.08)
    let trend = -0.03
    let sine = 0.10
    let cosine = -0.15
    let areaDeviation = 0.5
    let slopeDeviation = 0.05
    let municipalityDeviation = 0.4
    let cellDeviation = 0.3
    let theta = 2.0
    var areaEffects: [Double] = []
    var areaSlopes: [Double] = []
    var municipalityEffects: [Double] = []
    var cellEffects: [Double] = []
  }

  let truth: Truth
  private(set) var counts: [Double] = []
  private(set) var offset: [Double] = []
  private(set) var municipality: [Int32] = []
  private(set) var area: [Int32] = []
  private(set) var years: [Double] = []
  private(set) var sine: [Double] = []
  private(set) var cosine: [Double] = []
  let municipalities: Int

  init(municipalities: Int = Self.municipalities) {
    self.municipalities = municipalities
    var stream = RandomStream(seed: Self.seed)
    var truth = Truth()
    truth.areaEffects = (0..<Self.areas).map { _ in truth.areaDeviation * stream.nextNormal() }
    truth.areaSlopes = (0..<Self.areas).map { _ in truth.slopeDeviation * stream.nextNormal() }
    truth.municipalityEffects = (0..<municipalities).map { _ in truth.municipalityDeviation * stream.nextNormal() }
    truth.cellEffects = (0..<municipalities * Self.areas).map { _ in truth.cellDeviation * stream.nextNormal() }
    self.truth = truth
    for m in 0..<municipalities {
      let inhabitants = 4.5 * exp(0.7 * stream.nextNormal())
      for a in 0..<Self.areas {
        for t in 0..<Self.months {
          let years = (Double(t) + 0.5 - Double(Self.months) / 2) / 12
          let angle = 2 * Double.pi * (Double(t % 12) + 0.5) / 12
          let season = truth.sine * sin(angle) + truth.cosine * cos(angle)
          let slope = truth.trend + truth.areaSlopes[a]
          let level = truth.intercept + truth.areaEffects[a] + truth.municipalityEffects[m] + truth.cellEffects[m * Self.areas + a]
          let mean = inhabitants * exp(level + slope * years + season)
          counts.append(Double(stream.nextPoisson(mean * stream.nextGamma(truth.theta) / truth.theta)))
          offset.append(log(inhabitants))
          municipality.append(Int32(m))
          area.append(Int32(a))
          self.years.append(years)
          sine.append(sin(angle))
          cosine.append(cos(angle))
        }
      }
    }
  }

  var rows: Int { counts.count }

  var municipalityBlock: PenalizedBlock {
    PenalizedBlock(name: "municipality", levelCount: municipalities, index: municipality)
  }

  var cellBlock: PenalizedBlock {
    let areas = Int32(Self.areas)
    return PenalizedBlock(
      name: "municipality:area", levelCount: municipalities * Self.areas, index: zip(municipality, area).map { $0 * areas + $1 })
  }

  // MARK: As a table

  private var texts: (m: [String], area: [String], season: [String]) {
    func label(_ prefix: String, _ number: Int) -> String { prefix + String(String(10_000 + number).dropFirst()) }
    return (
      municipality.map { label("m", Int($0)) }, area.map { label("a", Int($0)) },
      municipality.indices.map { label("s", $0 % Self.months % 12 + 1) }
    )
  }

  /// Columns y, m, area, season (the month of the year), time (years from the middle), sine, cosine and population.
  var table: DataTable {
    let texts = texts
    var table = DataTable()
    table.add("y", counts)
    table.add("m", texts.m)
    table.add("area", texts.area)
    table.add("season", texts.season)
    table.add("time", years)
    table.add("sine", sine)
    table.add("cosine", cosine)
    table.add("population", offset.map { exp($0) })
    return table
  }

  /// The same for the peers without sine and cosine, all digits.
  func write(to path: String) throws {
    let texts = texts
    var text = "y,m,area,season,time,population\n"
    for i in 0..<rows {
      text += "\(Int(counts[i])),\(texts.m[i]),\(texts.area[i]),\(texts.season[i]),\(years[i]),\(exp(offset[i]))\n"
    }
    try text.write(toFile: path, atomically: true, encoding: .utf8)
  }
}
