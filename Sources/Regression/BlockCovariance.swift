internal import Glibc

/// The prior covariance of a block's coefficients and the parameters that it is estimated by.
///
/// One variance σ² (its parameter is log σ²), or for an unstructured block Σ = C Cᵀ of the d columns of a level with C
/// lower triangular: the logarithms of its diagonal and its entries below, by rows, in units in which a level's
/// information is about one (Pinheiro and Bates, "Unconstrained parametrizations for variance-covariance matrices",
/// Statistics and Computing 6 (1996)).
struct BlockCovariance {
  let prior: PenalizedBlock.Prior
  /// Columns of a level; 1 unless unstructured.
  let width: Int
  /// σ², or Σ by rows. Zero (all of it) switches the block off.
  private(set) var covariance: [Double]
  /// 1/σ² or Σ⁻¹ by rows.
  private(set) var precision: [Double]
  private(set) var logDeterminant = 0.0
  /// A level's mean information for each column without its penalty: the scale of its precision.
  private(set) var scale: [Double]
  /// C by rows.
  private var root: [Double]
  private let reporting: [Double]?

  /// Smallest prior variance of a direction, in units of one over the scale; below it counts as zero.
  static let smallest = 1e-9

  init(_ block: PenalizedBlock) {
    prior = block.prior
    width = block.isUnstructured ? block.columns.count : 1
    covariance = BlockCovariance.identity(width)
    precision = covariance
    root = covariance
    scale = [Double](repeating: 1, count: width)
    reporting = block.isUnstructured ? block.reporting : nil
  }

  var isOn: Bool { precision[0] > 0 }
  var isGiven: Bool { if case .given = prior { true } else { false } }
  /// Numbers that are estimated.
  var parameterCount: Int { isGiven || !isOn ? 0 : width * (width + 1) / 2 }

  /// The single variance of a block that is not unstructured.
  var variance: Double { covariance[0] }

  private static func identity(_ width: Int) -> [Double] {
    (0..<(width * width)).map { $0 % (width + 1) == 0 ? 1 : 0 }
  }

  // MARK: Setting

  /// σ² of a block with one variance; zero switches it off.
  mutating func setVariance(_ value: Double) {
    covariance = [value]
    precision = [value > 0 ? 1 / value : 0]
    root = [value.squareRoot()]
    logDeterminant = value > 0 ? log(value) : 0
  }

  /// The information's scale; variances start at ten over it.
  mutating func start(scale: [Double], dispersion: Double) {
    self.scale = scale
    if case .given(let penalty) = prior { return setVariance(dispersion / penalty) }
    if width == 1 { return setVariance(10 / scale[0]) }
    setRoot((0..<(width * width)).map { $0 % (width + 1) == 0 ? (10 / scale[$0 / width]).squareRoot() : 0 })
  }

  /// Follows a new dispersion where the penalty is given.
  mutating func follow(dispersion: Double) {
    if case .given(let penalty) = prior { setVariance(dispersion / penalty) }
  }

  /// Σ by its rows; directions without variance are lifted to the smallest.
  mutating func set(covariance sigma: [Double]) {
    if width == 1 { return setVariance(max(sigma[0], 1e-7 / scale[0])) }
    var c = [Double](repeating: 0, count: width * width)
    for i in 0..<width {
      for j in 0...i {
        var sum = sigma[i * width + j]
        for k in 0..<j { sum -= c[i * width + k] * c[j * width + k] }
        c[i * width + j] = i == j ? max(sum, 1e-6 / scale[i]).squareRoot() : sum / c[j * width + j]
      }
    }
    setRoot(c)
  }

  private mutating func setRoot(_ c: [Double]) {
    root = c
    let inverse = BlockCovariance.inverse(c, width)
    logDeterminant = 0
    for i in 0..<width {
      logDeterminant += 2 * log(c[i * width + i])
      for j in 0..<width {
        var (sum, product) = (0.0, 0.0)
        for k in 0...min(i, j) { sum += c[i * width + k] * c[j * width + k] }
        for k in max(i, j)..<width { product += inverse[k * width + i] * inverse[k * width + j] }
        covariance[i * width + j] = sum
        precision[i * width + j] = product
      }
    }
  }

  /// The inverse of a lower triangle.
  private static func inverse(_ c: [Double], _ d: Int) -> [Double] {
    var result = [Double](repeating: 0, count: d * d)
    for j in 0..<d {
      result[j * d + j] = 1 / c[j * d + j]
      for i in (j + 1)..<max(d, j + 1) {
        var sum = 0.0
        for k in j..<i { sum -= c[i * d + k] * result[k * d + j] }
        result[i * d + j] = sum / c[i * d + i]
      }
    }
    return result
  }

