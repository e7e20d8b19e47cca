import Glibc

/// Asks the system for large pages, before memory is first touched: it then comes by 2 MB instead of by 4 kB, at a fraction of the cost.
enum LargePages {
  /// Smaller blocks would be mostly what they do not need.
  private static let least = 8 << 20

  /// - Parameter start: of memory that nobody has written to; where the system has no large pages nothing happens.
  static func prefer(_ start: UnsafeMutableRawPointer, bytes: Int) {
    guard bytes >= least else { return }
    let page = 4096
    let skipped = (page - Int(bitPattern: start) % page) % page
    _ = madvise(start + skipped, (bytes - skipped) / page * page, MADV_HUGEPAGE)
  }
}

/// Memory without the checks of arrays, for inner loops; freed with its owner.
final class BareMemory {
  private var blocks: [UnsafeMutableRawPointer] = []

  func filled<Value: BitwiseCopyable>(_ count: Int, with value: Value) -> UnsafeMutablePointer<Value> {
    let pointer = UnsafeMutablePointer<Value>.allocate(capacity: max(1, count))
    LargePages.prefer(pointer, bytes: count * MemoryLayout<Value>.stride)
    pointer.initialize(repeating: value, count: max(1, count))
    blocks.append(UnsafeMutableRawPointer(pointer))
    return pointer
  }

  func copy<Value: BitwiseCopyable>(_ values: [Value]) -> UnsafePointer<Value> {
    let pointer = UnsafeMutablePointer<Value>.allocate(capacity: max(1, values.count))
    values.withUnsafeBufferPointer { if let base = $0.baseAddress { pointer.initialize(from: base, count: values.count) } }
    blocks.append(UnsafeMutableRawPointer(pointer))
    return UnsafePointer(pointer)
  }

  deinit { for block in blocks { block.deallocate() } }
}

/// Numbers that inner loops of any thread read and that never change.
final class BareArray<Value: BitwiseCopyable & Sendable>: @unchecked Sendable {
  private let memory = BareMemory()
  let pointer: UnsafePointer<Value>
  let count: Int

  init(_ values: [Value]) {
    pointer = memory.copy(values)
    count = values.count
  }

  @inline(__always)
  subscript(index: Int) -> Value { pointer[index] }
}
