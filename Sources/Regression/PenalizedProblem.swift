/// A penalised model's data in pattern order: what does not change while it is fitted.
final class PenalizedProblem {
  /// A coefficient that is active in a pattern: its place in the order of elimination, the row column it goes with and
  /// what that is multiplied by.
  struct Active {
    let position: Int32
    let column: Int16
    let block: Int16
    let factor: Double
  }

  let spec: PenalizedGLM
  let data: ResponseData
  let basis: FixedBasis
  let fixedNames: [String]
  let blockNames: [String]
  /// Priors before any data: where the search starts from.
  let priors: [BlockCovariance]
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
  /// `actives` as memory that stays where it is.
  let activePointer: UnsafePointer<Active>
  /// Storage places of pairs of actives of which one is sparse, in the order in which `RowShare` walks them.
  let placePointer: UnsafePointer<Int32>
  /// For each unstructured block (empty for others) the storage places of all pairs r ≤ s of a level's coefficients,
  /// level by level.
  let pairPlaces: [[Int32]]
  let constants: CountConstants
  /// Block of each coefficient position, -1 for fixed.
  let blockOfPosition: [Int32]

  var rowCount: Int { y.count }

  var pointers: RowPointers {
    RowPointers(y: y.base, trials: trials.base, weights: weights.base, isWeighted: data.weights != nil)
  }

  init(
    _ spec: PenalizedGLM, _ data: ResponseData, _ successes: [Double], _ basis: FixedBasis, _ fixedNames: [String],
    _ blocks: [PenalizedBlock]
  ) {
    self.spec = spec
    self.data = data
    self.basis = basis
    self.fixedNames = fixedNames
    blockNames = blocks.map(\.name)
    priors = blocks.map { BlockCovariance($0) }
    layout = CoefficientLayout(
      fixedCount: basis.count, levelCounts: blocks.map(\.levelCount), widths: blocks.map(\.columns.count))
    // Quadrature takes the rows of a level as one pattern.
    let patterns = RowPatterns(
      rowCount: successes.count, blocks: blocks, factors: spec.quadraturePoints > 1 ? [] : basis.factors)
    self.patterns = patterns
    let ones = [Double](repeating: 1, count: successes.count)
    y = DoubleBuffer(patterns.ordered(successes))
    trials = DoubleBuffer(patterns.ordered(data.trials ?? ones))
    weights = DoubleBuffer(patterns.ordered(data.weights ?? ones))
    offset = DoubleBuffer(patterns.ordered(data.offset ?? [Double](repeating: 0, count: successes.count)))
    constants = CountConstants(spec.family, data, successes: successes)

    var columns = RowColumns(patterns)
    let fixed = FixedPlaces(basis, patterns, &columns)
    let blockPlaces = blocks.map { block in block.columns.map { $0.map { columns.add($0) } ?? columns.constant } }
    width = columns.varying.count + 1
    rowColumns = columns.buffer()

    let layout = self.layout
    let indices = blocks.map(\.index)
    var groups: [[Int32]] = []
    var group: [Int32] = []
    for c in 0..<patterns.count {
      let row = Int(patterns.rows[patterns.starts[c]])
      group.removeAll(keepingCapacity: true)
      for b in indices.indices where indices[b][row] >= 0 {
        for (k, place) in blockPlaces[b].enumerated() where place.factor(inPattern: c) != 0 {
          group.append(Int32(layout.effect(block: b, level: Int(indices[b][row]), column: k)))
        }
      }
      if group != groups.last { groups.append(group) }
    }
    for b in blocks.indices where blocks[b].isUnstructured {
      for level in 0..<blocks[b].levelCount {
        groups.append((0..<layout.widths[b]).map { Int32(layout.effect(block: b, level: level, column: $0)) })
      }
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
      fixed.forEach(inPattern: c, row: row) { j, column, factor in
        actives.append(Active(position: Int32(plan.position[j]), column: Int16(column), block: -1, factor: factor))
      }
      for b in indices.indices where indices[b][row] >= 0 {
        for (k, place) in blockPlaces[b].enumerated() {
          let factor = place.factor(inPattern: c)
          if factor == 0 { continue }
          let position = plan.position[layout.effect(block: b, level: Int(indices[b][row]), column: k)]
          actives.append(
            Active(position: Int32(position), column: Int16(place.column), block: Int16(b), factor: factor))
        }
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
    activeStarts = starts
    activePointer = PenalizedProblem.memory(actives)
    placePointer = PenalizedProblem.memory(places)
    pairPlaces = blocks.indices.map { b in
      blocks[b].isUnstructured ? PenalizedProblem.pairPlaces(ofBlock: b, layout, plan) : []
    }
  }

  deinit {
    activePointer.deallocate()
    placePointer.deallocate()
  }

  private static func memory<Element>(_ values: [Element]) -> UnsafePointer<Element> {
    let memory = UnsafeMutablePointer<Element>.allocate(capacity: max(1, values.count))
    memory.initialize(from: values, count: values.count)
    return UnsafePointer(memory)
  }

  private static func pairPlaces(ofBlock b: Int, _ layout: CoefficientLayout, _ plan: EliminationPlan) -> [Int32] {
    (0..<layout.levelCounts[b]).flatMap { level in
      (0..<layout.widths[b]).flatMap { r in
        (r..<layout.widths[b]).map { s in
          let first = plan.position[layout.effect(block: b, level: level, column: r)]
          return Int32(plan.place(first, plan.position[layout.effect(block: b, level: level, column: s)]))
        }
      }
    }
  }

  /// Names of the fixed columns and blocks by position in the order of elimination, for messages.
  func name(ofPosition position: Int) -> String {
    let block = Int(blockOfPosition[position])
    return block < 0 ? fixedNames[plan.coefficient[position]] : blockNames[block]
  }
}
