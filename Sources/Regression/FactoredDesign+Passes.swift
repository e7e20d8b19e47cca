internal import Glibc
internal import LinearAlgebra

/// Passes over the rows. Vectors of rows are in the design's order.
extension FactoredDesign {
  // MARK: Products

  /// X b + offset into `result`; entries of `b` that are NaN (aliased) count as zero.
  func predict(_ b: [Double], offset: [Double]?, into result: inout [Double]) {
    let clean = b.map { $0.isNaN ? 0 : $0 }
    result.withUnsafeMutableBufferPointer { target in
      let target = target
      LinearAlgebra.inParallel(lanes.count) { lane in
        var local = [Double](repeating: 0, count: width)
        for segment in segments[lanes[lane]] {
          for r in local.indices { local[r] = 0 }
          for active in actives(inCell: segment.cell) { local[Int(active.rowColumn)] += clean[Int(active.column)] }
          fill(target, segment, local, offset)
        }
      }
    }
  }

  private func fill(
    _ target: UnsafeMutableBufferPointer<Double>, _ segment: Segment, _ local: [Double], _ offset: [Double]?
  ) {
    let constant = local[0]
    if let offset {
      for i in segment.start..<segment.end { target[i] = offset[i] + constant }
    } else {
      for i in segment.start..<segment.end { target[i] = constant }
    }
    for (r, column) in numerics.enumerated() where local[r + 1] != 0 {
      let slope = local[r + 1]
      column.withUnsafeBufferPointer { x in
        for i in segment.start..<segment.end { target[i] += slope * x[i] }
      }
    }
  }

  /// Fills X b + offset and what it leaves of the response, and gives XᵀW times that: one pass over the columns.
  func gradient(
    at b: [Double], of response: [Double], offset: [Double]?, weights: [Double]?, predictor: inout [Double],
    rest: inout [Double]
  ) -> [Double] {
    predict(b, offset: offset, into: &predictor)
    for i in rest.indices { rest[i] = response[i] - predictor[i] }
    guard let weights else { return transposedProduct(rest) }
    return transposedProduct(zip(rest, weights).map(*))
  }

  /// Diagonal of XᵀWX.
  func squaredLengths(weights: [Double]?) -> [Double] {
    let parts = perLane { lane in
      var part = [Double](repeating: 0, count: columnCount)
      let block = Block(self)
      for segment in segments[lanes[lane]] {
        block.load(segment, nil, weights)
        for active in actives(inCell: segment.cell) {
          part[Int(active.column)] += block.squaredLength(ofColumn: Int(active.rowColumn))
        }
      }
      return part
    }
    return added(parts)
  }

  private func added(_ parts: [[Double]]) -> [Double] {
    var sum = [Double](repeating: 0, count: columnCount)
    for part in parts { for j in sum.indices { sum[j] += part[j] } }
    return sum
  }

  /// Xᵀ v.
  func transposedProduct(_ v: [Double]) -> [Double] {
    let parts = perLane { lane in
      var part = [Double](repeating: 0, count: columnCount)
      var sums = [Double](repeating: 0, count: width)
      for segment in segments[lanes[lane]] {
        v.withUnsafeBufferPointer { v in
          let rows = UnsafeBufferPointer(rebasing: v[segment.start..<segment.end])
          sums[0] = rows.reduce(0, +)
          for (r, column) in numerics.enumerated() {
            sums[r + 1] = column.withUnsafeBufferPointer {
              Kernels.dot(UnsafeBufferPointer(rebasing: $0[segment.start..<segment.end]), rows)
            }
          }
        }
        for active in actives(inCell: segment.cell) { part[Int(active.column)] += sums[Int(active.rowColumn)] }
      }
      return part
    }
    return added(parts)
  }

  /// What every lane gives, in the order of the lanes.
  func perLane<Part>(_ body: (Int) -> Part) -> [Part] {
    var parts = [Part?](repeating: nil, count: lanes.count)
    parts.withUnsafeMutableBufferPointer { slots in
      let slots = slots
      LinearAlgebra.inParallel(lanes.count) { slots[$0] = body($0) }
    }
    return parts.compactMap { $0 }
  }

  // MARK: Cross-products and triangles

  /// Lower triangle of [X r]ᵀ W [X r], the response r last.
  func moments(_ response: [Double], weights: [Double]?) -> Matrix {
    let p = columnCount + 1
    let parts = perLane { lane in
      var sum = Matrix(rows: p, columns: p)
      let block = Block(self)
      var products = [Double](repeating: 0, count: block.width * block.width)
      sum.withUnsafeMutableElements { target in
        guard let base = target.baseAddress else { return }
        for segment in segments[lanes[lane]] {
          block.load(segment, response, weights)
          block.products(into: &products)
          scatter(products, block.width, segment.cell, into: base)
        }
      }
      return sum
    }
    var total = parts.first ?? Matrix(rows: p, columns: p)
    for part in parts.dropFirst() { total.add(part) }
    return total
  }

