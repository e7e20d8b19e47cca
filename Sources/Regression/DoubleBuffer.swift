/// A fixed piece of memory of doubles: a workspace that inner loops use without copies or checks.
final class DoubleBuffer {
  let base: UnsafeMutablePointer<Double>
  let count: Int

  init(_ count: Int) {
    self.count = count
    base = .allocate(capacity: max(1, count))
    base.initialize(repeating: 0, count: max(1, count))
  }

  convenience init(_ values: [Double]) {
    self.init(values.count)
    for (i, value) in values.enumerated() { base[i] = value }
  }

  deinit { base.deallocate() }

  func clear() { base.update(repeating: 0, count: count) }
  func copy(from other: DoubleBuffer) { base.update(from: other.base, count: min(count, other.count)) }
  var array: [Double] { Array(UnsafeBufferPointer(start: base, count: count)) }
}
