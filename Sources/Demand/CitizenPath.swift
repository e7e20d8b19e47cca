/// One uninterrupted time of one citizen in one offer; times in days from the origin.
struct Spell {
  enum Entry: UInt8 { case resident, admission, move }
  enum Cause: UInt8 { case stays, homecoming, otherExit, ageOut, move }

  var citizen: Int32
  var stratum: Int32
  /// −1 where the source does not count by offer.
  var offer: Int32
  var entry: Entry
  var cause: Cause
  /// What is known of the citizen, as in `StayTraits`; 0 where nothing is.
  var birthYear: Int16 = 0
  var profile: Int32 = 0
  /// The number of the spell's first clock among the citizen's random numbers.
  var clock: UInt32 = 0
  /// From when its clocks run: before its start where the citizen moved by a closure; not a number where they no longer are those of the stratum.
  var clockStart = 0.0
  /// When the citizen was admitted, before any transfer; minus infinity where it is not known.
  var admitted: Double
  var start: Double
  var end: Double
  /// Identifies the citizen's random numbers.
  var key: UInt64
}
