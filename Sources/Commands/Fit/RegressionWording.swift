internal import Groundwork
internal import Regression

/// The one place in which a fit's errors and warnings become sentences.
struct RegressionWording {
  /// A text that a person wrote, such as a formula, and where.
  struct Written {
    enum Origin {
      /// On the command line.
      case option(String)
      /// In plads.toml: the place of each character, and of the end.
      case settings([TextPlace])
    }

    let text: String
    let origin: Origin
  }

  /// How a row of the data is called.
  enum RowName {
    case line(Int)
    case words(String)
  }

  let formula: Written
  /// The columns there are.
  let names: [String]
  /// What holds the data; nil where it was made from a project.
  let file: String?
  let row: (Int) -> RowName

  // MARK: Formula

  /// A sentence, and the formula with a mark below the character it is about.
  func error(_ error: FormulaError, in written: Written? = nil) -> any Error {
    let (position, reason) = Self.describe(error)
    return complaint(reason, in: written ?? formula, at: position)
  }

  /// A wrong command line, or a finding about plads.toml.
  func complaint(_ reason: Phrase, in written: Written, at position: Int?, value: String? = nil) -> any Error {
    let mark = position.map { Phrase(Self.marked(written.text, at: $0)) } ?? Phrase("")
    switch written.origin {
    case .option(let option):
      let place = position.map { Phrase(da: "\(option), tegn \($0 + 1): ", en: "\(option), character \($0 + 1): ") }
      return UsageError((place ?? Phrase("\(option): ")) + reason + mark)
    case .settings(let places):
      let place = places.isEmpty ? nil : places[min(position ?? 0, places.count - 1)]
      return FindingsError(
        Finding(
          .error, file: "plads.toml", row: place?.line, column: place.map { String($0.column) }, value: value, message: reason + mark,
          remedy: Phrase("")))
    }
  }

  /// The line of the text that the place is in, and a mark below.
  private static func marked(_ text: String, at position: Int) -> String {
    let characters = Array(text)
    let before = characters.prefix(position).lastIndex(where: \.isNewline).map { $0 + 1 } ?? 0
    let after = characters[min(position, characters.count)...].firstIndex(where: \.isNewline) ?? characters.count
    let line = String(characters[before..<after]).replacing("\t", with: " ")
    return "\n  \(line)\n  " + String(repeating: " ", count: position - before) + "^"
  }

  private static func describe(_ error: FormulaError) -> (position: Int?, reason: Phrase) {
    switch error {
    case .unexpected(let text, let position):
      (position, Phrase(da: "»\(text)« kan ikke stå her.", en: "“\(text)” cannot stand here."))
    case .unexpectedEnd(let position): (position, Phrase(da: "formlen slutter for tidligt.", en: "the formula ends too early."))
    case .unclosedQuote(let position): (position, Phrase(da: "citationstegnet lukkes aldrig.", en: "the quote is never closed."))
    case .badNumber(let text, let position):
      (position, Phrase(da: "»\(text)« er ikke et tal.", en: "“\(text)” is not a number."))
    case .unknownFunction(let name, let position):
      (
        position,
        Phrase(da: "der er ingen funktion »\(name)«. ", en: "there is no function “\(name)”. ")
          + NearestName.hint(name, among: functions)
      )
    case .missingResponse:
      (nil, Phrase(da: "der mangler en responsvariabel foran ~.", en: "the response before ~ is missing."))
    case .misplacedGroup(let position):
      (
        position,
        Phrase(
          da: "led som ( | ), s(), rw(), trend() og ridge() kan kun lægges til med +.",
          en: "terms such as ( | ), s(), rw(), trend() and ridge() can only be added with +.")
      )
    case .badArgument(let argument, let function, let position):
      (position, badArgument(argument, function))
    case .notYetSupported(let text, let position):
      (position, Phrase(da: "»\(text)« kommer i en senere udgave.", en: "“\(text)” comes in a later version."))
    }
  }

  private static func badArgument(_ argument: String, _ function: String) -> Phrase {
    let form =
      switch function {
      case "s": "s(t, by=gruppe, k=10)"
      case "rw": "rw(t, by=gruppe)"
      case "trend": "trend(t, by=gruppe, damping=0.98)"
      default: "ridge(x, z, lambda=1, scale=true)"
      }
    let english = form.replacing("gruppe", with: "group")
    return Phrase(
      da: "»\(argument)« mangler, kendes ikke eller har en værdi uden for sit område. \(function) skrives \(form); k er 4 til 200, damping 0 til 1.",
      en: "“\(argument)” is missing, not known or has a value out of range. \(function) is written \(english); k is 4 to 200, damping 0 to 1.")
  }

