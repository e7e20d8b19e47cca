import Glibc

/// Asks the system for large pages, before memory is first touched: it then comes by 2 MB instead of by 4 kB, at a fraction of the cost.
enum LargePages {
  /// Smaller blocks would hardly fill one.
  private static let least = 2 << 20

  /// - Parameter start: of memory that nobody has written to; where the system has no large pages nothing happens.
  @inline(never)
  static func prefer(_ start: UnsafeMutableRawPointer, bytes: Int) {
    guard bytes >= least else { return }
    let page = 4096
    let skipped = (page - Int(bitPattern: start) % page) % page
    _ = madvise(start + skipped, (bytes - skipped) / page * page, MADV_HUGEPAGE)
  }
}
