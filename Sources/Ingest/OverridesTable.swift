import Groundwork
import Placements

/// Reads an analyst's overrides of the forecast, from a table and from plads.toml.
enum OverridesTable {
  struct Key: Hashable {
    let municipality: String
    let area: String
    let period: Period
    let date: Day?
  }

  private static let shownMeasures = ["stock"]

  /// - Returns: rows read and overrides, in the file's order.
  static func read(_ table: OpenTable, _ registers: Registers) -> (rows: Int, overrides: [ForecastOverride]) {
    let columns = ["municipality", "area", "period", "measure", "value", "lower", "upper", "reason", "by", "date"].map { table.column($0) }
    let words = CategoryReader(table, registers)
    var first = FirstRows<Key>()
    var result: [ForecastOverride] = []
    let rows = table.forEachRow { row in
      let errors = table.log.errorCount
      let municipality = row.cell(columns[0]).isEmpty ? "" : words.municipality(row, columns[0])
      let area = row.required(columns[1]) == nil ? nil : words.knownArea(row, columns[1])
      let period = row.required(columns[2]).flatMap { CheckedRow.period($0.text) }
      if period == nil, !row.cell(columns[2]).isEmpty { row.report(.notAPeriod, columns[2]) }
      let measure = row.text(columns[3])
      if !measure.isEmpty, !shownMeasures.contains(NearestName.machineForm(measure)) { row.report(.unknownWord(measure, among: shownMeasures), columns[3]) }
      let (value, lower, upper) = (row.persons(columns[4]), row.persons(columns[5]), row.persons(columns[6]))
      let reason = row.required(columns[7]) == nil ? "" : row.text(columns[7])
      let date = row.day(columns[9])
      guard table.log.errorCount == errors, let municipality, let area, let period else { return }
      if let fault = fault(value, lower, upper) { return row.report(fault, value == nil && lower == nil && upper == nil ? columns[4] : columns[5]) }
      let key = Key(municipality: municipality, area: area, period: period, date: date)
      if let firstRow = first.add(key, row: row.row.line) { return row.report(.duplicate(firstRow: firstRow), columns[2]) }
      result.append(
        ForecastOverride(
          municipality: municipality, area: area, period: period, value: value, interval: lower.flatMap { from in upper.map { from...$0 } }, reason: reason,
          by: row.text(columns[8]), date: date))
    }
    return (rows, result)
  }

  /// What is wrong with a number and an interval; nil where they can be used.
  static func fault(_ value: Double?, _ lower: Double?, _ upper: Double?) -> Fault? {
    if (lower == nil) != (upper == nil) { return .halfInterval }
    if value == nil, lower == nil { return .nothingOverridden }
    guard let lower, let upper else { return nil }
    if lower > upper || value.map({ $0 < lower || $0 > upper }) == true { return .intervalOrder }
    return nil
  }
}

/// `[[override]]` of plads.toml, its names not yet looked up.
struct OverrideDeclaration {
  let municipality: DeclaredName?
  let area: DeclaredName
  let period: Period
  let value: Double?
  let interval: ClosedRange<Double>?
  let reason: String
  let by: String
  let date: Day?
  let path: String
}

extension ProjectFileReader {
  /// `value` is a number, or an interval of the 10 % and 90 % quantiles.
  func readOverrides() -> [OverrideDeclaration] {
    tables(toml.root, "override").compactMap { index, table in
      let path = "override[\(index)]"
      check(table, at: path, allowed: ["municipality", "area", "period", "measure", "value", "reason", "by", "date"])
      for key in ["area", "period", "value", "reason"] where table[key] == nil { report(.tomlMissing(key), at: path) }
      let municipality = names(table, ["municipality"], in: path).first
      let area = names(table, ["area"], in: path).first
      if let measure = string(table, "measure", in: path), measure != "stock" {
        report(.unknownWord(measure, among: ["stock"]), at: path + ".measure", value: measure)
      }
      let period = self.period(table, in: path)
      let numbers = self.numbers(table, in: path)
      let reason = string(table, "reason", in: path)
      let by = string(table, "by", in: path) ?? ""
      let date = day(table, "date", in: path)
      guard let area, let period, let numbers, let reason else { return nil }
      let interval = numbers.count == 2 ? (numbers[0], numbers[1]) : nil
      if let fault = OverridesTable.fault(interval == nil ? numbers[0] : nil, interval?.0, interval?.1) {
        report(fault, at: path + ".value")
        return nil
      }
      return OverrideDeclaration(
        municipality: municipality, area: area, period: period, value: interval == nil ? numbers[0] : nil, interval: interval.map { $0.0...$0.1 },
        reason: reason, by: by, date: date, path: path)
    }
  }

