import Foundation

/// A project of a few rows, for what does not need a whole region.
enum SmallProject {
  static let municipalities = "code,name,region\n740,Silkeborg,Midtjylland\n751,Aarhus,Midtjylland\n"

  /// Steady stocks of 40 and 90 over 24 quarters, with the flows that are named.
  static func activity(_ columns: [String]) -> String {
    let flows = ["admissions": "3", "homecomings": "1", "other_exits": "2"]
    var rows = "area,period,payer," + columns.joined(separator: ",") + "\n"
    for quarter in 0..<24 {
      for (payer, stock) in [("740", "40"), ("751", "90")] {
        let values = columns.map { flows[$0] ?? stock }
        rows += "autisme,\(2019 + quarter / 4)Q\(quarter % 4 + 1),\(payer),\(values.joined(separator: ","))\n"
      }
    }
    return rows
  }

  static let offers = "offer,name,area,region,legal_basis,kind\nmosebakken,Mosebakken,autisme,Midtjylland,SEL_107,residential\n"

  static let stays = """
    citizen,payer,offer,start,end,end_reason
    a1,751,mosebakken,2020-01-01,2022-05-01,homecoming
    a2,751,mosebakken,2021-01-01,,
    a3,740,mosebakken,2022-01-01,2024-01-01,discharge

    """

  /// Makes a project with stocks, or with stays and offers where `withStays`.
  static func make(in program: Program, folder: String = "p", withStays: Bool = false) throws {
    guard try program.run("new", folder).code == 0 else { throw Program.Failure.notBuilt("plads new") }
    try program.write(municipalities, to: "\(folder)/data/municipalities.csv")
    if withStays {
      try program.write(offers, to: "\(folder)/data/offers.csv")
      try program.write(stays, to: "\(folder)/data/stays.csv")
    } else {
      try program.write(activity(["stock"]), to: "\(folder)/data/activity.csv")
    }
  }
}