  private static let functions = Expression.Function.allCases.map(\.rawValue) + ["factor", "offset", "s", "rw", "trend", "ridge"]

  // MARK: Fit

  func error(_ error: RegressionError) -> any Error {
    switch error {
    case .formula(let error): return self.error(error)
    case .data(let error): return self.error(error)
    case .invalidResponse(let row, let value):
      return finding(
        row: row, value: NumberText.machine(value),
        Phrase(da: "værdien passer ikke til familien.", en: "the value does not suit the family."),
        Phrase(da: "Antal skal være hele og ikke negative, og højst lige så mange som forsøg.", en: "Counts must be whole and not negative, and no more than trials."))
    case .invalidWeight(let row):
      return finding(row: row, Phrase(da: "vægten er ikke et tal fra 0 og op.", en: "the weight is not a number from 0 up."))
    case .invalidOffset(let row):
      return finding(row: row, Phrase(da: "offset har ingen endelig værdi.", en: "the offset has no finite value."))
    case .noPositiveWeight: return finding(Phrase(da: "ingen række har en vægt (eller forsøg) over 0.", en: "no row has a weight (or trials) above 0."))
    case .unsupportedLink(let family, let link):
      let family = family.hasPrefix("negativeBinomial") ? "negative_binomial" : family
      let reason = Phrase(da: "link \(link) går ikke sammen med \(family).", en: "link \(link) does not go with \(family).")
      if case .option = formula.origin { return UsageError(Phrase("--link: ") + reason) }
      return complaint(reason, in: formula, at: nil)
    case .responseForm(let what):
      return complaint(
        Phrase(da: "responsens form passer ikke til familien (\(what)).", en: "the form of the response does not suit the family (\(what))."),
        in: formula, at: nil)
    case .rankDeficient(let terms):
      return finding(
        Phrase(
          da: "leddene \(Self.list(terms)) kan ikke skelnes fra de andre.", en: "the terms \(Self.list(terms)) cannot be told from the others."),
        Phrase(da: "Fjern dem af formlen.", en: "Take them out of the formula."))
    case .separation(let terms):
      return finding(
        Phrase(
          da: "leddene \(Self.list(terms)) skiller udfaldene helt, så estimatet er uendeligt.",
          en: "the terms \(Self.list(terms)) separate the outcomes, so that the estimate is infinite."),
        Phrase(da: "Fjern dem, eller slå niveauer sammen.", en: "Take them out, or join levels."))
    case .oneOutcome(let outcome): return finding(Self.describe(outcome), Self.remedy)
    case .noSpread:
      return finding(
        Phrase(
          da: "responsen har ingen spredning tilbage, som varianser kan bestemmes af.",
          en: "the response has no spread left from which variances could be told."),
        Phrase(
          da: "Den er konstant, eller leddene og grupperne rammer den præcis; gør formlen enklere.",
          en: "It is constant, or terms and groups fit it exactly; make the formula simpler."))
    case .unidentifiedVariance(let group):
      return finding(
        Phrase(
          da: "\(group) har lige så mange niveauer som rækker, så dens varians ikke kan skelnes fra residualernes.",
          en: "\(group) has as many levels as rows, so that its variance cannot be told from the residuals'."),
        Phrase(da: "Fjern leddet.", en: "Take the term out."))
    case .unsupportedQuadrature:
      let reason = Phrase(
        da: "kvadratur med flere punkter kræver netop ét led som (1 | gruppe), uden --reml.",
        en: "quadrature with more points needs exactly one term such as (1 | group), without --reml.")
      if case .option = formula.origin { return UsageError(Phrase("--quadrature: ") + reason) }
      return complaint(reason, in: formula, at: nil)
    case .nonConvergence(let trace):
      return finding(
        Phrase(da: "beregningen fandt intet optimum. Gør formlen enklere.", en: "the computation found no optimum. Make the formula simpler.")
          + Self.text(trace))
    case .numericalBreakdown(let place, let trace):
      return finding(
        Phrase(
          da: "tallene blev uendelige undervejs (\(place)). Se efter ekstreme værdier, eller skalér kolonnerne.",
          en: "numbers became infinite on the way (\(place)). Look for extreme values, or scale the columns.") + Self.text(trace))
    }
  }

