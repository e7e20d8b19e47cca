internal import LinearAlgebra

/// The columns that factors are made of, as small numbers: what a schema is learnt from and applied to without looking
/// at a million texts more than once.
struct InternedTable {
  let data: DataTable
  private let columns: [String: InternedColumn]
  private var groupings: [[String]: Grouping] = [:]

  /// The distinct labels of one or several columns, joined by colons, in order of first appearance, and which of them
  /// each row has.
  struct Grouping {
    let labels: [String]
    let codes: [Int32]
  }

  /// Interns the texts among the formula's variables and what stands in `factor( )`, several columns at a time.
  init(_ data: DataTable, for formula: Formula) throws(DataError) {
    self.data = data
    var names: [String] = []
    for variable in formula.variables {
      switch variable {
      case .factor(let name, _) where data[name] != nil && !names.contains(name): names.append(name)
      case .column(let name) where !names.contains(name):
        if case .texts = data[name] { names.append(name) }
      default: break
      }
    }
    for name in formula.groups.flatMap(\.columns) + formula.smooths.compactMap(\.by) where data[name] != nil && !names.contains(name) {
      names.append(name)
    }
    let results = UnsafeMutablePointer<Result<InternedColumn, DataError>?>.allocate(capacity: max(1, names.count))
    results.initialize(repeating: nil, count: max(1, names.count))
    defer {
      results.deinitialize(count: max(1, names.count))
      results.deallocate()
    }
    LinearAlgebra.inParallel(names.count) { k in
      results[k] = Result { () throws(DataError) in try InternedColumn(data[names[k]] ?? .numbers([]), named: names[k]) }
    }
    var interned: [String: InternedColumn] = [:]
    for (k, name) in names.enumerated() { interned[name] = try results[k]?.get() }
    columns = interned
    for group in formula.groups where groupings[group.columns] == nil {
      groupings[group.columns] = try grouping(group.columns, at: group.position)
    }
  }

  func column(_ name: String) -> InternedColumn? { columns[name] }

  func grouping(_ names: [String], at position: Int) throws(DataError) -> Grouping {
    if let known = groupings[names] { return known }
    var (rows, codes) = ([Int](), [Int32]())
    for name in names {
      let own: InternedColumn
      if let known = columns[name] { own = known } else { own = try InternedColumn(try data.required(name, at: position), named: name) }
      (rows, codes) = rows.isEmpty ? (own.firstRows, own.codes) : InternedTable.paired(codes, rows.count, own.codes, own.firstRows.count)
    }
    var labels = [String](repeating: "", count: rows.count)
    for (k, name) in names.enumerated() {
      var short = DataTable()
      switch data[name] {
      case .numbers(let values): short.add(name, rows.map { values[$0] })
      case .texts(let values): short.add(name, rows.map { values[$0] })
      case nil: break
      }
      let own = try short.labels(name)
      for i in labels.indices { labels[i] += k == 0 ? own[i] : ":" + own[i] }
    }
    return Grouping(labels: labels, codes: codes)
  }

  /// Pairs of two codes as one: the row in which each stands first, and which of them each row has.
  private static func paired(_ a: [Int32], _ countA: Int, _ b: [Int32], _ countB: Int) -> (rows: [Int], codes: [Int32]) {
    let keys = a.indices.map { Double(a[$0]) * Double(countB) + Double(b[$0]) }
    guard let pairs = try? InternedColumn(.numbers(keys), named: "") else { preconditionFailure("keys are numbers") }
    return (pairs.firstRows, pairs.codes)
  }

  /// A short table with every distinct value of the interned columns: a schema learns from it what it would from all
  /// rows, since it learns levels only. Other columns are there with the kind they have.
  var sample: DataTable {
    let height = max(1, columns.values.map(\.firstRows.count).max() ?? 1)
    var short = DataTable()
    for name in data.names {
      let rows = columns[name]?.firstRows ?? []
      let padded = rows + [Int](repeating: rows.first ?? 0, count: height - rows.count)
      switch data[name] {
      case .numbers(let values): short.add(name, rows.isEmpty ? padded.map { _ in 0 } : padded.map { values[$0] })
      case .texts(let values): short.add(name, rows.isEmpty ? padded.map { _ in "" } : padded.map { values[$0] ?? "" })
      case nil: break
      }
    }
    return short
  }
}

extension Schema {
  func factoredDesign(for table: InternedTable) throws(DataError) -> FactoredDesign {
    FactoredDesign(try designParts(for: table))
  }

  /// The design in pieces: factors stay indices. Throws `DataError`, also for levels not learnt.
  func designParts(for table: InternedTable) throws(DataError) -> DesignParts {
    var builder = FactoredDesign.Builder(rowCount: table.data.rowCount, names: columnNames)
    if formula.hasIntercept { builder.add(numeric: [], factors: []) }
    for term in terms {
      var numerics: [Expression] = []
      var factors: [DesignParts.Dummies] = []
      for coding in term {
        switch coding {
        case .numeric(let expression): numerics.append(expression)
        case .factor(let column, _, let levels, let first):
          let factor = try builder.factor(named: column, levels) { () throws(DataError) in
            try Schema.index(table, column, levels)
          }
          factors.append(DesignParts.Dummies(factor: factor, first: first))
        }
      }
      var places: [Int] = []
      for expression in numerics { places.append(try builder.numeric(expression, table.data)) }
      builder.add(numeric: places, factors: factors)
    }
    for line in lines {
      for column in try line.columns(for: table.data) {
        let place = builder.add(column: column)
        builder.add(numeric: [place], factors: [])
      }
    }
    return builder.parts()
  }

  /// The level of each row.
  private static func index(_ table: InternedTable, _ column: String, _ levels: [String]) throws(DataError) -> [Int32] {
    guard let interned = table.column(column) else { throw .unknownColumn(column, position: 0) }
    var short = DataTable()
    switch table.data[column] {
    case .numbers(let values): short.add(column, interned.firstRows.map { values[$0] })
    case .texts(let values): short.add(column, interned.firstRows.map { values[$0] ?? "" })
    case nil: throw .unknownColumn(column, position: 0)
    }
    var places: [String: Int32] = [:]
    for (i, level) in levels.enumerated() { places[level] = Int32(i) }
    let labels = try short.labels(column)
    let levelOfCode = labels.map { places[$0] ?? -1 }
    if let code = levelOfCode.firstIndex(of: -1) {
      throw .unknownLevel(column: column, level: labels[code], row: interned.firstRows[code])
    }
    return interned.codes.map { levelOfCode[Int($0)] }
  }
}
