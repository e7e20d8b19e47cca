internal import LinearAlgebra

/// What a search found about the prior covariances, with standard errors by the delta method.
struct CovarianceEstimates {
  /// Of the blocks' columns as the engine has them.
  var covariances: [Matrix] = []
  /// Of the columns before they were centred and scaled; `errors` are theirs.
  var reported: [Matrix] = []
  var errors: [Matrix?] = []
  var logErrors: [Double?] = []

  /// `parameters` is the covariance of all parameters in the order of `VarianceSearch.parameters`.
  init(_ priors: [BlockCovariance], _ parameters: Matrix?) {
    var first = 0
    for prior in priors {
      let d = prior.width
      covariances.append(CovarianceEstimates.matrix(prior.isOn ? prior.settled : prior.covariance, d))
      reported.append(CovarianceEstimates.matrix(prior.isOn ? prior.reported : prior.covariance, d))
      let own = prior.parameterCount > 0 ? parameters.map { VarianceSearch.part(of: $0, Array(first..<(first + prior.parameterCount))) } : nil
      errors.append(own.map { CovarianceEstimates.errors(prior, $0) })
      logErrors.append(own.flatMap { d == 1 ? $0[0, 0].squareRoot() : nil })
      first += prior.parameterCount
    }
  }

  private static func matrix(_ rows: [Double], _ d: Int) -> Matrix {
    var matrix = Matrix(rows: d, columns: d)
    for i in 0..<d { for j in 0..<d { matrix[i, j] = rows[i * d + j] } }
    return matrix
  }

  private static func errors(_ prior: BlockCovariance, _ parameters: Matrix) -> Matrix {
    let (d, x) = (prior.width, prior.parameters)
    let reach = 1e-5
    let slopes = x.indices.map { k -> [Double] in
      let ends = [-reach, reach].map { step -> [Double] in
        var (copy, moved) = (prior, x)
        moved[k] += step
        copy.set(parameters: moved[...])
        return copy.transformed(copy.covariance)
      }
      return zip(ends[1], ends[0]).map { ($0 - $1) / (2 * reach) }
    }
    var result = Matrix(rows: d, columns: d)
    for i in 0..<(d * d) {
      var variance = 0.0
      for k in x.indices { for l in x.indices { variance += slopes[k][i] * slopes[l][i] * parameters[k, l] } }
      result[i / d, i % d] = variance.squareRoot()
    }
    return result
  }
}
