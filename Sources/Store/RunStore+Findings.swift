import Foundation
import GRDB

extension RunStore {
  /// What was found out about inputs before; nil where nothing was.
  /// - Parameters:
  ///   - subject: such as `stock_trial`.
  ///   - key: digest of everything that it depends on.
  public func finding(_ subject: String, key: String) throws(StoreProblem) -> [UInt8]? {
    try reading { database in
      let value: Data? = try Row.fetchOne(database, sql: "SELECT value FROM finding WHERE subject = ? AND key = ?", arguments: [subject, key])?["value"]
      return value.map { Array($0) }
    }
  }

  /// Records it in place of what was found before under the same key.
  public func recordFinding(_ subject: String, key: String, _ value: [UInt8]) throws(StoreProblem) {
    try writing { database in
      try database.execute(
        sql: "INSERT OR REPLACE INTO finding (subject, key, recorded, value) VALUES (?, ?, ?, ?)",
        arguments: [subject, key, Self.now, Data(value)])
    }
  }
}
