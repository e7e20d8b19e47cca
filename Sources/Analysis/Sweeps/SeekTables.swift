public import Groundwork
import Capacity
import Forecasting
import Placements
import Scenarios

/// A goal seek's answer, or the range that can be reached.
public struct SeekTables {
  private let seek: ScenarioSeek
  private let scenario: String
  private let notes: [Phrase]

  /// - Parameter scenario: its name.
  public init(_ seek: ScenarioSeek, scenario: String, notes: [Phrase]) {
    self.seek = seek
    self.scenario = scenario
    self.notes = notes
  }

  private var title: Phrase {
    Phrase(
      da: "\(scenario): hvor stor skal \(seek.variable.name) være, for at \(seek.target.text)?", en: "\(scenario): how large must \(seek.variable.name) be for \(seek.target.text)?")
  }

  public static let machineColumns =
    ["scenario", "target", "variable", "status", "value", "lower", "upper", "from", "to", "reach_lower", "reach_upper", "futures_lower", "futures_upper"].map { Table.Column($0) }

  /// Columns: scenario, target, variable, status (`found`, `one_of_several`, `out_of_reach`), value, lower, upper, from, to, reach_lower, reach_upper,
  /// futures_lower, futures_upper; the interval is the simulation's error, 80 %; from and to say where the value was looked for; the last two are
  /// what 80 % of single futures need, empty where that is beyond the range or where there is nothing such.
  public func machine() -> Table {
    var table = Table(title: title, columns: Self.machineColumns)
    let found = seek.found
    func number(_ value: Double?) -> Table.Cell { value.map { .estimate($0) } ?? .empty }
    table.append([
      .text(scenario), .text(seek.target.text), .text(seek.variable.name),
      .text(found.solution == nil ? "out_of_reach" : found.isOneOfSeveral ? "one_of_several" : "found"), number(found.solution?.value),
      number(found.solution?.interval?.lowerBound), number(found.solution?.interval?.upperBound), number(seek.range.lowerBound), number(seek.range.upperBound),
      number(found.reach.lowerBound), number(found.reach.upperBound), number(found.futures.lower), number(found.futures.upper),
    ])
    return table
  }

  /// What was tried over the range, and the answer in a sentence.
  public func sheet() -> Table {
    var table = Table(
      title: title,
      columns: [
        .init("value", heading: Phrase(seek.variable.name), decimals: seek.variable.isWhole ? 0 : 2),
        .init("figure", heading: Phrase(seek.target.text.split(separator: "=")[0].description), decimals: 2),
      ])
    for (value, figure) in seek.found.overview { table.append([.number(value), .number(figure.value)]) }
    table.footnotes = (unmoved.map { [$0] } ?? [answer, futures]) + [meaning] + notes
    return table
  }

  private var meaning: Phrase {
    let limit = NumberText.machine(100 * ScenarioSeek.trigger.share)
    return switch seek.target.figure {
    case .measure(let measure, _):
      Phrase(
        da: "Tallet er middel over fremtiderne af \(measure.phrase.da), \(seek.target.line.kind.phrase.da). Det søgte tal træder i stedet for det, der står i scenariet; har scenariet ikke håndtaget, virker det overalt fra første periode.",
        en: "The figure is the mean over the futures of \(measure.phrase.en), \(seek.target.line.kind.phrase.en). The number that is sought takes the place of what the scenario says; where it lacks the lever the number acts everywhere from the first period on.")
    case .risk(let months):
      Phrase(
        da: "Tallet er sandsynligheden for at nå lukningsgrænsen (under \(limit) % af pladserne i \(ScenarioSeek.trigger.months) måneder, antagelse) inden \(months) måneder. Det søgte tal træder i stedet for det, der står i scenariet; har scenariet ikke håndtaget, virker det overalt fra første periode.",
        en: "The figure is the probability of reaching the closure limit (below \(limit) % of the places for \(ScenarioSeek.trigger.months) months, assumption) within \(months) months. The number that is sought takes the place of what the scenario says; where it lacks the lever the number acts everywhere from the first period on.")
    }
  }

  /// Where to look instead: a number that is nearest to the target at nought cannot go lower.
  private var wayOut: Phrase {
    let nearest = seek.found.tried.min { abs($0.figure.value - seek.target.value) < abs($1.figure.value - seek.target.value) }
    guard nearest?.value == 0, seek.range.lowerBound == 0, !seek.variable.mayBeNegative else { return Phrase(da: "Udvid med --range.", en: "Widen it with --range.") }
    return Phrase(
      da: "Nærmest er 0, og mindre kan tallet ikke være: prøv et andet med --by.", en: "The nearest is 0, and the number cannot be less: try another with --by.")
  }

