public import Groundwork

/// What a run was made from; equal keys give equal bytes.
public struct RunIdentity: Hashable, Sendable {
  /// One input file's content.
  public struct Input: Hashable, Sendable {
    /// Canonical name of the table, such as `stays`, or of what else was read.
    public let name: String
    /// As the project names it.
    public let file: String
    /// SHA-256 of its bytes, 64 hexadecimal digits.
    public let sha256: String

    public init(name: String, file: String, sha256: String) {
      self.name = name
      self.file = file
      self.sha256 = sha256
    }
  }

  /// Such as `forecast`.
  public let command: String
  /// The command with the options that change figures, as typed.
  public let spec: String
  /// Whether it was made for people or as rows for machines, which hold more.
  public let form: String
  /// The last observed period.
  public let origin: String
  /// Future periods of the base length.
  public let horizon: Int
  public let draws: Int
  public let seed: Int
  public let inputs: [Input]
  public let version: String
  /// Tells programs apart that bear the same version.
  public let build: String
  /// The numerical library's kernel, whose last digits are its own.
  public let kernel: String

  public init(
    command: String, spec: String, form: String, origin: String, horizon: Int, draws: Int, seed: Int, inputs: [Input], version: String, build: String,
    kernel: String
  ) {
    self.command = command
    self.spec = spec
    self.form = form
    self.origin = origin
    self.horizon = horizon
    self.draws = draws
    self.seed = seed
    self.inputs = inputs.sorted { ($0.name, $0.file) < ($1.name, $1.file) }
    self.version = version
    self.build = build
    self.kernel = kernel
  }

  /// SHA-256 over the content of every input; their files' names do not matter.
  public var inputsDigest: String {
    Digest.sha256(Array(inputs.map { "\($0.name) \($0.sha256)\n" }.joined().utf8))
  }

  /// SHA-256 over everything that figures depend on.
  public var key: String { Self.digest(parts + [form, build, kernel]) }

  /// The same but for the build and the library's kernel, which may differ between machines that share a work.
  public var figuresDigest: String { Self.digest(parts) }

  private var parts: [String] { [command, spec, origin, String(horizon), String(draws), String(seed), inputsDigest, version] }

  private static func digest(_ parts: [String]) -> String {
    Digest.sha256(Array(parts.map { "\($0.utf8.count):\($0)" }.joined().utf8))
  }
}

/// What a run gave, as it is printed: never single stays, only results.
public struct RunDocument: Sendable {
  /// The promised columns; the rows that were computed.
  public var machine: Table
  /// For people; empty where the run was for machines.
  public var sheets: [Table]
  /// What could not be modelled as it should be.
  public var warnings: [Finding]

  public init(machine: Table, sheets: [Table], warnings: [Finding]) {
    self.machine = machine
    self.sheets = sheets
    self.warnings = warnings
  }

  func archive() -> [UInt8] {
    var writer = ByteWriter()
    machine.archive(into: &writer)
    writer.write(sheets) { $1.archive(into: &$0) }
    writer.write(warnings) { $1.archive(into: &$0) }
    return writer.bytes
  }

  init(archive: [UInt8]) throws(ByteReader.Damaged) {
    var reader = ByteReader(archive)
    machine = try Table(from: &reader)
    sheets = try reader.list { reader throws(ByteReader.Damaged) in try Table(from: &reader) }
    warnings = try reader.list { reader throws(ByteReader.Damaged) in try Finding(from: &reader) }
    guard reader.isAtEnd else { throw ByteReader.Damaged() }
  }
}

/// A recorded run without its results.
public struct RunSummary: Sendable {
  public let id: Int
  /// When it was recorded: UTC, such as `2027-01-31T09:15:00Z`.
  public let recorded: String
  public let command: String
  public let spec: String
  public let form: String
  public let origin: String
  public let horizon: Int
  public let draws: Int
  public let seed: Int
  public let inputsDigest: String
  public let version: String
  public let kernel: String
  /// Rows of its machine table.
  public let rows: Int
  public let warnings: Int
  /// Labels under which it was published, in order.
  public let labels: [String]
}
