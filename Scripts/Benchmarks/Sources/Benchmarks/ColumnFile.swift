import Foundation

/// Columns of doubles in a file, one after the other, as this machine keeps them.
struct ColumnFile {
  let path: String

  func write(_ columns: [[Double]]) throws {
    guard let file = fopen(path, "w") else { throw Misuse("\(path) cannot be written") }
    defer { fclose(file) }
    for column in columns {
      guard fwrite(column, MemoryLayout<Double>.stride, column.count, file) == column.count else { throw Misuse("\(path) cannot be written") }
    }
  }

  func read(count: Int) throws -> [[Double]] {
    let bytes = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
    let rows = bytes / MemoryLayout<Double>.stride / count
    guard let file = fopen(path, "r") else { throw Misuse("\(path) cannot be read") }
    defer { fclose(file) }
    return try (0..<count).map { _ in
      try [Double](unsafeUninitializedCapacity: rows) { buffer, read in
        read = fread(buffer.baseAddress, MemoryLayout<Double>.stride, rows, file)
        guard read == rows else { throw Misuse("\(path) is too short") }
      }
    }
  }
}
