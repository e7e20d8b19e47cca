/// A time at which a cluster of citizens may be admitted to a stratum; whether it is depends on the plan.
///
/// Arrivals come at a rate that is never below the base's. A plan takes those whose `threshold` lies below its expected
/// clusters of the period (thinning: Lewis & Shedler, Naval Research Logistics Quarterly 26, 1979), so that plans with
/// fewer admissions admit some of the same citizens at the same times. What a plan has above that rate arrives apart.
struct Arrival {
  var stratum: Int32
  var period: Int32
  /// Days from the origin.
  var time: Double
  /// A uniform share of the rate's clusters in the period.
  var threshold: Double
  /// Citizens expected in the stratum and period: by the base, or of arrivals above its rate by the plan.
  var mean: Double
  /// Of the cluster's random numbers; the first has become `threshold`.
  var key: UInt64
  /// The first of the base's citizens that came with it.
  var firstCitizen: Int32
}
