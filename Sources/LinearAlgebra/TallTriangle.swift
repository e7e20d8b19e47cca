internal import COpenBLAS

/// The triangle R of the QR factorisation of a tall matrix that is never whole: its rows come in blocks.
///
/// A block stands below the triangle so far and both are factorised together (LAPACK dgeqrt), so the work stays in the
/// cache and the accuracy is that of Householder's QR of the whole. O(n p²) for n rows; memory for one block.
/// Triangles of parts of a matrix make that of the whole (`append`), in the order of the parts.
///
/// After Demmel, Grigori, Hoemmen & Langou (2012), Communication-optimal parallel and sequential QR and LU
/// factorizations, SIAM J. Sci. Comput. 34(1), "sequential TSQR".
public final class TallTriangle {
  public let columns: Int
  /// Rows that a block takes at most.
  public let blockRows: Int
  /// Column-major with `height` rows: the triangle on top, the block below it.
  private let storage: UnsafeMutablePointer<Double>
  private let reflectors: UnsafeMutablePointer<Double>
  private let work: UnsafeMutablePointer<Double>
  /// Columns that are factorised at once: narrow matrices gain from narrow panels (measured at 50 columns: 8 columns
  /// 0.40 s, 32 0.44 s, all 0.52 s, dgeqrf 0.66 s for a million rows).
  private let panel: Int
  private var filled = 0

  private var height: Int { columns + blockRows }

  /// For matrices of `columns` ≥ 1 columns; `blockRows` as large as a core's own cache holds where nil.
  public init(columns: Int, blockRows: Int? = nil) {
    precondition(columns > 0, "a triangle has columns")
    LinearAlgebra.start()
    self.columns = columns
    // About half a mebibyte, but never fewer rows than twice the columns.
    let height = columns + max(blockRows ?? 65_536 / columns - columns, 2 * columns, 64)
    self.blockRows = height - columns
    panel = min(columns, columns <= 64 ? 8 : 32)
    storage = .allocate(capacity: height * columns)
    storage.initialize(repeating: 0, count: height * columns)
    reflectors = .allocate(capacity: panel * columns)
    work = .allocate(capacity: panel * columns)
  }

  deinit {
    storage.deallocate()
    reflectors.deallocate()
    work.deallocate()
  }

  /// Forgets all rows.
  public func reset() {
    filled = 0
    for j in 0..<columns { (storage + j * height).update(repeating: 0, count: columns) }
  }

  /// Room for up to `count` ≤ `blockRows` further rows, all of whose entries `fill` must set and finite. `fill` gets the
  /// first row's address and the distance between columns, and returns the number of rows it wrote.
  public func append(_ count: Int, _ fill: (UnsafeMutablePointer<Double>, _ distance: Int) -> Int) {
    precondition(count <= blockRows, "more rows than a block has")
    if filled + count > blockRows { absorb() }
    filled += fill(storage + columns + filled, height)
  }

  /// Takes up another part's triangle.
  public func append(_ other: TallTriangle) {
    precondition(other.columns == columns, "triangles of one matrix have equally many columns")
    other.absorb()
    append(columns) { target, distance in
      for j in 0..<columns {
        for i in 0..<columns { target[i + j * distance] = i <= j ? other.storage[i + j * other.height] : 0 }
      }
      return columns
    }
  }

  /// R, upper triangular with zeros below; its diagonal may have either sign.
  public func triangle() -> Matrix {
    absorb()
    var result = Matrix(rows: columns, columns: columns)
    for j in 0..<columns { for i in 0...j { result[i, j] = storage[i + j * height] } }
    return result
  }

  private func absorb() {
    guard filled > 0 else { return }
    let info = LAPACKE_dgeqrt_work(
      LAPACK_COL_MAJOR, Int32(columns + filled), Int32(columns), Int32(panel), storage, Int32(height), reflectors,
      Int32(panel), work)
    precondition(info == 0, "dgeqrt got a wrong argument")
    for j in 0..<columns {
      for i in (j + 1)..<max(columns, j + 1) { storage[i + j * height] = 0 }
    }
    filled = 0
  }
}
