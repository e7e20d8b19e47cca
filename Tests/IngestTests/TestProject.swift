import Foundation
import Groundwork
import Ingest

/// A project folder of one test, removed with the value.
final class TestProject {
  let folder: String

  init(_ files: [String: String] = [:]) throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("plads-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder + "/data", withIntermediateDirectories: true)
    for (name, text) in files { try write(name, Array(text.utf8)) }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func write(_ name: String, _ bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: folder + "/" + name))
  }

  func read() -> ReadProject { ProjectReader(folder: folder).read() }

  static let offers = "offer,name,area,legal_basis,kind\nM1,Mosebakken,Autisme,SEL_108,residential\nB2,Birken,Hjerneskade,SEL_107,residential\n"

  static let stays = """
    citizen,payer,acting,offer,legal_basis,kind,start,end,end_reason,support_level,price
    a1,751,751,M1,SEL_108,residential,2020-02-15,2022-03-01,homecoming,3,2314
    a2,740,,B2,,,2021-05-01,,,,
    """

  static let activity = """
    area,period,payer,stock,admissions,homecomings,other_exits
    Autisme,2025Q1,751,12,1,0,1
    Autisme,2025Q2,751,11,0,1,0
    Hjerneskade,2025Q1,740,3,,,
    """

  /// Stays with one row after the header.
  static func stays(_ row: String) -> TestProject {
    try! TestProject([
      "data/offers.csv": offers, "data/stays.csv": "citizen,payer,offer,start,end,end_reason,price\n" + row + "\n",
    ])
  }
}

extension ReadProject {
  var errors: [Finding] { findings.filter { $0.severity == .error } }

  var all: String { findings.map { $0.text(in: .en) }.joined(separator: "\n") }
}
