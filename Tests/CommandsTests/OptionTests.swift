import Analysis
import ArgumentParser
import Groundwork
import Placements
import Testing

@testable import Commands

@Suite("Options")
struct OptionTests {
  @Test("Defaults of a run")
  func defaults() throws {
    let run = try RunOptions.parse([])
    #expect(run.simulation.seed == 1)
    #expect(run.simulation.draws == 2000)
    #expect(run.simulation.level == 80)
    #expect(run.horizon == nil)
    #expect(run.simulation.taskCount >= 1)
    let filter = try FilterOptions.parse([])
    #expect(filter.grouping == .area)
    #expect(filter.measure.isEmpty)
  }

  @Test(
    "Values outside their range are refused",
    arguments: [
      ["--draws", "9"], ["--draws", "100001"], ["--draws", "many"], ["--level", "0"], ["--level", "100"], ["--threads", "0"],
      ["--horizon", "0"], ["--horizon", "1.5"], ["--every", "week"], ["--seed", "-1"], ["--seed=-1"],
    ])
  func ranges(_ arguments: [String]) {
    #expect(throws: (any Error).self) { try RunOptions.parse(arguments) }
  }

  @Test("Ends of the ranges are allowed")
  func ends() throws {
    let run = try RunOptions.parse(["--draws", "10", "--level", "99", "--threads", "1", "--horizon", "1", "--every", "quarter", "--seed", "0"])
    #expect(run.simulation.draws == 10)
    #expect(run.every == .quarter)
  }

  @Test("Filters may be repeated")
  func filters() throws {
    let filter = try FilterOptions.parse(["--area", "autisme", "--area", "misbrug", "--measure", "stock", "--by", "offer"])
    #expect(filter.areas.area == ["autisme", "misbrug"])
    #expect(filter.grouping == .offer)
  }

  @Test("Only the internal edition exists")
  func edition() throws {
    #expect(try ProjectOptions.parse([]).project == ".")
    #expect(throws: (any Error).self) { try ProjectOptions.parse(["--edition", "municipality:751"]) }
  }
}

@Suite("Arguments and their wording")
struct WordingTests {
  @Test(
    "The parser's sentences in both languages",
    arguments: [
      ("Unknown option '--formt'. Did you mean '--format'?", "Der er intet tilvalg »--formt«. Mente du »--format«?"),
      ("Unknown option '-x'", "Der er intet tilvalg »-x«."), ("Missing value for '--draws <antal>'", "--draws mangler sin værdi <antal>."),
      ("The value 'x y' is invalid for '--draws <antal>': Et tal.", "Værdien »x y« passer ikke til --draws. Et tal."),
      ("Unexpected argument 'b'", "Overflødigt på kommandolinjen: »b«."),
      ("2 unexpected arguments: 'b', 'c'", "Overflødigt på kommandolinjen: »b«, »c«."),
      ("Missing expected argument '<mappe>'", "Der mangler <mappe>."),
      ("The option '--quiet' does not take any value, but '1' was specified.", "--quiet tager ingen værdi, men fik »1«."),
      ("Something new", "Something new"),
    ])
  func sentences(_ english: String, _ danish: String) {
    #expect(ArgumentWording.sentence(english).da == danish)
  }

  @Test("The language is taken from anywhere but behind --")
  func language() {
    let taken = LanguageArgument.take(["check", "--language=en", "-p", "x"])
    #expect(taken.language == .en)
    #expect(taken.rest == ["check", "-p", "x"])
    #expect(LanguageArgument.take(["--", "--language", "en"]).rest == ["--", "--language", "en"])
    #expect(LanguageArgument.take(["--language", "fr"]).complaint != nil)
  }

  @Test("No sentence of the parser's help is left in English")
  func helpPages() throws {
    for command in Plads.configuration.subcommands {
      let page = ArgumentWording.helpPage(Plads.helpMessage(for: command, columns: 100), language: .da)
      for english in ["OVERVIEW", "USAGE", "OPTIONS", "ARGUMENTS", "Show ", "(default"] where page.contains(english) {
        Issue.record("\(english) in \(page)")
      }
    }
  }
}