  private static func describe(_ outcome: RegressionError.Outcome) -> Phrase {
    switch outcome {
    case .zeros:
      Phrase(
        da: "alle antal i responsen er nul: middelværdiens logaritme er minus uendelig, og intet led kan estimeres.",
        en: "every count of the response is zero: the log of their mean is minus infinity, and no term can be estimated.")
    case .failures:
      Phrase(
        da: "responsen har ingen succeser: sandsynligheden estimeres til 0, og intet led kan estimeres.",
        en: "the response has no successes: the probability is estimated as 0, and no term can be estimated.")
    case .successes:
      Phrase(
        da: "responsen har lutter succeser: sandsynligheden estimeres til 1, og intet led kan estimeres.",
        en: "the response has nothing but successes: the probability is estimated as 1, and no term can be estimated.")
    }
  }

  private static let remedy = Phrase(
    da: "Vælg rækker med forskellige udfald, eller en anden respons.", en: "Choose rows with different outcomes, or another response.")

  func unknownColumn(_ name: String, at position: Int, in written: Written) -> any Error {
    let position = Self.place(of: name, in: written.text, from: position) ?? position
    return complaint(
      Phrase(da: "der er ingen kolonne »\(name)«. ", en: "there is no column “\(name)”. ") + NearestName.hint(name, among: names, listAtMost: 20),
      in: written, at: position)
  }

  /// Where the name stands first from a place on: the term that needs a column may begin before its name.
  private static func place(of name: String, in text: String, from position: Int) -> Int? {
    let (characters, wanted) = (Array(text), Array(name))
    func isName(_ index: Int) -> Bool {
      characters.indices.contains(index) && (characters[index].isLetter || characters[index].isNumber || "._".contains(characters[index]))
    }
    guard !wanted.isEmpty, position >= 0, characters.count >= wanted.count + position else { return nil }
    return (position...(characters.count - wanted.count)).first { start in
      Array(characters[start..<(start + wanted.count)]) == wanted && !isName(start - 1) && !isName(start + wanted.count)
    }
  }

  func error(_ error: DataError) -> any Error {
    switch error {
    case .unknownColumn(let name, let position):
      return unknownColumn(name, at: position, in: formula)
    case .notNumeric(let column):
      return finding(
        column: column, Phrase(da: "kolonnen skal være tal.", en: "the column must be numbers."),
        Phrase(da: "Ret de værdier, som ikke er tal.", en: "Mend the values that are no numbers."))
    case .missing(let column, let row):
      return finding(
        row: row, column: column, Phrase(da: "værdien mangler.", en: "the value is missing."),
        Phrase(da: "Udfyld den, eller slet rækken; ingen række udelades af sig selv.", en: "Fill it in or delete the row; no row is left out by itself."))
    case .notFinite(let term, let row):
      return finding(
        row: row, Phrase(da: "\(term) har ingen endelig værdi.", en: "\(term) has no finite value."),
        Phrase(da: "Fx er log af 0 ikke et tal.", en: "The log of 0, for one, is not a number."))
    case .unknownLevel(let column, let level, let row):
      return finding(
        row: row, column: column, value: level, Phrase(da: "er ikke et af de nævnte niveauer.", en: "is not one of the levels listed."))
    case .tooFewLevels(let column):
      return finding(
        column: column, Phrase(da: "en faktor skal have mindst to niveauer.", en: "a factor needs at least two levels."))
    case .constantColumn(let term):
      return complaint(
        Phrase(
          da: "\(term) er det samme tal i alle rækker og kan ikke udglattes eller straffes.",
          en: "\(term) is the same number in every row and cannot be smoothed or penalised."), in: formula, at: nil)
    case .tooManyValues(let term, let count, let limit):
      return complaint(
        Phrase(
          da: "\(term) har \(count) forskellige værdier; rw() tager højst \(limit). Afrund dem, eller brug s().",
          en: "\(term) has \(count) distinct values; rw() takes at most \(limit). Round them, or use s()."), in: formula, at: nil)
    case .badPenalty(_, let position):
      return complaint(Phrase(da: "lambda skal være et tal fra 0 og op.", en: "lambda must be a number from 0 up."), in: formula, at: position)
    case .noRows: return finding(Phrase(da: "der er ingen rækker.", en: "there are no rows."))
    case .lengthMismatch(let expected, let found):
      return finding(Phrase(da: "\(found) værdier i stedet for \(expected).", en: "\(found) values instead of \(expected)."))
    }
  }

