/// A dense matrix of doubles, stored by columns in one contiguous block (LAPACK's order).
///
/// Subscripts trap outside the bounds. Pass storage to numerical code with the scoped closures.
@frozen
public struct Matrix: Equatable, Sendable {
  public let rows: Int
  public let columns: Int
  @usableFromInline var elements: [Double]

  /// A `rows` × `columns` matrix filled with one value.
  public init(rows: Int, columns: Int, repeating value: Double = 0) {
    precondition(rows >= 0 && columns >= 0, "a matrix has no negative size")
    self.rows = rows
    self.columns = columns
    self.elements = [Double](repeating: value, count: rows * columns)
  }

  /// A matrix from its elements in column order; `elements.count` must be `rows * columns`.
  public init(rows: Int, columns: Int, columnMajor elements: [Double]) {
    precondition(elements.count == rows * columns, "elements do not fill the matrix")
    self.rows = rows
    self.columns = columns
    self.elements = elements
  }

  /// A matrix from its columns, all of equal length. No columns make a 0 × 0 matrix.
  public init(columns source: [[Double]]) {
    let height = source.first?.count ?? 0
    precondition(source.allSatisfy { $0.count == height }, "columns differ in length")
    self.init(rows: height, columns: source.count, columnMajor: source.flatMap { $0 })
  }

  /// A matrix from its rows, all of equal length: `Matrix(rowMajor: [[1, 2], [3, 4]])`.
  public init(rowMajor source: [[Double]]) {
    let width = source.first?.count ?? 0
    precondition(source.allSatisfy { $0.count == width }, "rows differ in length")
    self.init(rows: source.count, columns: width)
    for (i, row) in source.enumerated() {
      for (j, value) in row.enumerated() { elements[i + j * rows] = value }
    }
  }

  public static func identity(_ order: Int) -> Matrix {
    var result = Matrix(rows: order, columns: order)
    for i in 0..<order { result[i, i] = 1 }
    return result
  }

  @inlinable
  public subscript(row: Int, column: Int) -> Double {
    get {
      precondition(row >= 0 && row < rows && column >= 0 && column < columns, "outside the matrix")
      return elements[row + column * rows]
    }
    set {
      precondition(row >= 0 && row < rows && column >= 0 && column < columns, "outside the matrix")
      elements[row + column * rows] = newValue
    }
  }

  /// A copy of one column.
  public func column(_ j: Int) -> [Double] {
    precondition(j >= 0 && j < columns, "outside the matrix")
    return Array(elements[(j * rows)..<((j + 1) * rows)])
  }

  /// A copy of one row.
  public func row(_ i: Int) -> [Double] {
    precondition(i >= 0 && i < rows, "outside the matrix")
    return (0..<columns).map { elements[i + $0 * rows] }
  }

  /// The matrix of the chosen columns, in the given order.
  public func selecting(columns chosen: [Int]) -> Matrix {
    var picked: [Double] = []
    picked.reserveCapacity(rows * chosen.count)
    for j in chosen {
      precondition(j >= 0 && j < columns, "outside the matrix")
      picked.append(contentsOf: elements[(j * rows)..<((j + 1) * rows)])
    }
    return Matrix(rows: rows, columns: chosen.count, columnMajor: picked)
  }

  public var transposed: Matrix {
    var result = Matrix(rows: columns, columns: rows)
    for j in 0..<columns {
      for i in 0..<rows { result.elements[j + i * columns] = elements[i + j * rows] }
    }
    return result
  }

  /// Read access to the storage in column order; the pointer must not leave the closure.
  @inlinable
  public func withUnsafeElements<R, E: Error>(
    _ body: (UnsafeBufferPointer<Double>) throws(E) -> R
  ) throws(E) -> R {
    try elements.withUnsafeBufferPointer(body)
  }

  /// Write access to the storage in column order; the pointer must not leave the closure.
  @inlinable
  public mutating func withUnsafeMutableElements<R, E: Error>(
    _ body: (UnsafeMutableBufferPointer<Double>) throws(E) -> R
  ) throws(E) -> R {
    try elements.withUnsafeMutableBufferPointer { (buffer) throws(E) in try body(buffer) }
  }

  /// Throws `nonFinite` at the first entry (in column order) that is NaN or infinite.
  public func requireFinite() throws(LinearAlgebraError) {
    guard let bad = elements.firstIndex(where: { !$0.isFinite }) else { return }
    throw .nonFinite(row: bad % rows, column: bad / rows)
  }

  /// Copies the lower triangle onto the upper one.
  public mutating func mirrorLowerTriangle() {
    precondition(rows == columns, "only a square matrix has triangles")
    for j in 0..<columns {
      for i in (j + 1)..<max(rows, j + 1) { elements[j + i * rows] = elements[i + j * rows] }
    }
  }
}