  private func shown(_ value: Double) -> Phrase {
    if seek.variable.isWhole { return Phrase(NumberText.machine(value)) }
    // Three digits that mean something.
    let size = abs(value)
    let decimals = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3
    if value == value.rounded() { return Phrase(da: NumberText.display(value, decimals: 0, language: .da), en: NumberText.display(value, decimals: 0, language: .en)) }
    return Phrase(da: NumberText.display(value, decimals: decimals, language: .da), en: NumberText.display(value, decimals: decimals, language: .en))
  }

  /// What the future needs, since the answer is that of the mean over the futures.
  private var futures: Phrase {
    guard case .measure = seek.target.figure else {
      return Phrase(
        da: "Usikkerheden i satserne er en del af sandsynligheden selv; svarets interval dækker kun simulationens tilfældige fejl.",
        en: "The uncertainty of the rates is part of the probability itself; the answer's interval covers the simulation's random error alone.")
    }
    let (low, high) = (seek.found.futures.lower.map(shown), seek.found.futures.upper.map(shown))
    let (from, to) = (shown(seek.range.lowerBound), shown(seek.range.upperBound))
    return Phrase(
      da: "Svaret gælder middel over fremtiderne. Af de enkelte fremtider, med satsernes usikkerhed og tilfældet, behøver 80 % en værdi fra \(low?.da ?? "under \(from.da)") til \(high?.da ?? "over \(to.da)").",
      en: "The answer is for the mean over the futures. Of single futures, with the uncertainty of the rates and chance, 80 % need a value from \(low?.en ?? "below \(from.en)") to \(high?.en ?? "above \(to.en)").")
  }

  /// That the figure is the same for every value, where it is; nil where it moves. Futures are shared, so what acts moves it at least a little.
  private var unmoved: Phrase? {
    let reach = seek.found.reach
    guard seek.found.tried.count > 1, reach.upperBound - reach.lowerBound <= 1e-9 * max(1, abs(reach.upperBound)) else { return nil }
    let name = seek.variable.name
    let (value, from, to) = (reach.lowerBound, shown(seek.range.lowerBound), shown(seek.range.upperBound))
    func number(_ language: Language) -> String { NumberText.display(value, decimals: 2, language: language) }
    let stays = Phrase(
      da: "\(name) flytter ikke tallet: det er \(number(.da)) for alle værdier fra \(from[.da]) til \(to[.da]). ",
      en: "\(name) does not move the figure: it is \(number(.en)) for all values from \(from[.en]) to \(to[.en]). ")
    // A probability at its end may stand still though the lever acts.
    if case .risk = seek.target.figure, value <= 0 || value >= 1 {
      return stays + Phrase(
        da: "Sandsynligheden er ved sin ende, eller håndtaget rører ikke linjen (omfang og datoer i scenariet).",
        en: "The probability is at its end, or the lever does not touch the line (scope and dates in the scenario).")
    }
    return stays + Phrase(
      da: "Håndtaget rører ikke linjen: se omfang (område, tilbud, kommune) og datoer i scenariet, eller vælg et andet med --by.",
      en: "The lever does not touch the line: see the scope (area, offer, municipality) and dates in the scenario, or choose another with --by.")
  }

  private var answer: Phrase {
    let name = seek.variable.name
    guard let solution = seek.found.solution else {
      let (low, high) = (shown(seek.found.reach.lowerBound), shown(seek.found.reach.upperBound))
      let (from, to) = (shown(seek.range.lowerBound), shown(seek.range.upperBound))
      return Phrase(
        da: "Ingen løsning: med \(name) fra \(from[.da]) til \(to[.da]) ligger tallet mellem \(low[.da]) og \(high[.da]). ",
        en: "No solution: with \(name) from \(from[.en]) to \(to[.en]) the figure lies between \(low[.en]) and \(high[.en]). ") + wayOut
    }
    let value = shown(solution.value)
    var text = Phrase(da: "Svar: \(name) = \(value[.da])", en: "Answer: \(name) = \(value[.en])")
    if let interval = solution.interval {
      let (low, high) = (shown(interval.lowerBound), shown(interval.upperBound))
      text = text + Phrase(
        da: " [\(low[.da]); \(high[.da])] (80 %-interval for simulationens tilfældige fejl alene; flere --draws gør det smallere).",
        en: " [\(low[.en]); \(high[.en])] (80 % interval of the simulation's random error alone; more --draws narrow it).")
    } else {
      text = text + Phrase(".")
    }
    if seek.found.isOneOfSeveral {
      text = text + Phrase(da: " Der er flere løsninger i området; dette er den mindste.", en: " There are several solutions in the range; this is the smallest.")
    }
    return text
  }
}