  private func scatter(
    _ products: [Double], _ width: Int, _ cell: Int, into sum: UnsafeMutablePointer<Double>
  ) {
    let p = columnCount + 1
    let own = actives(inCell: cell)
    let last = Active(rowColumn: Int32(width - 1), column: Int32(columnCount))
    products.withUnsafeBufferPointer { products in
      for a in own {
        let (row, column) = (Int(a.rowColumn), Int(a.column))
        for b in own where b.column <= a.column {
          let (low, high) = (min(row, Int(b.rowColumn)), max(row, Int(b.rowColumn)))
          sum[column + Int(b.column) * p] += products[high + low * width]
        }
        sum[Int(last.column) + column * p] += products[width - 1 + row * width]
      }
      sum[columnCount + columnCount * p] += products[width - 1 + (width - 1) * width]
    }
  }

  /// R of the QR factorisation of √W [X r], the response r last, with the accuracy of Householder's.
  ///
  /// Rows of one segment are first reduced to as many as they have row columns, and only those are written out over all
  /// design columns, in blocks that fit the cache.
  func triangle(_ response: [Double], weights: [Double]?) -> Matrix {
    let parts = perLane { lane in
      let triangle = TallTriangle(columns: columnCount + 1)
      let block = Block(self)
      for segment in segments[lanes[lane]] {
        block.load(segment, response, weights)
        if hasFactors { block.reduce() }
        append(block, segment.cell, to: triangle)
      }
      return triangle
    }
    guard let first = parts.first else { return Matrix(rows: columnCount + 1, columns: columnCount + 1) }
    for part in parts.dropFirst() { first.append(part) }
    return first.triangle()
  }

  private func append(_ block: Block, _ cell: Int, to triangle: TallTriangle) {
    for start in stride(from: 0, to: block.count, by: triangle.blockRows) {
      let count = min(triangle.blockRows, block.count - start)
      triangle.append(count) { target, distance in
        if hasFactors {
          for j in 0..<columnCount { (target + j * distance).update(repeating: 0, count: count) }
        }
        for active in actives(inCell: cell) {
          block.copy(Int(active.rowColumn), from: start, count, to: target + Int(active.column) * distance)
        }
        block.copy(block.width - 1, from: start, count, to: target + columnCount * distance)
        return count
      }
    }
  }

  // MARK: Leverage

  /// Hat values: the squared lengths of the rows of √W X T, where T Tᵀ = (XᵀWX)⁻¹ of the kept columns. O(n q p) with q
  /// row columns in a cell.
  func leverages(root: Matrix, kept: [Int], weights: [Double]) -> [Double] {
    var place = [Int](repeating: -1, count: columnCount)
    for (position, j) in kept.enumerated() { place[j] = position }
    var result = [Double](repeating: 0, count: rowCount)
    result.withUnsafeMutableBufferPointer { target in
      let target = target
      LinearAlgebra.inParallel(lanes.count) { lane in
        let block = Block(self)
        var (cell, local) = (-1, Matrix(rows: 0, columns: 0))
        for segment in segments[lanes[lane]] {
          if segment.cell != cell { (cell, local) = (segment.cell, localRoot(root, place, segment.cell)) }
          block.load(segment, nil, weights)
          block.squaredLengths(times: local, into: target.baseAddress! + segment.start)
        }
      }
    }
    return result
  }

  /// Rows of T added up by row column, or where that is wide its triangle, which keeps all lengths.
  private func localRoot(_ root: Matrix, _ place: [Int], _ cell: Int) -> Matrix {
    var local = Matrix(rows: width, columns: root.columns)
    for active in actives(inCell: cell) where place[Int(active.column)] >= 0 {
      for k in 0..<root.columns { local[Int(active.rowColumn), k] += root[place[Int(active.column)], k] }
    }
    guard root.columns > 2 * width else { return local }
    let triangle = TallTriangle(columns: width)
    for start in stride(from: 0, to: root.columns, by: triangle.blockRows) {
      let count = min(triangle.blockRows, root.columns - start)
      triangle.append(count) { target, distance in
        for r in 0..<width { for k in 0..<count { target[k + r * distance] = local[r, start + k] } }
        return count
      }
    }
    return triangle.triangle().transposed
  }
}

extension Matrix {
  fileprivate mutating func add(_ other: Matrix) {
    withUnsafeMutableElements { target in
      other.withUnsafeElements { source in for i in target.indices { target[i] += source[i] } }
    }
  }
}
