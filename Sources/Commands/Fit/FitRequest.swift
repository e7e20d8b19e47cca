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
  /// Points of quadrature; 1 is Laplace's approximation.
  let quadraturePoints: Int

  /// - Throws: `UsageError` where the formula or an option does not fit the file's columns, `FindingsError` where the
  ///   file's content does not allow the fit.
  func fit(to file: DataFile) throws -> RegressionResult {
    let wording = RegressionWording(formula: formula, file: file)
    let parsed: Formula
    do throws(FormulaError) {
      parsed = try Formula(parsing: formula)
    } catch {
      throw wording.error(error)
    }
    var offsetExpression: Expression?
    if let offset {
      do throws(FormulaError) {
        offsetExpression = try Expression(parsing: offset)
      } catch {
        throw wording.error(error, in: .init(text: offset, origin: .option("--offset")))
      }
      for use in offsetExpression?.columnUses ?? [] where file.table[use.name] == nil {
        throw wording.unknownColumn(use.name, at: use.position, in: .init(text: offset, origin: .option("--offset")))
      }
    }
    if let weights { try requireColumn(weights, option: "--weights", file) }
    do throws(RegressionError) {
      return try RegressionFit.fit(
        formula: parsed, data: file.table, family: family, link: link, offset: offsetExpression, weights: weights, method: method,
        quadraturePoints: quadraturePoints)
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
}
