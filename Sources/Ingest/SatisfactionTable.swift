import Groundwork
import Placements

/// Reads satisfaction: what was answered, by whom, of what.
enum SatisfactionTable {
  private struct Key: Hashable {
    let offer, area, municipality: String
    let period: Period
    let respondent: SatisfactionScore.Respondent
  }

  /// - Returns: rows read and scores, sorted by offer, area, municipality, period and respondent.
  static func read(_ table: OpenTable, _ registers: Registers) -> (rows: Int, scores: [SatisfactionScore]) {
    let offer = table.column("offer")
    let area = table.column("area")
    let municipality = table.column("municipality")
    let period = table.column("period")
    let respondent = table.column("respondent")
    let score = table.column("score")
    let scale = table.column("scale_max")
    let answers = table.column("answers")
    let words = CategoryReader(table, registers)
    let groups = table.cache("respondent") { Words.respondents.value($0) }
    var first = FirstRows<Key>()
    var result: [SatisfactionScore] = []
    let rows = table.forEachRow { row in
      let place = words.place(row, offer: offer, area: area)
      let code = row.cell(municipality).isEmpty ? "" : words.municipality(row, municipality)
      let when = row.required(period).flatMap { cell -> Period? in
        if let found = CheckedRow.period(cell.text) { return found }
        row.report(.notAPeriod, period)
        return nil
      }
      var who: SatisfactionScore.Respondent? = .citizen
      if !row.cell(respondent).isEmpty {
        who = groups.value(of: row.cell(respondent))
        if who == nil {
          row.reportUnknown(.unknownWord(row.cell(respondent).shown, among: Words.respondents.suggestions), respondent, among: Words.respondents.terms)
        }
      }
      let most = row.required(scale) == nil ? nil : row.integer(scale, in: 1...1000)
      let value = row.required(score) == nil ? nil : row.nonNegative(score)
      let count = row.count(answers)
      guard let place, let code, let when, let who, let most, let value else { return }
      if value > Double(most) { return row.report(.outside(0, most), score) }
      let key = Key(offer: place.offer, area: place.area, municipality: code, period: when, respondent: who)
      if let firstRow = first.add(key, row: row.row.line) { return row.report(.duplicate(firstRow: firstRow), period) }
      result.append(
        SatisfactionScore(
          offer: place.offer, area: place.area, municipality: code, period: when, respondent: who, score: value, scale: most, answers: count))
    }
    return (rows, result.sorted { order($0) < order($1) })
  }

  private static func order(_ own: SatisfactionScore) -> (String, String, String, Day, String) {
    (own.offer, own.area, own.municipality, own.period.firstDay, own.respondent.rawValue)
  }
}

extension Words where Value == SatisfactionScore.Respondent {
  static let respondents = Words([
    ("citizen", .citizen, ["borger", "borgere", "beboer", "beboere"]), ("relative", .relative, ["pårørende", "familie"]),
    ("municipality", .municipality, ["kommune", "kommuner", "sagsbehandler"]), ("staff", .staff, ["medarbejder", "medarbejdere", "personale"]),
  ])
}
