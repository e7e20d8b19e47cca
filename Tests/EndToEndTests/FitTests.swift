import Foundation
import Testing

@Suite("plads fit --data")
struct FitTests {
  /// y is exactly 1 + 2 x, but for the last.
  private static let data = "y,x,g\n3,1,a\n5,2,a\n7,3,b\n9,4,b\n12,5,b\n"

  @Test("JSON has the promised keys and all digits")
  func json() throws {
    try Program.withFolder { program in
      try program.write(Self.data, to: "data.csv")
      let run = try program.run("fit", "--data", "data.csv", "--formula", "y ~ x", "--family", "gaussian", "--format", "json")
      #expect(run.code == 0)
      let document = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
      for key in [
        "coefficients", "variance_components", "theta", "dispersion", "deviance", "log_likelihood", "residual_sd", "r_squared",
        "warnings", "trace", "bic", "effective_degrees_of_freedom", "reml_score", "constants", "group_effects", "residuals", "leverage",
        "cooks_distance", "fitted", "covariance",
      ] {
        #expect(document[key] != nil, "\(key)")
      }
      let coefficients = try #require(document["coefficients"] as? [[String: Any]])
      #expect(coefficients.map { $0["term"] as? String } == ["(Intercept)", "x"])
      let slope = try #require(coefficients[1]["estimate"] as? Double)
      #expect(abs(slope - 2.2) < 1e-14)
    }
  }

  @Test("A table for people, a page, and CSV with all digits")
  func formats() throws {
    try Program.withFolder { program in
      try program.write(Self.data, to: "data.csv")
      let arguments = ["fit", "--data", "data.csv", "--formula", "y ~ x + (1 | g)", "--ml"]
      let table = try program.run(arguments)
      #expect(table.code == 0, "\(table.errors)")
      #expect(table.output.contains("Standardafvigelse"))
      #expect(table.output.contains("\ng         (Intercept)"))
      #expect(try program.run(arguments + ["--format", "markdown"]).output.contains("| --- | ---: |"))
      let csv = try program.run(arguments + ["--format", "csv"])
      #expect(csv.output.hasPrefix("term,estimate,std_error,statistic,p_value,lower,upper,ratio,ratio_lower,ratio_upper,part,group\n(Intercept),"))
      let rows = csv.output.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
      #expect(rows.allSatisfy { $0.count == 12 })
      #expect(rows.filter { $0[10] == "coefficient" }.map { $0[0] } == ["(Intercept)", "x"])
      #expect(rows.filter { $0[10] == "variance" }.map { $0[11] } == ["g", "Residual"])
      #expect(rows.contains { $0[10] == "measure" && $0[0] == "log_likelihood" })
      let plain = try program.run("fit", "--data", "data.csv", "--formula", "y ~ x", "--format", "csv")
      #expect(plain.output.split(separator: "\n").dropFirst().allSatisfy { $0.hasSuffix(",coefficient,") })
    }
  }

  @Test(
    "What is wrong with the command line: exit code 2, the place and the nearest name",
    arguments: [
      (["--formula", "y ~ xx"], ["tegn 5", "»x«", "^"]), (["--formula", "y ~ x +"], ["tegn 8"]),
      (["--formula", "y ~ lg(x)"], ["tegn 5", "log"]), (["--formula", "y ~ x", "--weights", "h"], ["--weights", "»h«"]),
      (["--formula", "y ~ x", "--offset", "log(yy)"], ["--offset", "»y«"]), (["--formula", "y ~ x", "--family", "poison"], ["poisson"]),
      (["--formula", "y ~ x", "--link", "logit"], ["logit", "gaussian"]), (["--formula", "y ~ x", "--ml", "--reml"], ["--ml", "--reml"]),
      ([], ["--formula"]),
    ])
  func usage(_ arguments: [String], _ words: [String]) throws {
    try Program.withFolder { program in
      try program.write(Self.data, to: "data.csv")
      let run = try program.run(["fit", "--data", "data.csv"] + arguments)
      #expect(run.code == 2)
      #expect(run.output.isEmpty)
      for word in words { #expect(run.errors.contains(word), "\(run.errors)") }
    }
  }

  @Test("Nothing but zeros, or one outcome, is said so; quadrature that changes nothing, too")
  func edges() throws {
    try Program.withFolder { program in
      try program.write("y,x,g,z,o\n3,1,a,0,1\n5,2,a,0,1\n7,3,b,0,1\n9,4,b,0,1\n12,5,c,0,1\n11,6,c,0,1\n", to: "data.csv")
      func errors(_ formula: String, _ family: String) throws -> String {
        let run = try program.run("fit", "--data", "data.csv", "--formula", formula, "--family", family, "--language", "en")
        #expect(run.code == 1 && run.output.isEmpty)
        return run.errors
      }
      for formula in ["z ~ x", "z ~ x + (1 | g)"] {
        for family in ["poisson", "negative_binomial"] { #expect(try errors(formula, family).contains("every count of the response is zero")) }
        #expect(try errors(formula, "binomial").contains("no successes"))
      }
      #expect(try errors("o ~ x", "binomial").contains("nothing but successes"))
      try program.write("y,x,g,k,m\n3,1,a,0,0\n5,2,a,0,0\n7,3,b,0,0\n9,4,b,0,0\n12,5,c,0,0\n", to: "exact.csv")
      let exactly = try program.run("fit", "--data", "exact.csv", "--formula", "y ~ x + (1 | g)", "--language", "en")
      #expect(exactly.code == 1 && exactly.errors.contains("fit it exactly"), "\(exactly.errors)")
      let untried = try program.run("fit", "--data", "exact.csv", "--formula", "k / m ~ x", "--family", "binomial", "--language", "en")
      #expect(untried.code == 1 && untried.errors.contains("trials"), "\(untried.errors)")
      let arguments = ["fit", "--data", "data.csv", "--formula", "y ~ x + (1 | g)", "--language", "en"]
      let exact = try program.run(arguments + ["--quadrature", "9"])
      #expect(exact.code == 0 && exact.output.contains("--quadrature changes nothing"), "\(exact.errors)")
      #expect(try !program.run(arguments + ["--ml"]).output.contains("--quadrature"))
    }
  }

  @Test("What is wrong with the file: exit code 1, row and column")
  func content() throws {
    try Program.withFolder { program in
      try program.write("y,x\n1,2\n3,\n4,5\n", to: "data.csv")
      let missing = try program.run("fit", "--data", "data.csv", "--formula", "y ~ x", "--language", "en")
      #expect(missing.code == 1)
      #expect(missing.errors.contains("data.csv, row 3, column x"), "\(missing.errors)")
      let count = try program.run("fit", "--data", "data.csv", "--formula", "y ~ 1", "--family", "binomial", "--language", "en")
      #expect(count.code == 1)
      #expect(try program.run("fit", "--data", "nowhere.csv", "--formula", "y ~ x").code == 1)
    }
  }
}
