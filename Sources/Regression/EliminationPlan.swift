/// The order in which coefficients are eliminated and the places of what is not zero.
///
/// Blocks with many levels that touch few others go first, level by level, each with a short list of later neighbours
/// (fill included); the rest, with all fixed columns at its end, is a dense core for LAPACK. The storage holds the
/// sparse columns (diagonal, then neighbours in ascending order) and after them the core by columns.
struct EliminationPlan {
  /// Coefficient → position in the order of elimination.
  let position: [Int]
  /// Position → coefficient.
  let coefficient: [Int]
  let sparseCount: Int
  let coreSize: Int
  let fixedCount: Int
  /// Start of each sparse column in the storage; its diagonal.
  let starts: [Int]
  /// Later neighbours (positions) of sparse column j: `neighbours[starts[j] - j ..< starts[j + 1] - j - 1]`.
  let neighbours: [Int32]
  /// For column j and each of its sparse neighbours a: places within column a of the neighbours after a.
  let relative: [Int32]
  let relativeStarts: [Int]
  /// How many of a column's neighbours are themselves sparse.
  let sparseNeighbours: [Int]
  let coreStart: Int
  let storageCount: Int

  /// `groups` are the coefficients that meet in a row, one list for each pattern, block effects only.
  init(layout: CoefficientLayout, groups: [[Int32]]) {
    let blockOrder = layout.levelCounts.indices.sorted {
      (-layout.range(ofBlock: $0).count, $0) < (-layout.range(ofBlock: $1).count, $1)
    }
    let p = layout.fixedCount
    var coefficient: [Int] = []
    var ends: [Int] = []
    for block in blockOrder {
      coefficient += Array(layout.range(ofBlock: block))
      ends.append(coefficient.count)
    }
    let randomCount = coefficient.count
    coefficient += Array(0..<p)
    var position = [Int](repeating: 0, count: coefficient.count)
    for (place, j) in coefficient.enumerated() { position[j] = place }
    let structures = EliminationPlan.structures(groups, position, ends, randomCount: randomCount, fixedCount: p)
    let ns = structures.count

    var starts: [Int] = [0]
    var neighbours: [Int32] = []
    var sparseNeighbours: [Int] = []
    for structure in structures {
      let all = structure + (randomCount..<(randomCount + p)).map { Int32($0) }
      neighbours += all
      sparseNeighbours.append(structure.prefix { $0 < Int32(ns) }.count)
      starts.append((starts.last ?? 0) + 1 + all.count)
    }
    var relative: [Int32] = []
    var relativeStarts = [0]
    var place = [Int32](repeating: 0, count: randomCount + p)
    for j in 0..<ns {
      let own = neighbours[(starts[j] - j)..<(starts[j + 1] - j - 1)]
      for (i, a) in own.prefix(sparseNeighbours[j]).enumerated() {
        let column = Int(a)
        for (k, b) in neighbours[(starts[column] - column)..<(starts[column + 1] - column - 1)].enumerated() {
          place[Int(b)] = Int32(k + 1)
        }
        for b in own.dropFirst(i + 1) { relative.append(place[Int(b)]) }
      }
      relativeStarts.append(relative.count)
    }
    self.position = position
    self.coefficient = coefficient
    self.starts = starts
    self.neighbours = neighbours
    self.sparseNeighbours = sparseNeighbours
    self.relative = relative
    self.relativeStarts = relativeStarts
    sparseCount = ns
    fixedCount = p
    coreSize = randomCount + p - ns
    coreStart = starts[ns]
    storageCount = starts[ns] + coreSize * coreSize
  }

  /// Later neighbours of each position that is eliminated sparsely, block by block while that is cheaper than dense.
  private static func structures(
    _ groups: [[Int32]], _ position: [Int], _ ends: [Int], randomCount: Int, fixedCount: Int
  ) -> [[Int32]] {
    let members = groups.map { group in group.map { Int32(position[Int($0)]) }.sorted() }
    var owners = [[Int32]](repeating: [], count: randomCount)
    for (g, group) in members.enumerated() {
      for a in group.dropLast() { owners[Int(a)].append(Int32(g)) }
    }
    var structures: [[Int32]] = []
    var children = [[Int]](repeating: [], count: randomCount)
    var stamp = [Int32](repeating: -1, count: randomCount)
    for end in ends {
      let begin = structures.count
      var cost = 0.0
      for j in begin..<end {
        var own: [Int32] = []
        for g in owners[j] {
          for b in members[Int(g)] where b > Int32(j) && stamp[Int(b)] != Int32(j) {
            stamp[Int(b)] = Int32(j)
            own.append(b)
          }
        }
        for child in children[j] {
          for b in structures[child] where b > Int32(j) && stamp[Int(b)] != Int32(j) {
            stamp[Int(b)] = Int32(j)
            own.append(b)
          }
        }
        own.sort()
        let width = Double(own.count + fixedCount)
        cost += width * width + 50
        if let parent = own.first { children[Int(parent)].append(j) }
        structures.append(own)
      }
      let after = Double(randomCount - end + fixedCount)
      let now = after + Double(end - begin)
      // A dense flop runs some eight times faster than a scattered one.
      guard cost < (now * now * now - after * after * after) / 24 else {
        structures.removeSubrange(begin...)
        return structures
      }
    }
    return structures
  }

  /// Place in the storage of the entry of two positions.
  func place(_ a: Int, _ b: Int) -> Int {
    let (low, high) = a < b ? (a, b) : (b, a)
    if low >= sparseCount { return coreStart + (high - sparseCount) + (low - sparseCount) * coreSize }
    if low == high { return starts[low] }
    let from = starts[low] - low
    var (left, right) = (from, starts[low + 1] - low - 1)
    while left < right {
      let middle = (left + right) / 2
      if neighbours[middle] < Int32(high) { left = middle + 1 } else { right = middle }
    }
    precondition(neighbours[left] == Int32(high), "an entry outside the structure")
    return starts[low] + 1 + left - from
  }
}
