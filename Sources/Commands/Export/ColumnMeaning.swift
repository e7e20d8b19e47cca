internal import Groundwork

/// What a machine column's name means, wherever it stands.
struct ColumnMeaning {
  enum Kind {
    case text, whole, number

    var names: [String] {
      switch self {
      case .text: ["string"]
      case .whole: ["integer"]
      case .number: ["number"]
      }
    }
  }

  let type: Kind
  let meaning: String

  static func number(_ meaning: String) -> ColumnMeaning { ColumnMeaning(type: .number, meaning: meaning) }

  static func of(_ column: String) -> ColumnMeaning? { known[column] ?? derived(column) }

  private static let known: [String: ColumnMeaning] = {
    var known: [String: ColumnMeaning] = [:]
    for (type, lines) in [(Kind.text, texts), (.whole, wholes), (.number, numbers)] {
      for line in lines.split(separator: "\n") {
        guard let mark = line.firstIndex(of: ":") else { preconditionFailure("a column and what it means") }
        let meaning = line[line.index(after: mark)...].drop { $0 == " " }
        for name in line[..<mark].split(separator: " ") { known[String(name)] = ColumnMeaning(type: type, meaning: String(meaning)) }
      }
    }
    return known
  }()

  /// Ends and means of a figure that has a column of its own, or is named by them alone: `result_lower`.
  private static func derived(_ column: String) -> ColumnMeaning? {
    if column.hasPrefix("q0."), let share = Double(column.dropFirst()) { return .number("\(NumberText.machine(100 * share)) % of the forecast's futures lie below") }
    let ends = [("_mean", "mean over the futures"), ("_median", "median over the futures"), ("_lower", "lower end of its interval"), ("_upper", "upper end of its interval")]
    for (end, meaning) in ends where column.hasSuffix(end) {
      let figure = String(column.dropLast(end.count))
      let what = known[figure]?.meaning ?? figures[figure] ?? ""
      if !what.isEmpty { return ColumnMeaning(type: .number, meaning: "\(what): \(meaning)") }
    }
    return nil
  }

  private static let figures = [
    "delta": "difference from the base in the same futures", "demand": "citizens who want a place", "gap": "places less demand", "waiting": "citizens who wait",
    "left": "citizens gone to another supplier", "model": "the model's figure", "combined": "statement and model combined", "override": "the analyst's figure",
    "closure": "the period of closure", "citizens_change": "change of the citizens", "skill": "skill",
  ]

  private static let texts = """
    scenario: name of the scenario
    base: name of what the scenario is compared with
    title: the scenario's title
    assumption: what the change assumes, with its reason
    component: part of a sum
    lever: what the change acts on, as in the scenario file
    region: region; empty for all
    area: id of the specialty area; empty for all
    municipality payer: code of the municipality; empty for all
    offer: id of the offer; empty for all
    kind: kind of place, such as residential
    measure: what is counted
    unit: unit of the row's figures
    period: period, such as 2027-04, 2027Q2 or 2027
    origin origin_then origin_now: last observed period
    label: name of the published forecast
    status status_reason: what the figures amount to, and why
    target: what is sought or scored
    variable: the number that is varied
    median_closure_period: period by which closure is as likely as not; empty where less likely
    closure_lower closure_upper: end of the interval of the period of closure
    nation_wide: whether the offer serves the whole country; empty where unknown
    financing: tariff or key; empty where unknown
    rule_set: economic rules that hold
    cost_behaviour: how costs follow the citizens
    alternative: close, reduce, carry_on or open
    from to since until: end of a range, included
    observed_until: last observed period in the figure of the running year, whose rest is forecast; else empty
    homecomings_3y_most: codes of the at most two municipalities that took most of them home, parted by a blank
    held part: which rates are held, and whose
    topic basis: what the row is about, and whether it was observed or is forecast
    cost_unit: unit of the row's costs
    said_source source: where the figure comes from
    received date by reason: when and by whom it was said, and why
    indicator grain respondent: which indicator, for what, and who answers
    name_da name_en definition_da definition_en grains forecast better: what the indicator is
    flow: kind of move
    model grouping: which model, and at what level
    event: what is scored
    group legal_basis: what the rate is of
    command spec form inputs version kernel: what the run was made from
    unique_id node: id of the node
    ds: period of the series, as its file has it
    severity: error, warning or note
    file column: where it is
    table: name of the table that was read
    ignored: columns that are not used
    message: what is found
    remedy: what to do
    parameter term: what is estimated
    """

  private static let wholes = """
    point: number of the sweep's point, from 1
    year price_level tariff_year: year
    n: number of scored values
    n_past: earlier statements that were known
    months: months
    horizon horizon_months ahead: periods or months ahead
    origins offers events: how many there were
    run draws seed rows warnings columns errors: number
    advised_places: places to plan for
    scale_1_5: the municipality's own scale
    happened: 1 where it happened, else 0
    inside: 1 where the interval holds the actual, else 0
    """

  private static let numbers = """
    mean: mean over the futures
    median: median over the futures
    lower: lower end of the interval
    upper: upper end of the interval
    p_worse: probability that the scenario is worse than its base
    level interval: probability inside the intervals, per cent
    value: the figure
    low high: ends
    futures_lower futures_upper: ends of what 80 % of single futures need; empty where beyond the range
    reach_lower reach_upper: ends of what the figure reaches in the range
    places own_places: places
    occupancy_now assumed_occupancy break_even_occupancy: citizens or days in per cent of the places
    p_outside_tolerance: probability that the year's costs leave the tolerance
    p_reduction_24m p_closure_12m p_closure_24m p_closure_36m p_closure: probability of reaching the limit within so many months
    p_change: change of the probability
    expected_result result: income less costs
    homecomings_3y: citizens taken home from the offer in the last three years of the data
    tariff_change: what the year's result changes a later tariff by
    revised_budget: as given
    start_up_deficit start_up_charge start_up_charge_per_day: what opening an offer costs before it is full, and what tariffs collect of it
    cost_today cost_advised: cost of the places
    citizens: citizens at the origin
    rate_before rate_ahead: homecomings a year per 100 citizens
    share_of_days share_of_demand: share
    idle_cost closing_cost account_settled tariff_change_per_day bill_change not_yet_settled: amount
    citizens_affected full_time_staff_affected: whom closing touches
    observed expected ratio tail_probability effect_12m: what was counted against what was expected
    numerator denominator: of the value, as observed
    said bias_corrected weight bias error: what was said, corrected by earlier errors
    actual: what came true
    mase rmsse wape crps coverage80 coverage95 skill_vs_naive p_value pit1 pit2 pit3 pit4 pit5: score of past forecasts
    bin_lower bin_upper mean_forecast base_rate brier brier_base skill log_score log_score_base: score of probabilities
    probability: forecast probability of the event
    estimate std_error statistic: estimate, its standard error and their ratio; of a measure its value
    ratio_lower ratio_upper: exponential of the ends of the estimate's interval; empty where the link makes none
    exposure observed_rate rate_middle rate change score: rate of moves and its trend
    """
}
