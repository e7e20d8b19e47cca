extension Table {
  /// The whole table as bytes, to be read again by `init(from:)`.
  public func archive(into writer: inout ByteWriter) {
    writer.write(title)
    writer.write(columns) { writer, column in
      writer.write(column.name)
      writer.write(column.unit)
      writer.write(column.heading)
      writer.write(column.decimals)
    }
    writer.write(rows.count)
    for row in rows {
      for cell in row { cell.archive(into: &writer) }
    }
    writer.write(notices) { $0.write($1) }
    writer.write(footnotes) { $0.write($1) }
    writer.write(meta) { writer, entry in
      writer.write(entry.key)
      writer.write(entry.value)
    }
  }

  public init(from reader: inout ByteReader) throws(ByteReader.Damaged) {
    self.init(title: try reader.phrase(), columns: try reader.list { reader throws(ByteReader.Damaged) in
      Column(try reader.text(), unit: try reader.text(), heading: try reader.phrase(), decimals: try reader.integer())
    })
    let count = try reader.integer()
    guard count >= 0 else { throw ByteReader.Damaged() }
    for _ in 0..<count {
      var row: [Cell] = []
      row.reserveCapacity(columns.count)
      for _ in columns { row.append(try Cell(from: &reader)) }
      append(row)
    }
    notices = try reader.list { reader throws(ByteReader.Damaged) in try reader.phrase() }
    footnotes = try reader.list { reader throws(ByteReader.Damaged) in try reader.phrase() }
    meta = try reader.list { reader throws(ByteReader.Damaged) in (try reader.text(), try reader.text()) }
  }
}

extension Table.Cell {
  func archive(into writer: inout ByteWriter) {
    switch self {
    case .empty: writer.write(UInt8(0))
    case .text(let text):
      writer.write(UInt8(1))
      writer.write(text)
    case .term(let code, let phrase):
      writer.write(UInt8(2))
      writer.write(code)
      writer.write(phrase)
    case .integer(let value):
      writer.write(UInt8(3))
      writer.write(value)
    case .number(let value):
      writer.write(UInt8(4))
      writer.write(value)
    case .precise(let value, let decimals):
      writer.write(UInt8(5))
      writer.write(value)
      writer.write(decimals)
    case .estimate(let value):
      writer.write(UInt8(6))
      writer.write(value)
    }
  }

  init(from reader: inout ByteReader) throws(ByteReader.Damaged) {
    switch try reader.byte() {
    case 0: self = .empty
    case 1: self = .text(try reader.text())
    case 2: self = .term(code: try reader.text(), try reader.phrase())
    case 3: self = .integer(try reader.integer())
    case 4: self = .number(try reader.double())
    case 5: self = .precise(try reader.double(), decimals: try reader.integer())
    case 6: self = .estimate(try reader.double())
    default: throw ByteReader.Damaged()
    }
  }
}

extension Finding {
  public func archive(into writer: inout ByteWriter) {
    writer.write(severity.rawValue)
    writer.write(file) { $0.write($1) }
    writer.write(row) { $0.write($1) }
    writer.write(column) { $0.write($1) }
    writer.write(value) { $0.write($1) }
    writer.write(message)
    writer.write(remedy)
  }

  public init(from reader: inout ByteReader) throws(ByteReader.Damaged) {
    guard let severity = Severity(rawValue: try reader.integer()) else { throw ByteReader.Damaged() }
    func text(_ reader: inout ByteReader) throws(ByteReader.Damaged) -> String { try reader.text() }
    self.init(
      severity, file: try reader.optional(text), row: try reader.optional { reader throws(ByteReader.Damaged) in try reader.integer() },
      column: try reader.optional(text), value: try reader.optional(text), message: try reader.phrase(), remedy: try reader.phrase())
  }
}
