internal import Glibc
internal import Groundwork
internal import Regression
internal import Reports

/// The residual plots of one fit.
struct DiagnosticPlots {
  struct Picture {
    let file: String
    let description: Phrase
    let svg: String
  }

  let rows: DiagnosticRows
  let language: Language
  /// Stand on every picture.
  let notices: [Phrase]

  static let residual = Phrase(da: "Kvantilresidual", en: "Quantile residual")
  static let score = Phrase(da: "Observeret minus ventet (standardafvigelser)", en: "Observed less expected (standard deviations)")
  /// More points than these are drawn as tiles.
  private static let mostPoints = 2000

  /// Means of ten rows or more, at most twenty of them.
  private var bins: Int { max(4, min(20, rows.fitted.count / 10)) }

  var pictures: [Picture] {
    var pictures = [picture("qq", quantiles), picture("residuals", againstFitted), picture("observed", observedAgainstFitted)]
    for grouping in rows.groupings {
      let plot = GroupPlot(rows: rows, grouping: grouping, title: titled(Phrase(da: "Afvigelser efter \(grouping.heading.da)", en: "Deviations by \(grouping.heading.en)")), notices: notices).plot
      pictures.append(Picture(file: file("by-" + grouping.key), description: plot.title, svg: Rendering.svg(plot, language: language)))
    }
    if let time = rows.time { pictures.append(picture("time", overTime(time))) }
    return pictures
  }

  private func picture(_ name: String, _ plot: Plot) -> Picture {
    Picture(file: file(name), description: plot.title, svg: Rendering.svg(plot, language: language))
  }

  private func file(_ name: String) -> String {
    let parts = [rows.key, name].map(FileKey.of).filter { !$0.isEmpty }
    return parts.joined(separator: "-") + ".svg"
  }

  private func titled(_ phrase: Phrase) -> Phrase { phrase + Phrase(": ") + rows.title }

  // MARK: Plots

  private var quantiles: Plot {
    let points = NormalQuantiles(rows.residuals).points
    let ends = [points.first, points.last].compactMap(\.self).map { Plot.Point($0.expected, $0.expected) }
    return Plot(
      title: titled(Phrase(da: "Kvantiler mod normalfordelingen", en: "Quantiles against the normal distribution")),
      notes: notices + [
        Phrase(
          da: "Passer modellen, følger punkterne linjen og ligger hver for sig i båndet med 95 % sandsynlighed.",
          en: "Where the model holds the points follow the line, each inside the band with 95% probability.")
      ],
      x: .init(Phrase(da: "Forventet (normalfordelt)", en: "Expected (normal)")), y: .init(Self.residual),
      layers: [
        .init(
          .band(points.map { .init(x: $0.expected, low: $0.lower, middle: $0.expected, high: $0.upper) }),
          Phrase(da: "95 % punktvis bånd", en: "95% pointwise band")),
        .init(.reference(ends), Phrase(da: "forventet", en: "expected")),
        .init(.points(points.map { .init($0.expected, $0.observed) }), Phrase(da: "residualer", en: "residuals")),
      ])
  }

  private var againstFitted: Plot {
    let isLogarithmic = rows.isLogarithmic && rows.fitted.allSatisfy { $0 > 0 }
    let scale: (Double) -> Double = isLogarithmic ? { log10($0) } : { $0 }
    let means = RowMean.binned(x: rows.fitted.map(scale), y: rows.residuals, bins: bins).map { mean in
      interval(isLogarithmic ? pow(10, mean.x) : mean.x, mean)
    }
    let points = zip(rows.fitted, rows.residuals).filter { $0.1.isFinite }.map { Plot.Point($0.0, $0.1) }
    return Plot(
      title: titled(Phrase(da: "Residualer mod forventet værdi", en: "Residuals against fitted value")),
      notes: notices + [
        Phrase(da: "Gennemsnittene skal ligge om nul hele vejen, og spredningen være den samme.", en: "The means should lie about zero all along, with the same spread.")
      ],
      x: .init(Phrase(da: "Forventet værdi", en: "Fitted value"), isLogarithmic ? .logarithmic : .linear), y: .init(Self.residual),
      layers: [
        .init(cloud(points, isLogarithmic: isLogarithmic), Phrase(da: "rækker", en: "rows")),
        .init(.reference(ends(points.map(\.x)).map { .init($0, 0) })),
        .init(.intervals(means), Phrase(da: "gennemsnit af lige mange rækker, 95 %-interval", en: "mean of equally many rows, 95% interval")),
      ])
  }

