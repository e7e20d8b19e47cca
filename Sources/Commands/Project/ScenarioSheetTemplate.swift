internal import Groundwork
internal import Scenarios
internal import Spreadsheets

/// A new scenario as a sheet that runs as it is: one row about the scenario, one with a change.
struct ScenarioSheetTemplate {
  let name: String
  /// The change's cells by column.
  let change: [String: Value]

  enum Value {
    case text(Phrase)
    case number(Double)

    static func interval(_ low: String, _ high: String) -> Value {
      .text(Phrase(da: "\(low) til \(high)".replacing(".", with: ","), en: "\(low) to \(high)"))
    }
  }

  static func batch(name: String, _ example: ScenarioTemplate.Batch) -> ScenarioSheetTemplate {
    ScenarioSheetTemplate(
      name: name,
      change: [
        "what": .text(Phrase(Lever.batchHomecoming.rawValue)), "municipality": .text(Phrase(example.municipality)), "area": .text(Phrase(example.area)),
        "number": .number(Double(example.number)), "date": .text(Phrase(example.announced)), "notice": .number(3), "realised": .interval("0.6", "1"),
        "delay_months": .interval("0", "6"), "reason": .text(Phrase(da: "Hvorfor?", en: "Why?")),
      ])
  }

  static func level(name: String, lever: String, from: String) -> ScenarioSheetTemplate {
    ScenarioSheetTemplate(
      name: name,
      change: [
        "what": .text(Phrase(lever)), "from": .text(Phrase(from)), "multiply": .interval("0.9", "1.1"), "reason": .text(Phrase(da: "Hvorfor?", en: "Why?")),
      ])
  }

  private var rows: [[String: Value]] {
    let scenario = Value.text(Phrase(name))
    let about: [String: Value] = [
      "scenario": scenario, "title": .text(Phrase(da: "Hvad scenariet er", en: "What the scenario is")), "base": .text(Phrase(ScenarioLibrary.reference)),
      "reason": .text(Phrase(da: "Hvem har sagt det, og hvornår?", en: "Who said so, and when?")),
    ]
    return [about, change.merging(["scenario": scenario]) { own, _ in own }]
  }

  /// UTF-8 with a byte order mark, so that spreadsheets read æ, ø and å; semicolons and decimal commas in Danish.
  func csv(_ language: Language) -> String {
    let delimiter = language == .da ? ";" : ","
    func cell(_ value: Value?) -> String {
      switch value {
      case nil: ""
      case .number(let number): NumberText.machine(number).replacing(".", with: language == .da ? "," : ".")
      case .text(let phrase): quoted(phrase[language], delimiter)
      }
    }
    let lines = [ScenarioSheet.columns] + rows.map { row in ScenarioSheet.columns.map { cell(row[$0]) } }
    return "\u{FEFF}" + lines.map { $0.joined(separator: delimiter) + "\n" }.joined()
  }

  private func quoted(_ text: String, _ delimiter: String) -> String {
    guard text.contains(delimiter) || text.contains("\"") else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }

  /// The scenario and, on a second sheet, what each lever's columns mean.
  func workbook(_ language: Language) -> WorkbookWriter {
    func cell(_ value: Value?) -> WorkbookWriter.Cell {
      switch value {
      case nil: .blank
      case .number(let number): .number(number)
      case .text(let phrase): .text(phrase[language])
      }
    }
    let body = rows.map { row in ScenarioSheet.columns.map { cell(row[$0]) } }
    let sheet = WorkbookWriter.Sheet(
      name: Phrase(da: "scenarier", en: "scenarios")[language], rows: [ScenarioSheet.columns.map { .text($0) }] + body)
    return WorkbookWriter([sheet, guide(language)])
  }

  private func guide(_ language: Language) -> WorkbookWriter.Sheet {
    let head = [
      Phrase("what"), Phrase(da: "håndtag", en: "lever"), Phrase(da: "kolonne", en: "column"), Phrase(da: "enhed", en: "unit"), Phrase(da: "betydning", en: "meaning"),
    ]
    let lines = Lever.allCases.flatMap { lever in
      lever.described.filter { $0.name != "what" && $0.name != "reason" }.map { key in
        [lever.rawValue, lever.phrase[language], key.name, key.unit, key.meaning[language]]
      }
    }
    return WorkbookWriter.Sheet(
      name: Phrase(da: "kolonner", en: "columns")[language], rows: ([head.map { $0[language] }] + lines).map { $0.map { $0.isEmpty ? .blank : .text($0) } }, width: 24)
  }
}
