/// A region of counts by quarter with stocks that follow from flows, made of simple arithmetic random numbers.
struct CountedRegion {
  struct Row {
    let municipality: Int
    let quarter: Int
    var stock: Int
    var admissions: Int
    var homecomings: Int
    var others: Int
  }

  static let codes = [706, 707, 710, 727, 730, 740, 741, 746, 751, 756, 760, 766]
  private(set) var rows: [Row] = []

  init(quarters: Int = 40) {
    var state: UInt64 = 12
    func uniform() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 33) / Double(1 << 31)
    }
    func count(_ trials: Int, _ share: Double) -> Int { (0..<trials).count { _ in uniform() < share } }
    for m in Self.codes.indices {
      var stock = 2 + 3 * m
      let places = stock
      for t in 0..<quarters {
        let homecomings = count(stock, 0.03)
        let others = count(stock - homecomings, 0.04)
        let admissions = count(40, Double(places) * 0.07 / 40)
        stock += admissions - homecomings - others
        rows.append(Row(municipality: m, quarter: t, stock: stock, admissions: admissions, homecomings: homecomings, others: others))
      }
    }
  }

  /// - Parameter shown: how a count is written, for example with small ones hidden.
  func csv(area: String = "autisme", _ shown: (Int) -> String = { String($0) }) -> String {
    var text = "area,period,payer,stock,admissions,homecomings,other_exits\n"
    for row in rows {
      let values = [row.stock, row.admissions, row.homecomings, row.others].map(shown)
      text += "\(area),\(2015 + row.quarter / 4)Q\(row.quarter % 4 + 1),\(Self.codes[row.municipality]),\(values.joined(separator: ","))\n"
    }
    return text
  }
}

/// A table of CSV as the program writes it.
struct Rows {
  private let header: [Substring]
  let lines: [[Substring]]

  init(_ csv: String) {
    let all = csv.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    header = all.first ?? []
    lines = Array(all.dropFirst())
  }

  var columns: [String] { header.map(String.init) }

  /// Values of a column in the rows where others have the given values.
  func values(_ column: String, where conditions: [String: String] = [:]) -> [Double] {
    texts(column, where: conditions).compactMap { Double($0) }
  }

  func texts(_ column: String, where conditions: [String: String] = [:]) -> [String] {
    guard let index = columns.firstIndex(of: column) else { return [] }
    return lines.filter { line in
      conditions.allSatisfy { key, value in columns.firstIndex(of: key).map { line[$0] == value } ?? false }
    }.map { String($0[index]) }
  }
}
