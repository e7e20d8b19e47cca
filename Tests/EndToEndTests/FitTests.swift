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
      #expect(csv.output.hasPrefix("term,estimate,std_error,statistic,p_value,lower,upper,ratio,ratio_lower,ratio_upper\n(Intercept),"))
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