  // MARK: Parameters

  /// log σ², or for each row of C the entries below the diagonal in their units and the diagonal's logarithm.
  var parameters: [Double] {
    if parameterCount == 0 { return [] }
    if width == 1 { return [log(covariance[0])] }
    var result: [Double] = []
    for i in 0..<width {
      for j in 0..<i { result.append(root[i * width + j] * scale[i].squareRoot()) }
      result.append(log(root[i * width + i]))
    }
    return result
  }

  /// Lower bounds of the parameters: where a variance counts as zero.
  var bounds: [Double] {
    if parameterCount == 0 { return [] }
    if width == 1 { return [-.infinity] }
    return (0..<width).flatMap { i in
      [Double](repeating: -.infinity, count: i) + [0.5 * log(BlockCovariance.smallest / scale[i])]
    }
  }

  mutating func set(parameters x: ArraySlice<Double>) {
    if width == 1 { return setVariance(exp(x[x.startIndex])) }
    var c = [Double](repeating: 0, count: width * width)
    var next = x.startIndex
    for i in 0..<width {
      for j in 0..<i {
        c[i * width + j] = x[next] / scale[i].squareRoot()
        next += 1
      }
      c[i * width + i] = exp(x[next])
      next += 1
    }
    setRoot(c)
  }

  /// Derivatives in the parameters from the (symmetric) derivative in the precision.
  func slopes(ofPrecision g: [Double]) -> [Double] {
    let d = width
    if d == 1 { return [-g[0] * precision[0]] }
    // dΩ = -Ω dΣ Ω, so the derivative in Σ is K = -Ω g Ω, and that in C is 2 K C.
    var half = [Double](repeating: 0, count: d * d)
    var k = half
    for i in 0..<d { for j in 0..<d { for l in 0..<d { half[i * d + j] += precision[i * d + l] * g[l * d + j] } } }
    for i in 0..<d { for j in 0..<d { for l in 0..<d { k[i * d + j] -= half[i * d + l] * precision[l * d + j] } } }
    var result: [Double] = []
    for i in 0..<d {
      for j in 0...i {
        var slope = 0.0
        for l in 0..<d { slope += 2 * k[i * d + l] * root[l * d + j] }
        result.append(i == j ? slope * root[i * d + i] : slope / scale[i].squareRoot())
      }
    }
    return result
  }

  /// dΩ by rows for each parameter.
  func precisionDerivatives() -> [[Double]] {
    if parameterCount == 0 { return [] }
    if width == 1 { return [[-precision[0]]] }
    let (x, reach) = (parameters, 1e-5)
    return x.indices.map { k in
      let ends = [-reach, reach].map { step -> [Double] in
        var (copy, moved) = (self, x)
        moved[k] += step
        copy.set(parameters: moved[...])
        return copy.precision
      }
      return zip(ends[1], ends[0]).map { ($0 - $1) / (2 * reach) }
    }
  }

  // MARK: Result

  /// Diagonal entries of C at their bound: directions without variance.
  var boundDirections: [Int] {
    guard width > 1 else { return [] }
    return (0..<width).filter { root[$0 * width + $0] * root[$0 * width + $0] * scale[$0] < 1.5 * BlockCovariance.smallest }
  }

  /// Σ as it is reported: of the columns before they were centred and scaled, bound directions exactly zero.
  var reported: [Double] { transformed(settled) }

  /// A Σ Aᵀ.
  func transformed(_ sigma: [Double]) -> [Double] {
    guard let a = reporting else { return sigma }
    let d = width
    var half = [Double](repeating: 0, count: d * d)
    var result = half
    for i in 0..<d { for j in 0..<d { for k in 0..<d { half[i * d + j] += a[i * d + k] * sigma[k * d + j] } } }
    for i in 0..<d { for j in 0..<d { for k in 0..<d { result[i * d + j] += half[i * d + k] * a[j * d + k] } } }
    return result
  }

  /// Σ with the variance of bound directions exactly zero.
  var settled: [Double] {
    let bound = boundDirections
    guard !bound.isEmpty else { return covariance }
    var c = root
    for i in bound { c[i * width + i] = 0 }
    var result = covariance
    for i in 0..<width {
      for j in 0..<width { result[i * width + j] = (0..<width).reduce(0) { $0 + c[i * width + $1] * c[j * width + $1] } }
    }
    // What is left of a variance beside a direction of none is rounding of the bound.
    for i in 0..<width where result[i * width + i] * scale[i] < 10 * BlockCovariance.smallest {
      for j in 0..<width { (result[i * width + j], result[j * width + i]) = (0, 0) }
    }
    return result
  }
}
