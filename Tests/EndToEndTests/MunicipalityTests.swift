import Foundation
import Testing

@Suite("plads risk --balance and --municipality")
struct MunicipalityTests {
  @Test("Promised columns, the same in both languages and with any number of threads; sheets within the width")
  func tables() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let common = ["risk", "-p", "r", "--draws", "40", "--area", "autisme"]
      let expected = [
        ("--balance", [String](), "scenario,area,kind,region,municipality,period,places,own_places,demand_mean,demand_lower,demand_upper,gap_mean,gap_lower,gap_upper,waiting_mean,waiting_lower,waiting_upper,left_mean,share_of_demand"),
        ("--municipality", ["740"], "scenario,municipality,topic,area,kind,offer,period,basis,measure,unit,mean,median,lower,upper,status,p_closure_24m,price_level,rule_set,cost_behaviour,observed_until"),
      ]
      for (option, value, header) in expected {
        let danish = try program.run(common + [option] + value + ["--format", "csv"])
        #expect(danish.code == 0 && danish.output.hasPrefix(header + "\n"), "\(danish.errors)")
        #expect(try danish.output == program.run(common + [option] + value + ["--format", "csv", "--language", "en", "--threads", "1", "--fresh"]).output)
        for language in ["da", "en"] {
          let sheet = try program.run(common + [option] + value + ["--language", language])
          for line in sheet.output.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
        }
      }
      let named = try program.run(common + ["--municipality", "silkeborg", "--rules", "nordjylland_socialaftale"])
      for word in ["Silkeborg (740)", "Regning", "Efterregulering", "Hjemtagninger", "Pris/dag"] { #expect(named.output.contains(word), "\(word)") }
    }
  }

  @Test("Unknown municipalities have the nearest named; tables exclude each other")
  func refused() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let near = try program.run("risk", "-p", "r", "--municipality", "Silkebrog", "--language", "en")
      #expect(near.code == 2 && near.errors.contains("Did you mean “Silkeborg”"), "\(near.errors)")
      // A code's neighbours in digits are other places altogether.
      let code = try program.run("risk", "-p", "r", "--municipality", "741999", "--language", "en")
      #expect(code.code == 2 && code.errors.contains("municipalities.csv") && !code.errors.contains("740"), "\(code.errors)")
      #expect(try program.run("risk", "-p", "r", "--balance", "--years").code == 2)
      #expect(try program.run("risk", "-p", "r", "--balance", "--municipality", "740").code == 2)
      #expect(try program.run("risk", "-p", "r", "--balance", "--offer", "mosebakken").code == 2)
    }
  }
}
