internal import Demand
internal import Glibc
internal import Groundwork
internal import Placements
internal import Regression

/// The project's own models of its flows for people: of each flow its rates and factors, its spreads, its measures.
struct FlowSheets {
  let demand: FittedDemand

  var tables: [Table] {
    var tables = demand.flows.flatMap(sheet)
    guard !tables.isEmpty else { return tables }
    tables[tables.count - 1].footnotes += [
      Phrase(
        da: "Rater gælder midt i dataene for kommuner uden for hjemregionen, indskrivninger pr. 10.000 indbyggere om året, resten pr. personår; faktorer ganges på raten. Intervaller er 95 %.",
        en: "Rates hold in the middle of the data for municipalities outside the home region, admissions per 10,000 inhabitants a year, the others per person-year; factors multiply the rate. Intervals are 95 %."),
      Phrase(
        da: "Andre udskrivninger er her uden dem ved aldersgrænsen, som har deres egen rate.",
        en: "Other exits are here without those at the age limit, which have a rate of their own."),
      Phrase(
        da: "Kommunernes egne faktorer: --format csv. Egne modeller: [[model]] i plads.toml.",
        en: "The municipalities' own factors: --format csv. Models of your own: [[model]] in plads.toml."),
    ]
    return tables
  }

  /// The tables of one flow.
  func sheet(of flow: FlowFit) -> [Table] { [coefficients(flow)] + spreads(flow) + [measures(flow)].compactMap(\.self) }

  // MARK: Coefficients

  private func coefficients(_ flow: FlowFit) -> Table {
    var table = Table(
      title: title(flow),
      columns: [
        .init("term", heading: Phrase(da: "Led", en: "Term")), .init("level", heading: Phrase(da: "Niveau", en: "Level")),
        .init("ratio", heading: Phrase(da: "Rate/faktor", en: "Rate/factor")),
        .init("interval", heading: Phrase(da: "95 %-interval", en: "95% interval")),
        .init("log", heading: Phrase(da: "Log", en: "Log")), .init("std_error", heading: Phrase(da: "Std.fejl", en: "Std. error")),
      ])
    for estimate in flow.estimates {
      guard let (term, level) = Self.name(estimate.subject) else { continue }
      table.append([
        EstimateText.cell(term), EstimateText.cell(level), EstimateText.ratio(exp(estimate.value)),
        EstimateText.cell(EstimateText.ratioInterval(exp(estimate.lower ?? .nan), exp(estimate.upper ?? .nan))),
        EstimateText.cell(estimate.value, standardError: estimate.standardError ?? .nan),
        EstimateText.cell(estimate.standardError ?? .nan, standardError: estimate.standardError ?? .nan),
      ])
    }
    return table
  }

  private func title(_ flow: FlowFit) -> Phrase {
    let name = Phrase(da: flow.flow.phrase.da.capitalizedFirst, en: flow.flow.phrase.en.capitalizedFirst)
    let size = Phrase(": ") + EstimateText.number(flow.events, decimals: 0) + Phrase(da: " hændelser i ", en: " events in ")
      + EstimateText.count(flow.rows) + Phrase(da: " rækker", en: " rows")
    guard let measures = flow.measures else {
      return name + size + Phrase(da: ", for få til en regression: én rate pr. gruppe", en: ", too few to regress: one rate a stratum")
    }
    return name + size + Phrase("  [\(measures.family.name), log, \(measures.criterion == .reml ? "REML" : "ML")]")
  }

  /// Nil for what stands elsewhere: hundreds of municipalities, spreads and θ.
  private static func name(_ subject: FlowFit.Estimate.Subject) -> (Phrase, Phrase)? {
    switch subject {
    case .level(let stratum):
      (Phrase(da: "rate", en: "rate"), Phrase(name(of: stratum)))
    case .ownRegion: (Phrase(da: "hjemregionens kommuner", en: "home region's municipalities"), Phrase(""))
    case .slope(let area): (Phrase(da: "trend pr. år", en: "trend a year"), Phrase(area))
    case .seasonSine: (Phrase(da: "sæson (sinus)", en: "season (sine)"), Phrase(""))
    case .seasonCosine: (Phrase(da: "sæson (cosinus)", en: "season (cosine)"), Phrase(""))
    case .tenure(let group, let band):
      (Phrase(da: "tid siden indskrivning", en: "time since admission"), group.phrase + Phrase(", ") + Tenure.phrase(band: band))
    case .destination(let from, let to):
      (Phrase(da: "andel af flytninger", en: "share of transfers"), Phrase(name(of: from) + " → " + name(of: to)))
    case .covariate(let covariate, _, let label): (covariate.phrase, label)
    case .ageLimit(let area, let years):
      (Phrase(da: "rate efter alder", en: "rate by age"), Phrase(area + ": ") + ageLimitPhrase(years: years))
    case .municipality, .municipalityArea, .municipalityTrend, .standardDeviation, .theta: nil
    }
  }

