import Groundwork
import Placements

extension RuleSet {
  private static let topKeys = ["title_da", "title_en", "valid_from", "valid_to", "source"]

  /// Reads one file of rules.
  /// - Parameter name: the file's name without its ending.
  /// - Throws: `FindingsError` with every unknown key, wrong value and contradiction, with line and column.
  public init(text: String, file: String, name: String) throws {
    var reader = RuleReader(source: try PositionedTOML(text: text, file: file))
    guard !reader.source.root.isEmpty else {
      throw FindingsError(
        Finding(
          .error, file: file, message: Phrase(da: "er tom: der er ingen regler i filen.", en: "is empty: there are no rules in the file."),
          remedy: Phrase(da: "Kopiér et regelsæt fra Data/rules og ret det.", en: "Copy a rule set from Data/rules and change it.")))
    }
    reader.checkKeys(top: Self.topKeys)
    let danish = reader.string("title_da")
    let english = reader.string("title_en")
    let title = Phrase(da: danish ?? english ?? name, en: english ?? danish ?? name)
    self.init(
      name: name, title: title, validFrom: reader.day("valid_from"), validTo: reader.day("valid_to"), source: reader.string("source") ?? "")
    if let validFrom, let validTo, validTo < validFrom {
      reader.contradiction("valid_to", Phrase(da: "ligger før valid_from (\(validFrom.iso)).", en: "lies before valid_from (\(validFrom.iso))."))
    }
    readTariff(&reader)
    readBudget(&reader)
    readTimes(&reader)
    readWaiting(&reader)
    readKey(&reader)
    notes = reader.notes
    guard reader.findings.isEmpty else { throw FindingsError(reader.findings) }
  }

  private mutating func readTariff(_ reader: inout RuleReader) {
    if let source = reader.word(.occupancyFrom, among: OccupancySource.allCases.map(\.rawValue)).flatMap(OccupancySource.init) {
      tariff.occupancyFrom = source
    }
    tariff.floor = reader.share(.occupancyFloor, in: 0...1.5)
    tariff.floorShort = reader.share(.occupancyFloorShort, in: 0...1.5)
    tariff.cap = reader.share(.occupancyCap, in: 0...1.5)
    for (key, floor) in [(RuleKey.occupancyFloor, tariff.floor), (.occupancyFloorShort, tariff.floorShort)] {
      if let floor, let cap = tariff.cap, floor > cap {
        reader.contradiction(key.rawValue, Phrase(da: "er højere end occupancy_cap (\(NumberText.machine(cap.value))).", en: "is higher than occupancy_cap (\(NumberText.machine(cap.value)))."))
      }
    }
    if let lag = reader.whole(.occupancyLag, in: 1...10) { tariff.lagYears = lag }
    if tariff.occupancyFrom == .given { reader.needs(.occupancyLag, Phrase(da: "kræver occupancy_from = \"accounts\".", en: "needs occupancy_from = \"accounts\".")) }
    tariff.overhead = reader.share(.overhead, in: 0...1)
    tariff.growthCap = reader.share(.growthCap, in: -0.5...0.5)
    let package = reader.word(.package, among: ["step", "hourly"])
    let (hours, dayHours) = (reader.share(.packageHours, in: 0.01...168), reader.share(.packageHoursDay, in: 0.01...168))
    if package == "step" {
      if let hours { tariff.package = .step(hours: hours, dayHours: dayHours ?? hours) } else { reader.missing(.packageHours, beside: .package) }
    } else {
      if package == "hourly" { tariff.package = .hourly }
      for key in [RuleKey.packageHours, .packageHoursDay] { reader.needs(key, Phrase(da: "kræver package = \"step\".", en: "needs package = \"step\".")) }
    }
  }

