import Glibc

/// Numbers for texts, in the order of their first appearance. A look-up copies nothing.
struct Interner {
  /// Hash in the upper half, number plus one in the lower; 0 is free. So a look-up touches one line of memory before it compares.
  private var slots: [UInt64]
  private var ends: [Int] = []
  private var storage: [UInt8] = []

  /// - Parameter capacity: texts that find room without growing.
  init(capacity: Int = 32) {
    var size = 64
    while size < 2 * capacity { size *= 2 }
    slots = [UInt64](repeating: 0, count: size)
  }

  mutating func id(of bytes: UnsafeBufferPointer<UInt8>) -> Int {
    let hash = Interner.hash(bytes)
    var slot = Int(hash) & (slots.count - 1)
    while slots[slot] != 0 {
      let id = Int(slots[slot] & 0xFFFF_FFFF) - 1
      if slots[slot] >> 32 == UInt64(hash), equals(id, bytes) { return id }
      slot = (slot + 1) & (slots.count - 1)
    }
    let id = ends.count
    slots[slot] = UInt64(hash) << 32 | UInt64(id + 1)
    storage.append(contentsOf: bytes)
    ends.append(storage.count)
    if ends.count * 2 > slots.count { grow() }
    return id
  }

  private func equals(_ id: Int, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    let start = id == 0 ? 0 : ends[id - 1]
    guard ends[id] - start == bytes.count else { return false }
    guard let base = bytes.baseAddress, !bytes.isEmpty else { return true }
    return storage.withUnsafeBufferPointer { memcmp($0.baseAddress! + start, base, bytes.count) == 0 }
  }

  private mutating func grow() {
    let old = slots
    slots = [UInt64](repeating: 0, count: old.count * 2)
    for entry in old where entry != 0 {
      var slot = Int(entry >> 32) & (slots.count - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = entry
    }
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    let product = value &* 0xBF58_476D_1CE4_E5B9
    return product ^ (product >> 32)
  }

  private static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt32 {
    var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
    var position = 0
    if let base = bytes.baseAddress {
      while position + 8 <= bytes.count {
        hash = mix(hash ^ UnsafeRawPointer(base).loadUnaligned(fromByteOffset: position, as: UInt64.self))
        position += 8
      }
    }
    var rest = UInt64(bytes.count)
    while position < bytes.count {
      rest = rest << 8 | UInt64(bytes[position])
      position += 1
    }
    return UInt32(truncatingIfNeeded: mix(hash ^ rest) >> 32)
  }
}

/// Reads each different text of a column once, however many rows repeat it.
final class CellCache<Value> {
  // Used by one reading at a time; the checks of exclusive access would cost as much as the look-up.
  @exclusivity(unchecked) private var interner: Interner
  @exclusivity(unchecked) private(set) var values: [Value] = []
  private let resolve: (String) -> Value

  /// - Parameter capacity: different texts that are expected.
  init(capacity: Int = 32, _ resolve: @escaping (String) -> Value) {
    interner = Interner(capacity: capacity)
    self.resolve = resolve
  }

  func value(of cell: Cell) -> Value { values[id(of: cell)] }

  /// Number of the text in the order of first appearance.
  func id(of cell: Cell) -> Int {
    let id = interner.id(of: cell.bytes)
    if id == values.count { values.append(resolve(cell.text)) }
    return id
  }
}
