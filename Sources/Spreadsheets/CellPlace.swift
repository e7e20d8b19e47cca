internal import Glibc

/// Places in a sheet as people write them.
public enum CellPlace {
  static let lastRow = 1_048_576
  static let lastColumn = 16_384
  /// Bytes that a cell's text may have: Excel's limit is 32,767 characters, of at most three bytes in UTF-8 each.
  static let longestText = 3 * 32_767

  /// `A` for 0, `AB` for 27.
  public static func letters(_ column: Int) -> String {
    var rest = column + 1
    var letters = ""
    while rest > 0 {
      letters = String(UnicodeScalar(UInt8(65 + (rest - 1) % 26))) + letters
      rest = (rest - 1) / 26
    }
    return letters
  }

  /// Row from 1 and column from 0 of `AB12`; nil where it is no place of a sheet.
  static func read(_ text: UnsafePointer<CChar>) -> (row: Int, column: Int)? {
    var position = text
    var column = 0
    var row = 0
    while position.pointee >= 0x41, position.pointee <= 0x5A {
      column = column * 26 + Int(position.pointee) - 0x40
      position += 1
      if column > lastColumn { return nil }
    }
    while position.pointee >= 0x30, position.pointee <= 0x39 {
      row = row * 10 + Int(position.pointee) - 0x30
      position += 1
      if row > lastRow { return nil }
    }
    return column > 0 && row > 0 && position.pointee == 0 ? (row, column - 1) : nil
  }

  /// Number of a row from 1; nil where it is none.
  static func row(_ text: UnsafePointer<CChar>) -> Int? {
    let row = atol(text)
    return row >= 1 && row <= lastRow ? row : nil
  }
}
