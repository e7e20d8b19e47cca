public import Groundwork
import Placements

extension StockTrial {
  /// What was chosen and why.
  public var notes: [Phrase] {
    guard !scores.isEmpty else {
      return [
        Phrase(
          da: "Model: auto. Simuleringen (stock_and_flow) alene: historikken er for kort til at efterprøve andre, eller der er ingen belægning.",
          en: "Model: auto. The simulation (stock_and_flow) alone: the history is too short to try others, or there is no stock.")
      ]
    }
    let dates = origins.map(\.description).joined(separator: ", ")
    let why = Phrase(
      da: "CRPS fra \(dates) i forhold til den naive prognose (mindre er bedre): \(scoreList(.da)). Det første gennemsnit tages, medmindre en anden opskrift, som også rummer simuleringen, er bedre med mere end én standardfejl; modeller for sig vises til sammenligning.",
      en: "CRPS from \(dates) relative to the naive forecast (less is better): \(scoreList(.en)). The first mean is taken unless another recipe that contains the simulation is better by more than one standard error; models by themselves are shown for comparison.")
    return [Phrase(da: "Model: auto. ", en: "Model: auto. ") + what, why]
  }

  private var what: Phrase {
    if chosen.isPlain {
      return Phrase(da: "Belægningen er simuleringens (stock_and_flow) alene.", en: "The stock is the simulation's (stock_and_flow) alone.")
    }
    let names = chosen.models.joined(separator: ", ")
    let source =
      chosen.models.count > 1
      ? Phrase(da: "gennemsnittet af \(names), kvantil for kvantil", en: "the mean of \(names), quantile by quantile")
      : Phrase(da: "fra \(names)", en: "from \(names)")
    return Phrase(
      da: "Områdernes belægning er \(source.da), også i scenariers basis; bevægelser, tilbud, risiko og forklaringer er fra stock_and_flow, så til- og afgang kan afvige fra belægningens ændring.",
      en: "The areas' stock is \(source.en), in scenarios' base too; flows, offers, risk and explanations are from stock_and_flow, so that flows may differ from the change of the stock.")
  }

  private func scoreList(_ language: Language) -> String {
    let naive = scores.first { $0.recipe.name == "naive" }?.crps ?? 1
    let shown = scores.filter { $0.recipe == chosen || $0.recipe.models.count == 1 }
    return shown.map { "\($0.recipe.name) \(NumberText.display($0.crps / naive, decimals: 2, language: language))" }.joined(separator: ", ")
  }
}