  private func period(_ table: Values, in path: String) -> Period? {
    switch table["period"] {
    case nil: return nil
    case .integer(let year) where CheckedRow.years.contains(year): return Period(year: year, number: 1, length: .year)
    case .string(let text):
      if let period = CheckedRow.period(text) { return period }
      report(.notAPeriod, at: path + ".period", value: text)
    default: report(.notAPeriod, at: path + ".period")
    }
    return nil
  }

  /// One number that is not negative, or two.
  private func numbers(_ table: Values, in path: String) -> [Double]? {
    guard let value = table["value"] else { return nil }
    let items = if case .array(let items) = value { items } else { [value] }
    let numbers = items.compactMap { item -> Double? in
      switch item {
      case .integer(let number): Double(number)
      case .number(let number): number
      default: nil
      }
    }
    guard numbers.count == items.count, (1...2).contains(numbers.count), numbers.allSatisfy(\.isFinite) else {
      wrongType(Phrase(da: "et tal eller et interval som [10, 14]", en: "a number or an interval such as [10, 14]"), at: path + ".value")
      return nil
    }
    if numbers.contains(where: { $0 < 0 }) {
      report(.negative, at: path + ".value")
      return nil
    }
    return numbers
  }
}

extension OverrideDeclaration {
  /// With its names looked up; nil and findings where one is unknown.
  func resolved(_ registers: Registers, toml: PositionedTOML, log: FindingLog) -> ForecastOverride? {
    var code = ""
    if let municipality {
      guard let found = registers.municipalities.code(municipality.text) else {
        log.add(registers.municipalities.fault(municipality.text).finding(in: toml, at: municipality.path, value: municipality.text))
        return nil
      }
      code = found
    }
    guard let id = registers.areas.known(area.text) else {
      log.add(Fault.unknownArea(area.text, among: registers.areas.names).finding(in: toml, at: area.path, value: area.text))
      return nil
    }
    return ForecastOverride(municipality: code, area: id, period: period, value: value, interval: interval, reason: reason, by: by, date: date)
  }
}

extension Fault {
  static var halfInterval: Fault {
    Fault(
      "override", .error, Phrase(da: "et interval har både lower og upper.", en: "an interval has both lower and upper."),
      Phrase(da: "Udfyld begge eller ingen af dem.", en: "Fill in both or none."))
  }

  static var nothingOverridden: Fault {
    Fault(
      "override", .error, Phrase(da: "der er hverken tal eller interval.", en: "there is neither a number nor an interval."),
      Phrase(da: "Udfyld value, eller lower og upper.", en: "Fill in value, or lower and upper."))
  }

  static var intervalOrder: Fault {
    Fault(
      "override", .error, Phrase(da: "tallet ligger uden for intervallet, eller dets ender er byttet om.", en: "the number lies outside the interval, or its ends are swapped."),
      Phrase(da: "Skriv den mindste ende først og tallet imellem.", en: "Write the smaller end first and the number in between."))
  }

  static var overriddenTwice: Fault {
    Fault(
      "override", .error, Phrase(da: "samme område og periode er overskrevet to gange på samme dato.", en: "the same area and period are overridden twice with the same date."),
      Phrase(da: "Slet den ene, eller giv dem hver sin date.", en: "Remove one of them, or give each its date."))
  }
}