  private var observedAgainstFitted: Plot {
    // Rare counts: groups of equally many rows would mostly hold no event at all.
    let sizes = rows.isCount && rows.fitted.allSatisfy { $0 > 0 } ? rows.fitted : nil
    let means = RowMean.binned(x: rows.fitted, y: rows.observed, bins: bins, sizes: sizes)
    let meaning =
      sizes == nil
      ? Phrase(da: "gennemsnit af lige mange rækker, 95 %-interval", en: "mean of equally many rows, 95% interval")
      : Phrase(da: "gennemsnit af rækker, hvor der ventes lige mange, 95 %-interval", en: "mean of rows in which equally many are expected, 95% interval")
    let isLogarithmic = rows.isLogarithmic && means.allSatisfy { $0.mean > 0 && $0.x > 0 }
    let intervals = means.map { mean in
      let reach = mean.standardError.isFinite ? EstimateText.reach * mean.standardError : 0
      // On a logarithmic axis an interval that reaches zero ends at a tenth of its mean.
      return Plot.Interval(x: mean.x, low: isLogarithmic ? max(mean.mean - reach, 0.1 * mean.mean) : mean.mean - reach, middle: mean.mean, high: mean.mean + reach)
    }
    var layers: [Plot.Layer] = []
    if !isLogarithmic, rows.observed.count <= Self.mostPoints {
      layers.append(.init(.points(zip(rows.fitted, rows.observed).map { .init($0, $1) }), Phrase(da: "rækker", en: "rows")))
    }
    layers += [
      .init(.reference(ends(isLogarithmic ? means.map(\.x) : rows.fitted).map { .init($0, $0) }), Phrase(da: "observeret = forventet", en: "observed = fitted")),
      .init(.intervals(intervals), meaning),
    ]
    let scale: Plot.Axis.Scale = isLogarithmic ? .logarithmic : .linear
    return Plot(
      title: titled(Phrase(da: "Observeret mod forventet", en: "Observed against fitted")),
      notes: notices + [Phrase(da: "Gennemsnittene skal ligge på linjen.", en: "The means should lie on the line.")],
      x: .init(Phrase(da: "Forventet værdi", en: "Fitted value"), scale), y: .init(Phrase(da: "Observeret", en: "Observed"), scale), layers: layers)
  }

  private func overTime(_ time: [Double]) -> Plot {
    // Rows of one period share their time but for the last digits.
    let rounded = time.map { Int(($0 * 1e4).rounded()) }
    let sums = RowSum.by(rounded, observed: rows.observed, expected: rows.fitted, variance: rows.variance)
    let points = sums.map { Plot.Point(Double($0.key) / 1e4, $0.sum.score) }
    let ends = ends(points.map(\.x))
    return Plot(
      title: titled(Phrase(da: "Afvigelser over tid", en: "Deviations over time")),
      notes: notices + [
        Phrase(
          da: "Hver periode skal svinge tilfældigt om nul; en bølge eller et spring mangler i modellen.",
          en: "Each period should vary about zero at random; a wave or a step is missing in the model.")
      ],
      x: .init(Phrase(da: "År", en: "Year"), .years), y: .init(Self.score),
      layers: [
        .init(
          .band(ends.map { .init(x: $0, low: -EstimateText.reach, middle: 0, high: EstimateText.reach) }),
          Phrase(da: "95 % af perioderne, hvis modellen passer", en: "95% of the periods where the model holds")),
        .init(.reference(ends.map { .init($0, 0) })), .init(.line(points)),
        .init(.points(points), Phrase(da: "alle rækker i perioden", en: "all rows of the period")),
      ])
  }

  // MARK: Parts

  private func interval(_ x: Double, _ mean: RowMean) -> Plot.Interval {
    // A single row has no spread of its own; residuals have the standard deviation one.
    let error = mean.standardError.isFinite ? mean.standardError : 1
    return .init(x: x, low: mean.mean - EstimateText.reach * error, middle: mean.mean, high: mean.mean + EstimateText.reach * error)
  }

  private func ends(_ values: [Double]) -> [Double] { [values.min(), values.max()].compactMap(\.self) }

  private func cloud(_ points: [Plot.Point], isLogarithmic: Bool) -> Plot.Content {
    guard points.count > Self.mostPoints else { return .points(points) }
    return .tiles(PointTiles(points, isLogarithmic: isLogarithmic).tiles)
  }
}

/// A name as part of a file's name: letters and digits, anything else a hyphen.
enum FileKey {
  static func of(_ text: String) -> String {
    let form = NearestName.machineForm(text.replacing(":", with: " "))
    let plain = form.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
    return String(plain).split(separator: "-").joined(separator: "-")
  }
}
