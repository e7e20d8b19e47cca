internal import ArgumentParser
internal import FoundationEssentials
internal import Groundwork
internal import LinearAlgebra
internal import Placements

/// How futures are simulated and summarised.
struct SimulationOptions: ParsableArguments {
  @Option(
    help: help(
      Phrase(da: "Samme frø giver samme tal.", en: "The same seed gives the same figures."), value: Phrase(da: "tal", en: "number")),
    transform: Choice.integer(0...999_999_999))
  var seed = 1

  @Option(
    help: help(
      Phrase(da: "Antal simulerede fremtider, 10 til 100.000.", en: "Number of simulated futures, 10 to 100,000."),
      value: Phrase(da: "antal", en: "count")), transform: Choice.integer(10...100_000))
  var draws = 2000

  @Option(
    help: help(
      Phrase(da: "Tråde; ellers alle maskinens. Ændrer ingen tal.", en: "Threads; else all of the machine's. Changes no figure."),
      value: Phrase(da: "antal", en: "count")), transform: Choice.integer(1...1024))
  var threads: Int?

  @Option(
    help: help(
      Phrase(da: "Intervallernes dækning i procent, 1 til 99.", en: "Coverage of the intervals in per cent, 1 to 99."),
      value: Phrase(da: "procent", en: "percent")), transform: Choice.integer(1...99))
  var level = 80

  /// Tasks to run at once: one where the loaded BLAS cannot stand more.
  var taskCount: Int {
    guard LinearAlgebra.allowsConcurrency else { return 1 }
    return threads ?? max(1, ProcessInfo.processInfo.activeProcessorCount)
  }
}

/// How far futures go and in which periods they are shown.
struct RunOptions: ParsableArguments {
  @OptionGroup var simulation: SimulationOptions

  @Option(
    help: help(
      Phrase(
        da: "Perioder frem; ellers 36 måneder, 12 kvartaler eller 10 år.", en: "Periods ahead; else 36 months, 12 quarters or 10 years."),
      value: Phrase(da: "perioder", en: "periods")), transform: Choice.integer(1...1200))
  var horizon: Int?

  @Option(
    help: help(
      Phrase(da: "month, quarter eller year; ellers dataenes egen periode.", en: "month, quarter or year; else the data's own period."),
      value: Phrase(da: "periode", en: "period")), transform: Choice.word(PeriodLength.self))
  var every: PeriodLength?
}
