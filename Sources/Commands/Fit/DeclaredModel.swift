internal import Demand
internal import Groundwork
internal import Placements
internal import Regression

/// A model of the project's flows, understood: its formula parsed, its flow known.
struct DeclaredModel {
  enum Origin {
    /// A `[[model]]` of plads.toml.
    case settings
    /// `--formula` on the command line.
    case options
  }

  let declaration: ModelDeclaration
  let origin: Origin
  let formula: Formula
  let flow: Flow
  /// Nil where neither the formula nor the declaration leaves room for one.
  let offset: Expression?
  private let weights: String?
  private let quadraturePoints: Int
  private let link: Link?

  var name: String { declaration.name }

  /// - Throws: `FindingsError` that points into plads.toml, or `UsageError` into the options.
  init(_ declaration: ModelDeclaration, from origin: Origin = .settings, weights: String? = nil, quadraturePoints: Int = 1) throws {
    let wording = Self.wording(declaration, origin) { _ in .words("") }
    let parsed: Formula
    do throws(FormulaError) {
      parsed = try Formula(parsing: declaration.formula.text)
    } catch {
      throw wording.error(error)
    }
    self.declaration = declaration
    self.origin = origin
    self.weights = weights
    self.quadraturePoints = quadraturePoints
    formula = parsed
    flow = try Self.flow(of: parsed, declaration, wording)
    link = declaration.link.flatMap(Link.init(rawValue:))
    offset = try Self.offset(of: parsed, declaration, origin, wording)
    if let weights, !FlowTable.columns.contains(weights) {
      throw UsageError(
        Phrase(da: "--weights: der er ingen kolonne »\(weights)«. ", en: "--weights: there is no column “\(weights)”. ")
          + NearestName.hint(weights, among: FlowTable.columns, listAtMost: 20))
    }
  }

  /// The columns that the model names: what it does not name of the strata's keys is summed over.
  var columns: Set<String> {
    Set(formula.columnNames + (offset?.columnUses.map(\.name) ?? []) + [weights].compactMap(\.self))
  }

  /// What a row stands for.
  var detail: FlowTable.Detail { FlowTable.Detail(naming: columns) }

  private static func wording(
    _ declaration: ModelDeclaration, _ origin: Origin, row: @escaping (Int) -> RegressionWording.RowName
  ) -> RegressionWording {
    RegressionWording(
      formula: written(declaration.formula, origin, option: "--formula"), names: FlowTable.columns, file: nil, row: row)
  }

  private static func written(_ text: ModelDeclaration.Text, _ origin: Origin, option: String) -> RegressionWording.Written {
    switch origin {
    case .settings: .init(text: text.text, origin: .settings(text.places))
    case .options: .init(text: text.text, origin: .option(option))
    }
  }

  /// What the response counts, or what the declaration says.
  private static func flow(of formula: Formula, _ declaration: ModelDeclaration, _ wording: RegressionWording) throws -> Flow {
    for use in formula.responseColumns where !FlowTable.columns.contains(use.name) {
      // Who means a table of their own has forgotten to name it.
      if case .option = wording.formula.origin {
        throw wording.complaint(
          Phrase(
            da: "»\(use.name)« er ingen kolonne i projektets bevægelser. En anden tabel læses med --data FIL. ",
            en: "“\(use.name)” is no column of the project's flows. Another table is read by --data FILE. ")
            + NearestName.hint(use.name, among: FlowTable.columns, listAtMost: 20), in: wording.formula, at: use.position)
      }
      throw wording.unknownColumn(use.name, at: use.position, in: wording.formula)
    }
    let named = Set(formula.responseColumns.compactMap { Flow(plural: $0.name) })
    if let flow = declaration.flow ?? (named.count == 1 ? named.first : nil) {
      guard named.isEmpty || named.contains(flow) else {
        throw wording.complaint(
          Phrase(da: "flow er \(flow.plural), men responsen er en anden bevægelse.", en: "flow is \(flow.plural), but the response is another flow."),
          in: wording.formula, at: 0)
      }
      return flow
    }
    let list = Flow.counted.map(\.plural).joined(separator: ", ")
    var reason = Phrase(
      da: "det er ikke til at se, hvilken bevægelse modellen gælder. Lad responsen være en af \(list)",
      en: "it cannot be seen which flow the model is about. Let the response be one of \(list)")
    if case .settings = wording.formula.origin { reason = reason + Phrase(da: ", eller skriv flow = \"…\"", en: ", or write flow = \"…\"") }
    throw wording.complaint(reason + Phrase("."), in: wording.formula, at: 0)
  }

  /// The log exposure of counts, unless the model has an offset of its own.
  private static func offset(
    of formula: Formula, _ declaration: ModelDeclaration, _ origin: Origin, _ wording: RegressionWording
  ) throws -> Expression? {
    guard let own = declaration.offset else {
      let isRate = ["negative_binomial", "poisson"].contains(declaration.family) && formula.offsets.isEmpty
      return isRate ? try? Expression(parsing: "log(exposure)") : nil
    }
    let written = written(own, origin, option: "--offset")
    let parsed: Expression
    do throws(FormulaError) {
      parsed = try Expression(parsing: own.text)
    } catch {
      throw wording.error(error, in: written)
    }
    for use in parsed.columnUses where !FlowTable.columns.contains(use.name) {
      throw wording.unknownColumn(use.name, at: use.position, in: written)
    }
    return parsed
  }

  private var family: Family {
    switch declaration.family {
    case "poisson": .poisson
    case "gaussian": .gaussian
    case "binomial": .binomial
    default: .negativeBinomial(theta: nil)
    }
  }

  private var method: RegressionFit.Method { declaration.method.flatMap(RegressionFit.Method.init(rawValue:)) ?? .automatic }

  /// Fits the rows given (all where nil) of the flow's table.
  /// - Parameter method: the declared one where nil.
  /// - Throws: `FindingsError` that names the row by municipality, area, kind and period.
  func fit(_ table: FlowTable, panel: Panel, rows: [Int]? = nil, method: RegressionFit.Method? = nil) throws -> RegressionResult {
    do throws(RegressionError) {
      return try RegressionFit.fit(
        formula: formula, data: rows.map(table.data.rows) ?? table.data, family: family, link: link, offset: offset, weights: weights,
        method: method ?? self.method, quadraturePoints: quadraturePoints)
    } catch {
      throw wording(table, panel, rows).error(error)
    }
  }

  /// Predicts rows of the flow's table; groups that the fit has not seen get the population's mean.
  func predict(_ table: FlowTable, panel: Panel, rows: [Int], by result: RegressionResult) throws -> [RegressionResult.Prediction] {
    do throws(DataError) {
      return try result.predict(table.data.rows(rows))
    } catch {
      throw wording(table, panel, rows).error(error)
    }
  }

  private func wording(_ table: FlowTable, _ panel: Panel, _ rows: [Int]?) -> RegressionWording {
    Self.wording(declaration, origin) { .words(table.name(of: rows?[$0] ?? $0, in: panel)) }
  }
}
