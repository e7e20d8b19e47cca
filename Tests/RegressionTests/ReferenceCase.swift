import Foundation
import Regression
import Testing

/// A data set with reference numbers from `Resources`.
struct ReferenceCase {
  let data: DataTable
  let expected: [String: Any]

  init(glm name: String) throws {
    let folder = try ReferenceCase.resources().appendingPathComponent("glm/\(name)")
    data = try ReferenceCase.table(folder.appendingPathComponent("data.csv"))
    expected = try ReferenceCase.json(folder.appendingPathComponent("expected.json"))
  }

  init(nist name: String) throws {
    let folder = try ReferenceCase.resources().appendingPathComponent("nist")
    data = try ReferenceCase.table(folder.appendingPathComponent("\(name).csv"))
    let all = try ReferenceCase.json(folder.appendingPathComponent("expected.json"))
    expected = try #require(all[name] as? [String: Any])
  }

  static func resources() throws -> URL {
    try #require(Bundle.module.resourceURL)
  }

  static func json(_ url: URL) throws -> [String: Any] {
    try #require(JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
  }

  /// Quoted cells are texts, others numbers; no cell of these files holds a comma.
  static func table(_ url: URL) throws -> DataTable {
    let lines = try String(contentsOf: url, encoding: .utf8).split(whereSeparator: \.isNewline)
    let rows = lines.map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    var table = DataTable()
    for (j, header) in rows[0].enumerated() {
      let cells = rows.dropFirst().map { $0[j] }
      func bare(_ text: String) -> String { text.trimmingCharacters(in: CharacterSet(charactersIn: "\"")) }
      if cells.contains(where: { $0.hasPrefix("\"") }) {
        table.add(bare(header), cells.map(bare))
      } else {
        table.add(bare(header), try cells.map { try #require(Double($0)) })
      }
    }
    return table
  }

  /// A number or a text of one, at a path of keys.
  func number(_ path: String...) throws -> Double { try ReferenceCase.number(value(path)) }

  /// A dictionary of numbers (or texts of them) at a path of keys.
  func numbers(_ path: String...) throws -> [String: Double] {
    let found = try #require(value(path) as? [String: Any], "no \(path)")
    return try found.mapValues { try ReferenceCase.number($0) }
  }

  func value(_ path: [String]) -> Any? {
    path.reduce(expected as Any?) { ($0 as? [String: Any])?[$1] }
  }

  static func number(_ value: Any?) throws -> Double {
    if let text = value as? String { return try #require(Double(text)) }
    return try #require((value as? NSNumber)?.doubleValue)
  }
}

/// log relative error: the number of equal digits, 16 where equal. Against zero the absolute error counts.
func digits(_ value: Double, _ reference: Double) -> Double {
  if value == reference { return 16 }
  let error = reference == 0 ? abs(value) : abs(value - reference) / abs(reference)
  return error.isNaN ? -1 : min(16, -log10(error))
}

extension RegressionResult {
  func coefficient(_ term: String) throws -> Coefficient {
    try #require(coefficients.first { $0.term == term }, "no term \(term) in \(coefficients.map(\.term))")
  }

  /// The fewest digits in common with reference estimates and standard errors by term.
  func digits(estimates: [String: Double], errors: [String: Double]) throws -> (estimates: Double, errors: Double) {
    var worst = (estimates: 16.0, errors: 16.0)
    #expect(Set(coefficients.map(\.term)) == Set(estimates.keys))
    for (term, reference) in estimates {
      worst.estimates = min(worst.estimates, RegressionTests.digits(try coefficient(term).estimate, reference))
    }
    for (term, reference) in errors {
      worst.errors = min(worst.errors, RegressionTests.digits(try coefficient(term).standardError, reference))
    }
    return worst
  }
}
