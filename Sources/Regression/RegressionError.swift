/// One step of an optimisation, for reports of what happened.
public struct IterationRecord: Equatable, Sendable {
  public let iteration: Int
  /// Deviance, or the criterion that is minimised.
  public let criterion: Double
  /// The largest change, in the unit of what is iterated.
  public let change: Double
  /// What was iterated: "irls", "theta", "fellner-schall", "newton".
  public let phase: String

  public init(iteration: Int, criterion: Double, change: Double, phase: String) {
    self.iteration = iteration
    self.criterion = criterion
    self.change = change
    self.phase = phase
  }
}

/// Why a fit is not possible. Rows count from 0.
public enum RegressionError: Error, Equatable, Sendable {
  case formula(FormulaError)
  case data(DataError)
  /// A negative or fractional count, more successes than trials, or a number that is not finite.
  case invalidResponse(row: Int, value: Double)
  case invalidWeight(row: Int)
  case invalidOffset(row: Int)
  case noPositiveWeight
  /// The family does not go with this link, or the response's form with the family.
  case unsupportedLink(family: String, link: String)
  case responseForm(String)
  /// A Gaussian response without any spread that variances could be told from: constant, or no more rows than columns.
  case noSpread
  /// A Gaussian group with as many levels as rows: its variance cannot be told from the residual's.
  case unidentifiedVariance(group: String)
  /// Quadrature of more than one point without exactly one scalar random effect, or by restricted likelihood.
  case unsupportedQuadrature
  /// More coefficients than rows, or columns that depend on earlier ones where that cannot be worked around.
  case rankDeficient(aliased: [String])
  /// A maximum at infinity: these terms separate the outcomes.
  case separation(terms: [String])
  /// The same where no term is to blame: every row that weighs has the same outcome at the bound of what may be.
  case oneOutcome(Outcome)
  case nonConvergence([IterationRecord])
  /// A value became infinite or NaN on the way.
  case numericalBreakdown(String, [IterationRecord])

  /// What a response holds that has nothing else.
  public enum Outcome: String, Equatable, Sendable {
    /// Every count is zero: the log of their mean is minus infinity.
    case zeros
    /// No trial succeeded.
    case failures
    /// Every trial succeeded.
    case successes
  }
}

/// What a reader of a fit should know; the wording is made elsewhere.
public enum RegressionWarning: Equatable, Sendable {
  /// Terms left out because they depend on earlier ones.
  case aliased(terms: [String])
  /// Fitted probabilities or means so close to their bounds that the estimates may be infinite.
  case fittedAtBound(rows: Int)
  /// No overdispersion was found: theta ran to its upper bound and the model is a Poisson one.
  case thetaAtBound(theta: Double)
  /// A variance whose best value is exactly zero.
  case zeroVariance(group: String, term: String)
  /// A covariance matrix whose best value is singular: correlations of ±1 or variances of zero.
  case singularCovariance(group: String)
  /// No degrees of freedom are left for the residuals.
  case noResidualDegrees
  /// The criterion is the Laplace approximation with the fixed effects at the joint mode.
  case approximate(String)
  /// Points of quadrature were asked for where the integral is exact without them: a Gaussian.
  case quadratureUnneeded
}
