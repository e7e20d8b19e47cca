import Foundation
import GRDB
import Groundwork

/// A forecast frozen under a label: what was said, and the counts that it was said from.
public struct Publication: Sendable {
  /// One number of it.
  public struct Value: Hashable, Sendable {
    /// By what its rows are split: `total`, `region`, `municipality` or `area`.
    public let grouping: String
    public let period: String
    /// Empty means all, here and below.
    public let region: String
    public let area: String
    public let municipality: String
    public let kind: String
    public let measure: String
    public let mean: Double
    public let median: Double
    public let lower: Double
    public let upper: Double

    public init(
      grouping: String, period: String, region: String, area: String, municipality: String, kind: String, measure: String, mean: Double,
      median: Double, lower: Double, upper: Double
    ) {
      self.grouping = grouping
      self.period = period
      self.region = region
      self.area = area
      self.municipality = municipality
      self.kind = kind
      self.measure = measure
      self.mean = mean
      self.median = median
      self.lower = lower
      self.upper = upper
    }
  }

  public let label: String
  public let run: Int
  /// UTC.
  public let published: String
  public let origin: String
  public let horizon: Int
  public let draws: Int
  public let seed: Int
  /// Probability inside the intervals, in (0, 1).
  public let level: Double
  public let inputsDigest: String
  public let version: String
  public let build: String
  public let kernel: String
  /// The options of the command that published it.
  public let spec: String
}

extension Publication {
  static func archive(_ values: [Value]) -> [UInt8] {
    var writer = ByteWriter()
    writer.write(values) { writer, value in
      for text in [value.period, value.region, value.area, value.municipality, value.kind, value.measure] { writer.write(text) }
      for number in [value.mean, value.median, value.lower, value.upper] { writer.write(number) }
    }
    return writer.bytes
  }

  static func values(grouping: String, archive: [UInt8]) throws(ByteReader.Damaged) -> [Value] {
    var reader = ByteReader(archive)
    return try reader.list { reader throws(ByteReader.Damaged) in
      Value(
        grouping: grouping, period: try reader.text(), region: try reader.text(), area: try reader.text(), municipality: try reader.text(),
        kind: try reader.text(), measure: try reader.text(), mean: try reader.double(), median: try reader.double(),
        lower: try reader.double(), upper: try reader.double())
    }
  }
}

extension RunStore {
  /// Whether a forecast was published under the label.
  public func isTaken(_ label: String) throws(StoreProblem) -> Bool {
    try reading { try Row.fetchOne($0, sql: "SELECT 1 FROM publication WHERE label = ?", arguments: [label]) != nil }
  }

  /// Freezes a recorded run's forecast.
  /// - Parameters:
  ///   - panel: the counts that it was made from, archived.
  ///   - level: probability inside the intervals.
  /// - Throws: `labelTaken` where the label has been used; then nothing is changed.
  public func publish(_ label: String, run: Int, level: Double, panel: [UInt8], values: [Publication.Value]) throws(StoreProblem) {
    try writing { database in
      guard try Row.fetchOne(database, sql: "SELECT 1 FROM publication WHERE label = ?", arguments: [label]) == nil else {
        throw StoreProblem.labelTaken(label)
      }
      try database.execute(
        sql: "INSERT INTO publication (label, run, published, level, panel) VALUES (?, ?, ?, ?, ?)",
        arguments: [label, run, Self.now, level, Data(panel)])
      for (grouping, own) in Dictionary(grouping: values, by: \.grouping).sorted(by: { $0.key < $1.key }) {
        try database.execute(
          sql: "INSERT INTO published_values (label, grouping, numbers) VALUES (?, ?, ?)",
          arguments: [label, grouping, Data(Publication.archive(own))])
      }
    }
  }

  /// All publications, the oldest first.
  public func publications() throws(StoreProblem) -> [Publication] {
    try reading { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT p.label, p.run, p.published, p.level, r.origin, r.horizon, r.draws, r.seed, r.inputs, r.version, r.build, r.kernel, r.spec
          FROM publication p JOIN run r ON r.id = p.run ORDER BY p.rowid
          """
      ).map { row in
        Publication(
          label: row["label"], run: row["run"], published: row["published"], origin: row["origin"], horizon: row["horizon"],
          draws: row["draws"], seed: row["seed"], level: row["level"], inputsDigest: row["inputs"], version: row["version"],
          build: row["build"], kernel: row["kernel"], spec: row["spec"])
      }
    }
  }

  /// The frozen numbers of a publication in the order in which they were given.
  public func values(of label: String, grouping: String) throws(StoreProblem) -> [Publication.Value] {
    try reading { database in
      let row = try Row.fetchOne(
        database, sql: "SELECT numbers FROM published_values WHERE label = ? AND grouping = ?", arguments: [label, grouping])
      guard let row else { return [] }
      let numbers: Data = row["numbers"]
      return try Publication.values(grouping: grouping, archive: Array(numbers))
    }
  }

  /// The archived counts that the publication was made from.
  public func panel(of label: String) throws(StoreProblem) -> [UInt8] {
    try reading { database in
      let row = try Row.fetchOne(database, sql: "SELECT panel FROM publication WHERE label = ?", arguments: [label])
      guard let row else { throw StoreProblem.missing }
      let data: Data = row["panel"]
      return Array(data)
    }
  }
}