  private func finding(
    row: Int? = nil, column: String? = nil, value: String? = nil, _ message: Phrase, _ remedy: Phrase = Phrase("")
  ) -> FindingsError {
    var (line, value, column, message) = (Int?.none, value, column, message)
    if let row {
      switch self.row(row) {
      case .line(let number): line = number
      case .words(let words):
        // A row of a project's panel stands in no file of its own.
        let subject = [column, value.map { "»\($0)«" }, "(\(words)): "].compactMap(\.self).joined(separator: " ")
        message = Phrase(subject) + message
        (value, column) = (nil, nil)
      }
    }
    var place = file
    if case .settings(let places) = formula.origin {
      place = "plads.toml"
      line = line ?? places.first?.line
    }
    return FindingsError(Finding(.error, file: place, row: line, column: column, value: value, message: message, remedy: remedy))
  }

  private static func list(_ terms: [String]) -> String { terms.joined(separator: ", ") }

  /// The last steps of an optimisation, a line each.
  /// The last steps, one on each line below the sentence.
  private static func text(_ trace: [IterationRecord]) -> Phrase {
    trace.suffix(10).reduce(Phrase("")) { text, step in
      let (value, change) = (EstimateText.number(step.criterion), EstimateText.number(step.change))
      return text
        + Phrase(
          da: "\n  \(step.phase) \(step.iteration): kriterium \(value.da), ændring \(change.da)",
          en: "\n  \(step.phase) \(step.iteration): criterion \(value.en), change \(change.en)")
    }
  }

  // MARK: Warnings

  static func code(_ warning: RegressionWarning) -> String {
    switch warning {
    case .aliased: "aliased"
    case .fittedAtBound: "fitted_at_bound"
    case .thetaAtBound: "theta_at_bound"
    case .zeroVariance: "zero_variance"
    case .singularCovariance: "singular_covariance"
    case .noResidualDegrees: "no_residual_degrees"
    case .approximate: "approximate"
    case .quadratureUnneeded: "quadrature_unneeded"
    }
  }

  static func phrase(_ warning: RegressionWarning) -> Phrase {
    switch warning {
    case .aliased(let terms):
      Phrase(
        da: "udeladt, fordi de følger af andre led: \(list(terms)).", en: "left out because they follow from other terms: \(list(terms)).")
    case .fittedAtBound(let rows):
      Phrase(
        da: "\(rows) rækker har en forventet værdi ved grænsen; estimater kan være uendelige.",
        en: "\(rows) rows have a fitted value at its bound; estimates may be infinite.")
    case .thetaAtBound:
      Phrase(da: "ingen overspredning: modellen er en Poisson.", en: "no overdispersion: the model is a Poisson one.")
    case .zeroVariance(let group, let term):
      Phrase(
        da: "variansen af \(group)\(term.isEmpty ? "" : ", " + term) er nul.",
        en: "the variance of \(group)\(term.isEmpty ? "" : ", " + term) is zero.")
    case .singularCovariance(let group):
      Phrase(
        da: "kovariansen af \(group) er singulær: en korrelation er ±1, eller en varians er nul.",
        en: "the covariance of \(group) is singular: a correlation is ±1, or a variance is zero.")
    case .noResidualDegrees:
      Phrase(da: "der er ingen frihedsgrader tilbage til residualerne.", en: "no degrees of freedom are left for the residuals.")
    case .approximate(let what): Phrase(da: "tilnærmet: \(what).", en: "approximate: \(what).")
    case .quadratureUnneeded:
      Phrase(
        da: "--quadrature ændrer intet: en normalfordelt models integral er eksakt uden.",
        en: "--quadrature changes nothing: a Gaussian model's integral is exact without it.")
    }
  }
}

extension RegressionWording {
  /// Of a formula on the command line for a table in a file.
  init(formula: String, file: DataFile) {
    self.init(
      formula: Written(text: formula, origin: .option("--formula")), names: file.table.names, file: file.file,
      row: { .line(file.line($0)) })
  }
}
