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
