internal import Demand
internal import Glibc
internal import Groundwork
internal import Placements

/// The fitted flows of a project as one table: rates by stratum, trends by area, and what spreads the municipalities.
struct ProjectFitTables {
  let demand: FittedDemand

  static var machineColumns: [Table.Column] {
    [
      .init("flow", heading: Phrase(da: "Bevægelse", en: "Flow")), .init("parameter", heading: Phrase(da: "Størrelse", en: "Quantity")),
      .init("area", heading: Phrase(da: "Område", en: "Area")), .init("kind", heading: Phrase(da: "Art", en: "Kind")),
      .init("legal_basis", heading: Phrase(da: "Paragraf", en: "Section")),
      .init("municipality", heading: Phrase(da: "Kommune", en: "Municipality")),
      .init("estimate", heading: Phrase(da: "Estimat", en: "Estimate")), .init("lower", heading: Phrase(da: "Fra", en: "From")),
      .init("upper", heading: Phrase(da: "Til", en: "To")), .init("unit", heading: Phrase(da: "Enhed", en: "Unit")),
    ]
  }

  /// Columns: flow, parameter, area, kind, legal_basis, municipality, estimate, lower, upper, unit.
  /// Intervals are 95 %; rates and ratios are exponentials of the estimates on the log scale.
  var table: Table {
    var table = Table(title: Phrase(da: "Bevægelsernes modeller", en: "Models of the flows"), columns: Self.machineColumns)
    for flow in demand.flows {
      for estimate in flow.estimates where isShown(estimate.subject) { table.append(row(flow.flow, estimate)) }
    }
    table.footnotes = footnotes
    return table
  }

  private var footnotes: [Phrase] {
    demand.flows.map { flow in
      let events = NumberText.display(flow.events, decimals: 0, language: .da)
      return Phrase(
        da: "\(flow.flow.phrase.da): \(events) hændelser i \(NumberText.display(Double(flow.rows), decimals: 0, language: .da)) rækker.",
        en: "\(flow.flow.phrase.en): \(NumberText.display(flow.events, decimals: 0, language: .en)) events in \(NumberText.display(Double(flow.rows), decimals: 0, language: .en)) rows.")
    } + [
      Phrase(
        da: "Intervallerne er 95 %. Rater gælder midt i dataene for kommuner uden for hjemregionen; faktoren »hjemregionens kommuner« ganges på for dens egne.",
        en: "Intervals are 95 %. Rates hold in the middle of the data for municipalities outside the home region; the factor “home region's municipalities” multiplies them for its own.")
    ]
  }

  /// Hundreds of municipality × area effects stay out of a table that is read.
  private func isShown(_ subject: FlowFit.Estimate.Subject) -> Bool {
    switch subject {
    case .municipalityArea: false
    default: true
    }
  }

  private func row(_ flow: Flow, _ estimate: FlowFit.Estimate) -> [Table.Cell] {
    let flowCell = Table.Cell.term(code: flow.rawValue, flow.phrase)
    var area = Table.Cell.empty
    var kind = Table.Cell.empty
    var section = Table.Cell.empty
    var municipality = Table.Cell.empty
    var transform: (Double) -> Double = exp
    var name = ("", Phrase(""))
    var unit = ("ratio", Phrase(da: "faktor", en: "factor"))
    switch estimate.subject {
    case .level(let stratum):
      (area, kind) = (.text(stratum.area), .term(code: stratum.kind.rawValue, stratum.kind.phrase))
      section = .text(stratum.legalBasis)
      name = ("rate", Phrase(da: "rate", en: "rate"))
      unit = flow == .admission ? ("per_10000_inhabitants_year", Phrase(da: "pr. 10.000 indb. om året", en: "per 10,000 inhab. a year")) : ("per_person_year", Phrase(da: "pr. personår", en: "per person-year"))
    case .ownRegion: name = ("own_region", Phrase(da: "hjemregionens kommuner", en: "home region's municipalities"))
    case .slope(let id):
      area = .text(id)
      name = ("trend", Phrase(da: "trend pr. år", en: "trend a year"))
    case .seasonSine: name = ("season_sin", Phrase(da: "sæson (sinus)", en: "season (sine)"))
    case .seasonCosine: name = ("season_cos", Phrase(da: "sæson (cosinus)", en: "season (cosine)"))
    case .municipality(let code):
      municipality = .text(self.name(code))
      name = ("municipality", Phrase(da: "kommune", en: "municipality"))
    case .municipalityArea(let code, let id):
      (municipality, area) = (.text(self.name(code)), .text(id))
      name = ("municipality_area", Phrase(da: "kommune i området", en: "municipality in the area"))
    case .municipalityTrend(let code):
      municipality = .text(self.name(code))
      name = ("recent_trend", Phrase(da: "egen trend pr. år, seneste år", en: "own trend a year, recent years"))
    case .tenure(let group, let band):
      section = .term(code: "\(group)", group.phrase)
      name = ("tenure_\(band)", Phrase(da: "tid siden indskrivning: ", en: "time since admission: ") + Tenure.phrase(band: band))
    case .destination(let from, let to):
      (area, kind) = (.text(from.area), .term(code: from.kind.rawValue, from.kind.phrase))
      section = .text(from.legalBasis)
      name = ("destination: " + to.key, Phrase(da: "andel til " + to.key, en: "share to " + to.key))
      unit = ("share", Phrase(da: "andel", en: "share"))
    case .covariate(let covariate, let band, let label):
      name = ("\(covariate.rawValue)_\(band)", covariate.phrase + Phrase(": ") + label)
    case .ageLimit(let id, let years):
      area = .text(id)
      name = ("age_limit_\(years)", FlowSheets.ageLimitPhrase(years: years))
      unit = ("per_person_year", Phrase(da: "pr. personår", en: "per person-year"))
    case .standardDeviation(let block):
      name = ("sd: " + block, Phrase(da: "spredning: " + block, en: "standard deviation: " + block))
      transform = { $0 }
      unit = ("log", Phrase("log"))
    case .theta:
      name = ("theta", Phrase(da: "theta (lille: klumper)", en: "theta (small: clusters)"))
      transform = { $0 }
      unit = ("", Phrase(""))
    }
    return [
      flowCell, .term(code: name.0, name.1), area, kind, section, municipality, .estimate(transform(estimate.value)),
      estimate.lower.map { .estimate(transform($0)) } ?? .empty, estimate.upper.map { .estimate(transform($0)) } ?? .empty,
      .term(code: unit.0, unit.1),
    ]
  }

  private func name(_ code: String) -> String { demand.panel.municipalities.first { $0.code == code }?.name ?? code }
}
