/// The downhill simplex of Nelder and Mead (Computer Journal 7, 1965), for smooth functions of a few parameters.
enum NelderMead {
  /// - Parameters:
  ///   - start: where the search begins; `step` away along each axis lie the other corners.
  ///   - value: may be infinite where a point is not allowed.
  /// - Returns: the best point found within `limit` evaluations, or when corners agree to `tolerance`.
  static func minimum(
    from start: [Double], step: Double, limit: Int = 600, tolerance: Double = 1e-8, _ value: ([Double]) -> Double
  ) -> (point: [Double], value: Double) {
    var corners = [(point: start, value: value(start))]
    for axis in start.indices {
      var point = start
      point[axis] += step
      corners.append((point, value(point)))
    }
    var evaluations = corners.count
    func along(_ centre: [Double], _ worst: [Double], _ factor: Double) -> (point: [Double], value: Double) {
      let point = zip(centre, worst).map { $0 + factor * ($0 - $1) }
      evaluations += 1
      return (point, value(point))
    }
    while evaluations < limit {
      corners.sort { $0.value < $1.value }
      let (best, worst) = (corners[0], corners[corners.count - 1])
      if worst.value - best.value <= tolerance * (abs(best.value) + tolerance) { break }
      let centre = start.indices.map { axis in corners.dropLast().reduce(0) { $0 + $1.point[axis] } / Double(start.count) }
      let reflected = along(centre, worst.point, 1)
      if reflected.value < best.value {
        let expanded = along(centre, worst.point, 2)
        corners[corners.count - 1] = expanded.value < reflected.value ? expanded : reflected
      } else if reflected.value < corners[corners.count - 2].value {
        corners[corners.count - 1] = reflected
      } else {
        let contracted = along(centre, worst.point, reflected.value < worst.value ? 0.5 : -0.5)
        if contracted.value < min(worst.value, reflected.value) {
          corners[corners.count - 1] = contracted
        } else {
          for index in corners.indices.dropFirst() {
            corners[index].point = zip(corners[index].point, best.point).map { ($0 + $1) / 2 }
            corners[index].value = value(corners[index].point)
            evaluations += 1
          }
        }
      }
    }
    return corners.min { $0.value < $1.value } ?? (start, .infinity)
  }
}
