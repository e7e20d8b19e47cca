/// Named columns of equal length: the data of a regression. Rows count from 0.
public struct DataTable: Sendable {
  public enum Column: Equatable, Sendable {
    /// Numbers; NaN is missing.
    case numbers([Double])
    /// Texts, a grouping or a factor; nil is missing.
    case texts([String?])

    public var count: Int {
      switch self {
      case .numbers(let values): values.count
      case .texts(let values): values.count
      }
    }
  }

  /// In the order in which they were added.
  public private(set) var names: [String] = []
  private var columns: [Column] = []
  private var positions: [String: Int] = [:]

  public init() {}

  public var rowCount: Int { columns.first?.count ?? 0 }

  /// Adds a column. A name twice, or another length than the columns before it, is misuse and traps.
  public mutating func add(_ name: String, _ column: Column) {
    precondition(positions[name] == nil, "a column has one name")
    precondition(columns.isEmpty || column.count == rowCount, "columns have equal length")
    positions[name] = columns.count
    names.append(name)
    columns.append(column)
  }

  public mutating func add(_ name: String, _ values: [Double]) { add(name, .numbers(values)) }
  public mutating func add(_ name: String, _ values: [Double?]) { add(name, .numbers(values.map { $0 ?? .nan })) }
  public mutating func add(_ name: String, _ values: [String]) { add(name, .texts(values)) }
  public mutating func add(_ name: String, _ values: [String?]) { add(name, .texts(values)) }

  /// Nil where there is no such column.
  public subscript(name: String) -> Column? { positions[name].map { columns[$0] } }

  func required(_ name: String, at position: Int) throws(DataError) -> Column {
    guard let column = self[name] else { throw .unknownColumn(name, position: position) }
    return column
  }

  /// A numeric column without missing values.
  func numbers(_ name: String, at position: Int = 0) throws(DataError) -> [Double] {
    guard case .numbers(let values) = try required(name, at: position) else { throw .notNumeric(column: name) }
    if values.isFinite { return values }
    if let row = values.firstIndex(where: \.isNaN) { throw .missing(column: name, row: row) }
    if let row = values.firstIndex(where: { !$0.isFinite }) { throw .notFinite(term: name, row: row) }
    return values
  }

  /// Any column as the texts of its levels, without missing values.
  func labels(_ name: String, at position: Int = 0) throws(DataError) -> [String] {
    switch try required(name, at: position) {
    case .numbers(let values):
      if let row = values.firstIndex(where: \.isNaN) { throw .missing(column: name, row: row) }
      return values.map(numberLabel)
    case .texts(let values):
      if let row = values.firstIndex(where: { $0 == nil }) { throw .missing(column: name, row: row) }
      return values.compactMap { $0 }
    }
  }
}

extension [Double] {
  /// Whether no number is NaN or infinite. Zero times any other number is zero: eight sums at a time, 0.2 ns a number.
  var isFinite: Bool {
    withUnsafeBufferPointer { values in
      var sums = SIMD8<Double>.zero
      var i = 0
      while i + 8 <= values.count {
        let eight = UnsafeRawPointer(values.baseAddress! + i).loadUnaligned(as: SIMD8<Double>.self)
        sums += eight * 0
        i += 8
      }
      var sum = sums.sum()
      while i < values.count {
        sum += values[i] * 0
        i += 1
      }
      return sum == 0
    }
  }
}

/// What can be wrong with data that a formula is applied to. Rows count from 0, positions in the formula from 0 in characters.
public enum DataError: Error, Equatable, Sendable {
  case unknownColumn(String, position: Int)
  case notNumeric(column: String)
  case missing(column: String, row: Int)
  /// A term such as `log(x)` has no finite value here.
  case notFinite(term: String, row: Int)
  /// A level that the schema has not learnt, or that `factor(x, ...)` does not list.
  case unknownLevel(column: String, level: String, row: Int)
  /// A factor with fewer than two levels has no contrast.
  case tooFewLevels(column: String)
  /// A smooth term or a ridge of a column that is the same number everywhere.
  case constantColumn(String)
  /// A random walk over more distinct values than it may have.
  case tooManyValues(String, count: Int, limit: Int)
  /// A ridge's lambda that is negative or not finite.
  case badPenalty(Double, position: Int)
  case noRows
  case lengthMismatch(expected: Int, found: Int)
}

/// 2 as "2", 2.5 as "2.5": how a number names a factor's level.
func numberLabel(_ value: Double) -> String {
  if value == value.rounded(.towardZero), abs(value) < 1e15 { return String(Int(value)) }
  return String(value)
}
