/// Writes values as bytes, one after another, without names: small, exact to the last bit, and the same on every machine.
public struct ByteWriter: Sendable {
  public private(set) var bytes: [UInt8] = []
  private var places: [String: Int] = [:]

  public init() {}

  public mutating func write(_ value: UInt8) { bytes.append(value) }

  /// Seven bits a byte, the lowest first; the sign is the lowest bit of the first.
  public mutating func write(_ value: Int) {
    var rest = UInt64(bitPattern: Int64((value << 1) ^ (value >> (Int.bitWidth - 1))))
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// One byte or two for unknown (NaN) and small whole numbers, nine for others: counts are mostly small.
  public mutating func write(_ value: Double) {
    if value.isNaN {
      write(UInt8(0))
    } else if value >= 0, value < 16_000, value == value.rounded(.towardZero), value.sign == .plus {
      let whole = Int(value)
      if whole < 180 {
        write(UInt8(whole + 2))
      } else {
        write(UInt8(182 + whole / 256))
        write(UInt8(whole % 256))
      }
    } else {
      write(UInt8(1))
      var pattern = value.bitPattern
      for _ in 0..<8 {
        bytes.append(UInt8(truncatingIfNeeded: pattern))
        pattern >>= 8
      }
    }
  }

  public mutating func write(_ value: Bool) { write(UInt8(value ? 1 : 0)) }

  /// A text that came before is written as its number.
  public mutating func write(_ text: String) {
    if let place = places[text] { return write(place + 1) }
    write(0)
    places[text] = places.count
    let utf8 = Array(text.utf8)
    write(utf8.count)
    bytes += utf8
  }

  public mutating func write(_ phrase: Phrase) {
    write(phrase.da)
    write(phrase.en)
  }

  public mutating func write<Value>(_ value: Value?, _ body: (inout ByteWriter, Value) -> Void) {
    write(value != nil)
    if let value { body(&self, value) }
  }

  public mutating func write<Element>(_ values: some Collection<Element>, _ body: (inout ByteWriter, Element) -> Void) {
    write(values.count)
    for value in values { body(&self, value) }
  }
}

/// Reads what `ByteWriter` wrote, in the same order.
public struct ByteReader: Sendable {
  /// The bytes are not what a writer made: cut off, damaged, or of another version.
  public struct Damaged: Error, Sendable {
    public init() {}
  }

  private let bytes: [UInt8]
  private var position = 0
  private var texts: [String] = []

  public init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  public var isAtEnd: Bool { position == bytes.count }

  public mutating func byte() throws(Damaged) -> UInt8 {
    guard position < bytes.count else { throw Damaged() }
    position += 1
    return bytes[position - 1]
  }

  public mutating func integer() throws(Damaged) -> Int {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      let next = try byte()
      guard shift < 64 else { throw Damaged() }
      value |= UInt64(next & 0x7F) << shift
      if next < 0x80 { break }
      shift += 7
    }
    return Int(truncatingIfNeeded: Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1))
  }

  public mutating func double() throws(Damaged) -> Double {
    switch try byte() {
    case 0: return .nan
    case 1:
      var pattern: UInt64 = 0
      for place in 0..<8 { pattern |= UInt64(try byte()) << UInt64(8 * place) }
      return Double(bitPattern: pattern)
    case let small where small < 182: return Double(small - 2)
    case let high: return Double(256 * Int(high - 182) + Int(try byte()))
    }
  }

  public mutating func flag() throws(Damaged) -> Bool { try byte() != 0 }

  public mutating func text() throws(Damaged) -> String {
    let place = try integer()
    if place > 0 {
      guard place <= texts.count else { throw Damaged() }
      return texts[place - 1]
    }
    let count = try integer()
    guard place == 0, count >= 0, count <= bytes.count - position else { throw Damaged() }
    position += count
    let text = String(decoding: bytes[position - count..<position], as: UTF8.self)
    texts.append(text)
    return text
  }

  public mutating func phrase() throws(Damaged) -> Phrase { Phrase(da: try text(), en: try text()) }

  public mutating func optional<Value>(_ body: (inout ByteReader) throws(Damaged) -> Value) throws(Damaged) -> Value? {
    try flag() ? try body(&self) : nil
  }

  public mutating func list<Element>(_ body: (inout ByteReader) throws(Damaged) -> Element) throws(Damaged) -> [Element] {
    let count = try integer()
    // Every element has a byte or more, so that a damaged count asks for no memory.
    guard count >= 0, count <= bytes.count - position else { throw Damaged() }
    var elements: [Element] = []
    elements.reserveCapacity(count)
    for _ in 0..<count { elements.append(try body(&self)) }
    return elements
  }
}
