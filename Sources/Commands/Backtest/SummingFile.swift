internal import Forecasting
internal import Groundwork
internal import Ingest

/// Which series add up to which node: a row a node, a column a bottom series, 0 or 1.
struct SummingFile {
  let hierarchy: SeriesHierarchy
  /// Index of each bottom series among the nodes.
  let bottomNodes: [Int]

  /// - Parameter nodes: of the series' file, in its order.
  /// - Throws: `FindingsError` where names or numbers do not fit.
  init(path: String, nodes: [(id: String, level: String)], seriesFile: String) throws {
    let text = try TableFile.read(path)
    let (columns, lines) = try text.columnsWithLines()
    func refused(_ message: Phrase, row: Int? = nil, column: String? = nil, value: String? = nil) -> FindingsError {
      FindingsError(
        Finding(
          .error, file: path, row: row, column: column, value: value, message: message,
          remedy: Phrase(
            da: "En række for hver serie i \(seriesFile), unique_id først, og en kolonne med 0 eller 1 for hver bundserie.",
            en: "One row for each series of \(seriesFile), unique_id first, and a column of 0 or 1 for each bottom series.")))
    }
    guard let first = columns.first, columns.count > 1 else { throw refused(Phrase(da: "der er for få kolonner.", en: "there are too few columns.")) }
    let place = Dictionary(nodes.enumerated().map { ($0.element.id, $0.offset) }, uniquingKeysWith: { first, _ in first })
    let bottoms = columns.dropFirst()
    bottomNodes = try bottoms.map { column in
      if let index = place[column.name] { return index }
      throw refused(
        Phrase(da: "er ingen serie i \(seriesFile).", en: "is no series of \(seriesFile)."), row: text.headerLine, column: column.name, value: column.name)
    }
    var members: [String: [Int]] = [:]
    for (row, id) in first.values.enumerated() {
      let line = lines[row]
      guard place[id] != nil else {
        throw refused(Phrase(da: "er ingen serie i \(seriesFile).", en: "is no series of \(seriesFile)."), row: line, column: first.name, value: id)
      }
      guard members[id] == nil else { throw refused(Phrase(da: "står allerede.", en: "stands already."), row: line, column: first.name, value: id) }
      var own: [Int] = []
      for (index, column) in bottoms.enumerated() {
        switch (try? NumberText.parse(column.values[row])) ?? -1 {
        case 0: break
        case 1: own.append(index)
        default: throw refused(Phrase(da: "er hverken 0 eller 1.", en: "is neither 0 nor 1."), row: line, column: column.name, value: column.values[row])
        }
      }
      guard !own.isEmpty else { throw refused(Phrase(da: "noden har ingen serier.", en: "the node has no series."), row: line, value: id) }
      members[id] = own
    }
    let found = members
    hierarchy = SeriesHierarchy(
      nodes: try nodes.map { node in
        guard let own = found[node.id] else {
          throw refused(Phrase(da: "rækken mangler for serien.", en: "the series has no row."), value: node.id)
        }
        return SeriesHierarchy.Node(id: node.id, level: node.level, members: own)
      }, bottomCount: bottoms.count)
    for (index, node) in bottomNodes.enumerated() where hierarchy.nodes[node].members != [index] {
      throw refused(
        Phrase(da: "bundserien er ikke sin egen sum.", en: "the bottom series is not its own sum."), column: nodes[node].id, value: nodes[node].id)
    }
  }
}
