internal import Groundwork
internal import Regression

/// What the command line asks of a fit.
struct FitRequest {
  let formula: String
  let family: Family
  let link: Link?
  let offset: String?
  let weights: String?
  let method: RegressionFit.Method

  /// - Throws: `UsageError` where the formula or an option does not fit the file's columns, `FindingsError` where the
  ///   file's content does not allow the fit.
  func fit(to file: DataFile) throws -> RegressionResult {
    let wording = RegressionWording(formula: formula, file: file)
    let parsed: Formula
    do throws(FormulaError) {
      parsed = try Formula(parsing: formula)
    } catch {
      throw wording.error(error, in: formula, option: "--formula")
    }
    var offsetExpression: Expression?
    if let offset {
      do throws(FormulaError) {
        offsetExpression = try Expression(parsing: offset)
      } catch {
        throw wording.error(error, in: offset, option: "--offset")
      }
      try requireColumns(offset, option: "--offset", file, wording)
    }
    if let weights { try requireColumn(weights, option: "--weights", file) }
    do throws(RegressionError) {
      return try RegressionFit.fit(
        formula: parsed, data: file.table, family: family, link: link, offset: offsetExpression, weights: weights, method: method)
    } catch {
      throw wording.error(error)
    }
  }

  private func requireColumn(_ name: String, option: String, _ file: DataFile) throws {
    guard file.table[name] == nil else { return }
    throw UsageError(
      Phrase(da: "\(option): der er ingen kolonne »\(name)«. ", en: "\(option): there is no column “\(name)”. ")
        + NearestName.hint(name, among: file.table.names, listAtMost: 20))
  }

  /// The front door knows columns by their place in the formula; those of the offset are looked for here.
  private func requireColumns(_ offset: String, option: String, _ file: DataFile, _ wording: RegressionWording) throws {
    let words = offset.matches(of: /[\p{L}_.][\p{L}\p{N}_.]*/).map { String($0.0) }
    let functions = Set(Expression.Function.allCases.map(\.rawValue))
    for word in words where !functions.contains(word) && !offset.contains("`") { try requireColumn(word, option: option, file) }
  }
}
