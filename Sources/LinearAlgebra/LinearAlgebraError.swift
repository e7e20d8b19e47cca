/// What can be wrong with the data of a linear-algebra problem; misuse by our own code traps instead.
public enum LinearAlgebraError: Error, Equatable, Sendable {
  /// Two operands do not fit: `expected` rows (or entries) against `found`.
  case dimensionMismatch(expected: Int, found: Int)
  /// An entry is NaN or infinite.
  case nonFinite(row: Int, column: Int)
  /// The leading minor of this order (1-based, as LAPACK counts) is not positive.
  case notPositiveDefinite(order: Int)
  /// The columns (0-based) that depend on earlier ones.
  case rankDeficient(rank: Int, aliased: [Int])
  /// An iterative LAPACK routine did not converge; `info` is its count.
  case didNotConverge(info: Int)
}
