internal import ArgumentParser
internal import Groundwork

/// The root command; `Shell` runs it.
struct Plads: AsyncParsableCommand {
  static let version = "0.1.0"

  /// Built anew each time, since its texts follow the language of the run.
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "plads",
      abstract: Phrase(
        da: "Prognoser for kommunernes efterspørgsel efter regionens sociale tilbud.",
        en: "Forecasts of the municipalities' demand for the region's social offers."
      ).spoken,
      version: "plads \(version)",
      subcommands: [
        NewCommand.self, CheckCommand.self, PseudonymiseCommand.self, ForecastCommand.self, ScenarioCommand.self, SweepCommand.self, RiskCommand.self,
        FitCommand.self, BacktestCommand.self, ExplainCommand.self, ExportCommand.self, RunsCommand.self, DoctorCommand.self,
      ])
  }
}