  /// Years from the one in which a citizen passes the age to which the area is open.
  static func ageLimitPhrase(years: Int) -> Phrase {
    switch years {
    case ..<(-1): Phrase(da: "to år eller mere før grænsen", en: "two years or more before the limit")
    case -1: Phrase(da: "året før grænsen passeres", en: "the year before the limit is passed")
    case 0: Phrase(da: "året, hvor grænsen passeres", en: "the year in which the limit is passed")
    case 1: Phrase(da: "året efter", en: "the year after")
    default: Phrase(da: "senere", en: "later")
    }
  }

  private static func name(of stratum: Stratum) -> String {
    [stratum.area, stratum.kind == .residential ? "" : stratum.kind.rawValue, stratum.legalBasis].filter { !$0.isEmpty }.joined(separator: ", ")
  }

  // MARK: Spreads and measures

  private func spreads(_ flow: FlowFit) -> [Table] {
    guard let measures = flow.measures, !measures.variances.isEmpty else { return [] }
    var table = Table(
      title: Phrase(""),
      columns: [
        .init("group", heading: Phrase(da: "Gruppe", en: "Group")), .init("levels", heading: Phrase(da: "Niveauer", en: "Levels")),
        .init("standard_deviation", heading: Phrase(da: "Standardafvigelse (log)", en: "Std. deviation (log)")),
        .init("interval", heading: Phrase(da: "95 %-interval", en: "95% interval")),
      ])
    for variance in measures.variances {
      let deviation = variance.variance.squareRoot()
      let error = (variance.logStandardError ?? .nan) / 2
      let decimals = EstimateText.decimals(deviation, standardError: deviation * error)
      let reach = exp(EstimateText.reach * error)
      table.append([
        .text(variance.name), .integer(variance.levels), .precise(deviation, decimals: decimals),
        EstimateText.cell(EstimateText.interval(deviation / reach, deviation * reach, decimals: decimals)),
      ])
    }
    return [table]
  }

  private func measures(_ flow: FlowFit) -> Table? {
    guard let measures = flow.measures else { return nil }
    var pairs = [
      (Phrase(da: "Effektive frihedsgrader", en: "Effective df"), EstimateText.number(measures.effectiveDegrees, decimals: 1)),
      (Phrase(da: "Devians", en: "Deviance"), EstimateText.number(measures.deviance, decimals: 2)),
      (Phrase(da: "Forventet / talt", en: "Fitted / counted"), EstimateText.number(flow.fittedEvents / max(flow.events, 1), decimals: 3)),
      (Phrase(da: "Restringeret log-likelihood (REML)", en: "Restricted log-likelihood (REML)"), EstimateText.number(measures.logLikelihood, decimals: 2)),
      (Phrase(da: "Betinget AIC", en: "Conditional AIC"), EstimateText.number(measures.conditionalAIC, decimals: 2)),
    ]
    if let theta = measures.theta {
      pairs.insert((Phrase(da: "Theta (lille: klumper)", en: "Theta (small: clusters)"), FitMeasures.theta(theta, measures.logThetaStandardError)), at: 3)
    } else {
      pairs.insert((Phrase(da: "Dispersion (fast)", en: "Dispersion (fixed)"), Phrase("1")), at: 3)
    }
    var table = FitMeasures.table(pairs)
    table.footnotes = measures.warnings.map { Phrase(da: "Advarsel: ", en: "Warning: ") + RegressionWording.phrase($0) }
    return table
  }
}

extension String {
  fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
