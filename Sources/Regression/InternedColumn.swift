/// A column as small numbers: its distinct values in order of first appearance, and which of them each row has.
///
/// A dictionary of strings costs some 60 ns a row (hashing, comparing, counting references); here rows are told apart by
/// their bytes, or bits, in an open table: about 10-20 ns. Values that are equal without having equal bytes (Unicode's
/// composed and decomposed letters) are two entries here; who maps them to levels compares them as strings.
struct InternedColumn: Sendable {
  /// The row in which each distinct value stands first.
  private(set) var firstRows: [Int] = []
  /// One number for each row, a position in `firstRows`.
  private(set) var codes: [Int32]

  /// Throws `missing` with the first row that has no value.
  init(_ column: DataTable.Column, named name: String) throws(DataError) {
    codes = [Int32](repeating: 0, count: column.count)
    switch column {
    case .numbers(let values):
      if let row = values.firstIndex(where: \.isNaN) { throw .missing(column: name, row: row) }
      intern(count: values.count, hash: { InternedColumn.mix(values[$0].bitPattern) }) {
        values[$0].bitPattern == values[$1].bitPattern
      }
    case .texts(let values):
      if let row = values.firstIndex(where: { $0 == nil }) { throw .missing(column: name, row: row) }
      intern(count: values.count, hash: { InternedColumn.hash(values[$0] ?? "") }) { values[$0] == values[$1] }
    }
  }

  private mutating func intern(count: Int, hash: (Int) -> UInt64, areEqual: (Int, Int) -> Bool) {
    var table = OpenTable()
    for i in 0..<count {
      let key = hash(i)
      // Sorted data: most rows repeat the one before.
      if i > 0, table.isLast(key), areEqual(i, firstRows[Int(codes[i - 1])]) {
        codes[i] = codes[i - 1]
        continue
      }
      codes[i] = table.code(key, next: Int32(firstRows.count)) { areEqual(i, firstRows[Int($0)]) }
      if Int(codes[i]) == firstRows.count { firstRows.append(i) }
    }
  }

  @inline(__always)
  private static func mix(_ x: UInt64) -> UInt64 {
    var z = x &* 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 32)) &* 0xBF58_476D_1CE4_E5B9
    return z ^ (z >> 29)
  }

  private static func hash(_ text: String) -> UInt64 {
    var text = text
    return text.withUTF8 { bytes in
      var state = UInt64(bytes.count)
      var position = 0
      while position + 8 <= bytes.count {
        let word = UnsafeRawPointer(bytes.baseAddress!).loadUnaligned(fromByteOffset: position, as: UInt64.self)
        state = mix(state ^ word)
        position += 8
      }
      var rest: UInt64 = 0
      while position < bytes.count {
        rest = rest << 8 | UInt64(bytes[position])
        position += 1
      }
      return mix(state ^ rest)
    }
  }
}

/// Hashes and codes in linear probing, at most half full.
private struct OpenTable {
  private var slots: [(key: UInt64, code: Int32)]
  private var used = 0
  private var last: UInt64?

  init() { slots = Array(repeating: (0, -1), count: 1024) }

  func isLast(_ key: UInt64) -> Bool { last == key }

  /// The code of an equal value, or `next` for a new one.
  mutating func code(_ key: UInt64, next: Int32, isEqual: (Int32) -> Bool) -> Int32 {
    last = key
    var place = Int(truncatingIfNeeded: key) & (slots.count - 1)
    while slots[place].code >= 0 {
      if slots[place].key == key, isEqual(slots[place].code) { return slots[place].code }
      place = (place + 1) & (slots.count - 1)
    }
    slots[place] = (key, next)
    used += 1
    if used > slots.count / 2 { grow() }
    return next
  }

  private mutating func grow() {
    let old = slots
    slots = Array(repeating: (0, -1), count: 2 * old.count)
    for slot in old where slot.code >= 0 {
      var place = Int(truncatingIfNeeded: slot.key) & (slots.count - 1)
      while slots[place].code >= 0 { place = (place + 1) & (slots.count - 1) }
      slots[place] = slot
    }
  }
}
