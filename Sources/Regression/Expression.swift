internal import Glibc
internal import LinearAlgebra

/// Arithmetic on columns, as inside `I( )` or `log( )`.
public indirect enum Expression: Hashable, Sendable {
  public enum Operator: String, Sendable { case add = "+", subtract = "-", multiply = "*", divide = "/", power = "^" }
  public enum Function: String, Sendable, CaseIterable { case log, log2, log10, log1p, exp, sqrt, abs, I }

  case number(Double)
  case column(String, position: Int)
  case negative(Expression)
  case binary(Operator, Expression, Expression)
  case call(Function, Expression)

  /// As R prints it: `I(x^2)`, `log(a + b)`.
  public var description: String {
    switch self {
    case .number(let value): numberLabel(value)
    case .column(let name, _): name
    case .negative(let inner): "-" + inner.bracketed(ifBelow: 3)
    case .binary(let op, let left, let right):
      if op == .power {
        left.bracketed(ifBelow: 5) + "^" + right.bracketed(ifBelow: 4)
      } else {
        left.bracketed(ifBelow: op.rank) + " \(op.rawValue) " + right.bracketed(ifBelow: op.rank + 1)
      }
    case .call(let function, let inner): "\(function.rawValue)(\(inner.description))"
    }
  }

  private var rank: Int {
    switch self {
    case .binary(let op, _, _): op.rank
    case .negative: 3
    default: 6
    }
  }

  private func bracketed(ifBelow limit: Int) -> String { rank < limit ? "(\(description))" : description }

  /// The columns used, in order of appearance.
  var columns: [(name: String, position: Int)] {
    switch self {
    case .number: []
    case .column(let name, let position): [(name, position)]
    case .negative(let inner), .call(_, let inner): inner.columns
    case .binary(_, let left, let right): left.columns + right.columns
    }
  }

  /// Without positions, so that two spellings of one term are equal.
  var canonical: Expression {
    switch self {
    case .number: self
    case .column(let name, _): .column(name, position: 0)
    case .negative(let inner): .negative(inner.canonical)
    case .binary(let op, let left, let right): .binary(op, left.canonical, right.canonical)
    case .call(let function, let inner): .call(function, inner.canonical)
    }
  }

  /// One number per row. Throws for unknown, textual or missing columns and where the value is not finite.
  func values(in data: DataTable) throws(DataError) -> [Double] {
    let result = try evaluate(data)
    if !result.isFinite, let row = result.firstIndex(where: { !$0.isFinite }) { throw .notFinite(term: description, row: row) }
    return result
  }

  private func evaluate(_ data: DataTable) throws(DataError) -> [Double] {
    switch self {
    case .number(let value): return [Double](repeating: value, count: data.rowCount)
    case .column(let name, let position): return try data.numbers(name, at: position)
    case .negative(let inner): return try inner.evaluate(data).map { -$0 }
    case .call(let function, let inner):
      let x = try inner.evaluate(data)
      return function == .I ? x : x.map(function.scalar)
    case .binary(let op, let left, let right):
      var x = try left.evaluate(data)
      if op == .power, case .number(let exponent) = right, exponent == exponent.rounded(), abs(exponent) < 64 {
        for i in x.indices { x[i] = DoubleDouble(x[i]).power(Int(exponent)).high }
        return x
      }
      let y = try right.evaluate(data)
      for i in x.indices { x[i] = op.apply(x[i], y[i]) }
      return x
    }
  }

  /// The same in double-double arithmetic; `log`, `exp` and their kin are rounded to double. Call after `values`.
  func extendedValues(in data: DataTable) throws(DataError) -> [DoubleDouble] {
    switch self {
    case .number(let value): return [DoubleDouble](repeating: DoubleDouble(value), count: data.rowCount)
    case .column(let name, let position): return try data.numbers(name, at: position).map { DoubleDouble($0) }
    case .negative(let inner): return try inner.extendedValues(in: data).map { -$0 }
    case .call(let function, let inner):
      let x = try inner.extendedValues(in: data)
      switch function {
      case .I: return x
      case .sqrt: return x.map { $0.squareRoot() }
      default: return x.map { DoubleDouble(function.scalar($0.high)) }
      }
    case .binary(let op, let left, let right):
      let x = try left.extendedValues(in: data)
      let y = try right.extendedValues(in: data)
      return zip(x, y).map { op.apply($0, $1) }
    }
  }
}

extension Expression.Function {
  var scalar: (Double) -> Double {
    switch self {
    case .log: { Glibc.log($0) }
    case .log2: { Glibc.log2($0) }
    case .log10: { Glibc.log10($0) }
    case .log1p: { Glibc.log1p($0) }
    case .exp: { Glibc.exp($0) }
    case .sqrt: { $0.squareRoot() }
    case .abs: { Swift.abs($0) }
    case .I: { $0 }
    }
  }
}

extension Expression.Operator {
  var rank: Int {
    switch self {
    case .add, .subtract: 1
    case .multiply, .divide: 2
    case .power: 4
    }
  }

  func apply(_ a: Double, _ b: Double) -> Double {
    switch self {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: a / b
    case .power: pow(a, b)
    }
  }

  func apply(_ a: DoubleDouble, _ b: DoubleDouble) -> DoubleDouble {
    switch self {
    case .add: return a + b
    case .subtract: return a - b
    case .multiply: return a * b
    case .divide: return a / b
    case .power:
      if b.low == 0, b.high == b.high.rounded(), Swift.abs(b.high) < 64 { return a.power(Int(b.high)) }
      return DoubleDouble(pow(a.high, b.high))
    }
  }
}
