internal import Groundwork
internal import Regression

/// What each group observed against what was expected of it, such as municipalities under each other.
struct GroupPlot {
  let rows: DiagnosticRows
  let grouping: DiagnosticRows.Grouping
  let title: Phrase
  let notices: [Phrase]

  /// More groups than these are cut to the most remarkable.
  private static let most = 120

  var plot: RowPlot {
    let sums = RowSum.by(grouping.labels, observed: rows.observed, expected: rows.fitted, variance: rows.variance)
    let shown = sums.count > Self.most ? Array(sums.sorted { (abs($1.sum.score), $0.key) < (abs($0.sum.score), $1.key) }.prefix(Self.most)) : sums
    var notes = [
      Phrase(
        da: "Over nul: mere end ventet. Passer modellen, ligger 5 % tilfældigt uden for båndet.",
        en: "Above zero: more than expected. Where the model holds 5% lie outside the band by chance.")
    ]
    if rows.isCount, shown.contains(where: { $0.sum.expected < 5 }) {
      notes.append(
        Phrase(da: "Hvor der ventes under 5, kan én hændelse give et stort udslag.", en: "Where fewer than 5 are expected a single event may weigh much."))
    }
    if shown.count < sums.count {
      notes.append(Phrase(da: "De \(shown.count) mest afvigende af \(sums.count).", en: "The \(shown.count) furthest from zero of \(sums.count)."))
    }
    return RowPlot(
      title: title, notes: notices + notes, axis: DiagnosticPlots.score, labelHeading: grouping.heading,
      noteHeading: rows.isCount ? Phrase(da: "observeret / ventet", en: "observed / expected") : Phrase(da: "rækker", en: "rows"),
      band: -EstimateText.reach...EstimateText.reach,
      rows: shown.sorted { ($1.sum.score, $0.key) < ($0.sum.score, $1.key) }.map { RowPlot.Row($0.key, value: $0.sum.score, note: note($0.sum)) })
  }

  private func note(_ sum: RowSum) -> Phrase {
    guard rows.isCount else { return EstimateText.count(sum.rows) }
    return EstimateText.number(sum.observed, decimals: 0) + Phrase(" / ") + EstimateText.number(sum.expected, decimals: 1)
  }
}
