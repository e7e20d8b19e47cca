/// A penalised model's data in pattern order: what does not change while it is fitted.
final class PenalizedProblem {
  /// A coefficient that is active in a pattern: its place in the order of elimination, the row column it goes with and
  /// what that is multiplied by.
  struct Active {
    let position: Int32
    let column: Int32
    let block: Int32
    let factor: Double
  }

  let spec: PenalizedGLM
  let data: ResponseData
  let fixedNames: [String]
  let blockNames: [String]
  let layout: CoefficientLayout
  let patterns: RowPatterns
  let plan: EliminationPlan
  /// Number of row columns k: the constant and what varies within patterns.
  let width: Int
  /// Row columns, k numbers for each row.
  let rowColumns: DoubleBuffer
  /// Successes, counts or values; trials; prior weights; offsets.
  let y: DoubleBuffer
  let trials: DoubleBuffer
  let weights: DoubleBuffer
  let offset: DoubleBuffer
  let actives: [Active]
  let activeStarts: [Int]
  /// Storage places of pairs of actives of which one is sparse, in the order in which `PenalizedState` walks them.
  let places: [Int32]
  let constants: CountConstants
  /// Block of each coefficient position, -1 for fixed.
  let blockOfPosition: [Int32]

  var rowCount: Int { y.count }

  init(
    _ spec: PenalizedGLM, _ data: ResponseData, _ successes: [Double], _ fixed: [[Double]], _ fixedNames: [String],
    _ blocks: [PenalizedBlock]
  ) {
    self.spec = spec
    self.data = data
    self.fixedNames = fixedNames
    blockNames = blocks.map(\.name)
    layout = CoefficientLayout(fixedCount: fixed.count, levelCounts: blocks.map(\.levelCount))
    let patterns = RowPatterns(rowCount: successes.count, blocks: blocks)
    self.patterns = patterns
    let ones = [Double](repeating: 1, count: successes.count)
    y = DoubleBuffer(patterns.ordered(successes))
    trials = DoubleBuffer(patterns.ordered(data.trials ?? ones))
    weights = DoubleBuffer(patterns.ordered(data.weights ?? ones))
    offset = DoubleBuffer(patterns.ordered(data.offset ?? [Double](repeating: 0, count: successes.count)))
    constants = CountConstants(spec.family, data, successes: successes)

    var columns = RowColumns(patterns)
    let fixedPlaces = fixed.map { columns.add($0) }
    let blockPlaces = blocks.map { block in block.covariate.map { columns.add($0) } ?? columns.constant }
    width = columns.varying.count + 1
    rowColumns = columns.buffer()

    let layout = self.layout
    var groups: [[Int32]] = []
    for c in 0..<patterns.count {
      let row = Int(patterns.rows[patterns.starts[c]])
      groups.append(
        blocks.indices.compactMap { b in
          let level = blocks[b].index[row]
          return level < 0 ? nil : Int32(layout.effect(block: b, level: Int(level)))
        })
    }
    let plan = EliminationPlan(layout: layout, groups: groups)
    self.plan = plan
    var owner = [Int32](repeating: -1, count: layout.dimension)
    for b in blocks.indices { for j in layout.range(ofBlock: b) { owner[plan.position[j]] = Int32(b) } }
    blockOfPosition = owner

    var actives: [Active] = []
    var starts = [0]
    var places: [Int32] = []
    for c in 0..<patterns.count {
      let row = Int(patterns.rows[patterns.starts[c]])
      let first = actives.count
      for (j, place) in fixedPlaces.enumerated() {
        let factor = place.factor(inPattern: c)
        if factor == 0 { continue }
        actives.append(
          Active(position: Int32(plan.position[j]), column: Int32(place.column), block: -1, factor: factor))
      }
      for (b, place) in blockPlaces.enumerated() {
        let (level, factor) = (blocks[b].index[row], place.factor(inPattern: c))
        if level < 0 || factor == 0 { continue }
        let position = plan.position[layout.effect(block: b, level: Int(level))]
        actives.append(
          Active(position: Int32(position), column: Int32(place.column), block: Int32(b), factor: factor))
      }
      actives[first...].sort { $0.position < $1.position }
      let own = actives[first...]
      for a in own where Int(a.position) < plan.sparseCount {
        for b in own where b.position >= a.position {
          places.append(Int32(plan.place(Int(a.position), Int(b.position))))
        }
      }
      starts.append(actives.count)
    }
    self.actives = actives
    self.places = places
    activeStarts = starts
  }

  /// Names of the fixed columns and blocks by position in the order of elimination, for messages.
  func name(ofPosition position: Int) -> String {
    let block = Int(blockOfPosition[position])
    return block < 0 ? fixedNames[plan.coefficient[position]] : blockNames[block]
  }
}

/// Sorts columns into those that vary within patterns and those that are one number for each pattern.
private struct RowColumns {
  struct Place {
    /// Row column that the coefficient multiplies; 0 is the constant.
    let column: Int
    /// Values by pattern; nil is 1 everywhere.
    let byPattern: [Double]?

    func factor(inPattern c: Int) -> Double { byPattern?[c] ?? 1 }
  }

  let patterns: RowPatterns
  private(set) var varying: [[Double]] = []
  let constant = Place(column: 0, byPattern: nil)

  init(_ patterns: RowPatterns) { self.patterns = patterns }

  mutating func add(_ column: [Double]) -> Place {
    let ordered = patterns.ordered(column)
    if let constants = patterns.constants(of: ordered) { return Place(column: 0, byPattern: constants) }
    if let known = varying.firstIndex(of: ordered) { return Place(column: known + 1, byPattern: nil) }
    varying.append(ordered)
    return Place(column: varying.count, byPattern: nil)
  }

  func buffer() -> DoubleBuffer {
    let k = varying.count + 1
    let n = patterns.rows.count
    let result = DoubleBuffer(n * k)
    for i in 0..<n { result.base[i * k] = 1 }
    for (j, column) in varying.enumerated() {
      column.withUnsafeBufferPointer { source in
        for i in 0..<n { result.base[i * k + j + 1] = source[i] }
      }
    }
    return result
  }
}