  private mutating func readBudget(_ reader: inout RuleReader) {
    let share = reader.share(.adjustmentShare, in: 0...1)
    let base = reader.word(.adjustmentBase, among: AdjustmentBase.allCases.map(\.rawValue)).flatMap(AdjustmentBase.init)
    let tolerance = reader.share(.tolerance, in: 0...1)
    if let share {
      adjustment = Adjustment(share: share, base: base ?? .tariff, tolerance: tolerance)
    } else if reader.has(section: "adjustment") {
      reader.missing(.adjustmentShare, beside: nil)
    }
    let band = reader.share(.settlementBand, in: 0...1)
    let lag = reader.whole(.settlementLag, in: 1...10)
    let use = reader.whole(.settlementUse, in: 1...20)
    if let lag {
      settlement = Settlement(band: band ?? .zero, lagYears: lag, useWithinYears: use)
    } else if reader.has(section: "settlement") {
      reader.missing(.settlementLag, beside: nil)
    }
    occupancyAlert = reader.share(.occupancyAlert, in: 0...1)
  }

  private mutating func readTimes(_ reader: inout RuleReader) {
    let kind = reader.word(.noticeKind, among: ["day_to_day", "current_month_plus"])
    let months = reader.whole(.noticeMonths, in: 0...24)
    if kind == "day_to_day" {
      notice = .dayToDay
      reader.needs(.noticeMonths, Phrase(da: "passer ikke til kind = \"day_to_day\".", en: "does not fit kind = \"day_to_day\"."))
    } else if let months {
      notice = .currentMonthPlus(months)
    }
    if let months = reader.whole(.adaptationMonths, in: 1...120) { adaptation.months = months }
    if let months = reader.whole(.unavoidableMonths, in: 0...120) { adaptation.fullMonths = months }
    if let floor = reader.share(.unavoidableFloor, in: 0...1) { adaptation.floor = floor }
    if !reader.has(.unavoidableMonths) {
      adaptation.fullMonths = min(adaptation.fullMonths, adaptation.months)
    } else if adaptation.fullMonths > adaptation.months {
      reader.contradiction(
        RuleKey.unavoidableMonths.rawValue,
        Phrase(da: "er længere end tilpasningstiden months (\(adaptation.months)).", en: "is longer than the adaptation time months (\(adaptation.months))."))
    }
    if let years = reader.whole(.closingYears, in: 1...20) { closingYears = years }
    closing.severance = reader.share(.closingSeverance, in: 0...3)
    closing.lease = reader.share(.closingLease, in: 0...10)
    closing.residualValue = reader.share(.closingResidual, in: 0...10)
    closing.inventorySale = reader.share(.closingInventory, in: 0...10)
    if let years = reader.whole(.startUpYears, in: 0...20) { startUpYears = years }
  }

  private mutating func readWaiting(_ reader: inout RuleReader) {
    if let limit = reader.word(.waitingLimit, among: PlacesLimit.allCases.map(\.rawValue)).flatMap(PlacesLimit.init) { waiting.limit = limit }
    waiting.duty = reader.word(.waitingDuty, among: AdmissionDuty.allCases.map(\.rawValue)).flatMap(AdmissionDuty.init)
    if let months = reader.whole(.waitingRefill, in: 0...12) { waiting.refillMonths = months }
    if let share = reader.share(.waitingLeave, in: 0...1) { waiting.leaveShare = share }
    if let factor = reader.share(.waitingHost, in: 0.01...100) { waiting.hostFactor = factor }
    if let elasticity = reader.share(.waitingPrice, in: 0...10) { waiting.priceElasticity = elasticity }
    if waiting.duty != nil {
      reader.needs(.waitingRefill, Phrase(da: "passer ikke til duty: pladsen besættes straks.", en: "does not fit duty: the place is filled at once."))
    }
    if waiting.duty == .always {
      reader.needs(.waitingLeave, Phrase(da: "passer ikke til duty = \"always\": ingen mangler en plads.", en: "does not fit duty = \"always\": nobody lacks a place."))
    }
  }

  private mutating func readKey(_ reader: inout RuleReader) {
    let from = reader.whole(.keyAgeFrom, in: 0...120) ?? keyAges.lowerBound
    let to = reader.whole(.keyAgeTo, in: 0...120) ?? keyAges.upperBound
    guard from <= to else {
      return reader.contradiction(RuleKey.keyAgeTo.rawValue, Phrase(da: "er lavere end age_from (\(from)).", en: "is lower than age_from (\(from))."))
    }
    keyAges = from...to
  }
}
