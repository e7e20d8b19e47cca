import Glibc
import Placements
import Probability

@testable import Demand

/// Stays of a small region with known yearly hazards, citizen by citizen and day by day.
struct StaysWorld {
  struct Group {
    let area: String
    let section: String
    /// A year and municipality.
    let admissions: Double
    /// By band of time since admission.
    let homecoming: [Double]
    let otherExit: Double
    var ageOut = 0.0
    var transfer = 0.0
    /// Index of the group to which transfers lead.
    var destination = 0

    var offer: Offer { Offer(id: area + section, name: area + section, area: area, legalBasis: section) }
  }

  var groups: [Group]
  var areas: [SpecialtyArea]
  var municipalities = 10
  /// Of the extracts, before which there are twelve more.
  var months = 21
  /// Whether years of birth are told; those who pass the age limit leave with this yearly hazard.
  var ages: ClosedRange<Int>?
  var agedOut = 3.0
  /// Factor of the homecomings of support level 2; a third of the citizens have level 1, a third 2, and a third none.
  var factor: Double?
  var covariates: [Covariate] = []
  var seed: UInt64 = 1
  /// Factor of homecomings by municipality and period index from the first day; nil for 1.
  var batch: ((Int, Int) -> Double)?

  static let origin = Day(year: 2024, month: 9, day: 30)!
  private static let burnIn = 12.0

  var first: Period { Period(containing: Self.origin, length: .month).advanced(by: 1 - months) }

  private struct Citizen {
    let number: String
    let payer: Int
    let level: Double?
    let birthYear: Int?
  }

  func stays() -> [Stay] {
    var stays: [Stay] = []
    let begin = Self.origin.advanced(by: -Int(Self.burnIn * 365.25))
    for (g, group) in groups.enumerated() {
      for m in 0..<municipalities {
        var stream = RandomStream(seed: seed, pair: UInt64(g), UInt64(m))
        var time = 0.0
        while true {
          time -= log(stream.nextUniform()) / group.admissions * 365.25
          let start = begin.advanced(by: Int(time))
          guard start <= Self.origin else { break }
          let kind = Int(stream.nextUniform() * 3)
          let age = ages.map { $0.lowerBound + Int(stream.nextUniform() * Double($0.count)) }
          let citizen = Citizen(
            number: "\(g)-\(m)-\(stays.count)", payer: m, level: factor == nil || kind == 2 ? nil : Double(kind + 1), birthYear: age.map { start.year - $0 })
          follow(citizen, in: g, from: start, &stream, into: &stays)
        }
      }
    }
    return stays
  }

  private func follow(_ citizen: Citizen, in first: Int, from admitted: Day, _ stream: inout RandomStream, into stays: inout [Stay]) {
    var (g, start, day) = (first, admitted, admitted)
    func add(_ end: Day?, _ reason: EndReason?) {
      stays.append(
        Stay(
          citizen: citizen.number, payer: "\(100 + citizen.payer)", offer: groups[g].offer.id, legalBasis: groups[g].section, kind: .residential,
          start: start, end: end, endReason: reason, supportLevel: citizen.level, birthYear: citizen.birthYear))
    }
    while day <= Self.origin {
      let group = groups[g]
      var home = group.homecoming[Tenure.band(day - admitted)] * (citizen.level == 2 ? factor ?? 1 : 1)
      if let batch { home *= batch(citizen.payer, Period(containing: day, length: .month) - self.first) }
      let limit = areas.first { $0.id == group.area }?.ageTo ?? 120
      let aged = citizen.birthYear.map { limit < 120 && day.year > $0 + limit ? agedOut : 0 } ?? group.ageOut
      let all = home + group.otherExit + aged + group.transfer
      if stream.nextUniform() < 1 - exp(-all / 365.25) {
        let end = day.advanced(by: 1)
        guard end <= Self.origin else { break }
        let lot = stream.nextUniform() * all
        if lot < home { return add(end, .homecoming) }
        if lot < home + group.otherExit { return add(end, .discharge) }
        if lot < home + group.otherExit + aged { return add(end, .ageOut) }
        add(end, .transfer)
        (g, start) = (group.destination, end)
      }
      day = day.advanced(by: 1)
    }
    add(nil, nil)
  }

  func extracts() -> Extracts {
    var settings = ProjectSettings(name: "test", basePeriod: .month, areas: areas, observedFrom: first.firstDay, observedTo: Self.origin)
    settings.covariates = covariates
    let codes = (0..<municipalities).map { "\(100 + $0)" }
    return Extracts(
      settings: settings, municipalities: codes.map { Municipality(code: $0, name: $0) }, offers: groups.map(\.offer),
      stays: stays().filter { $0.end.map { $0 > first.firstDay } ?? true })
  }
}
