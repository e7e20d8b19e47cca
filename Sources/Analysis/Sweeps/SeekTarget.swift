public import Forecasting
public import Groundwork
public import Placements

/// What a goal seek is to reach: `stock(autisme, 2028-12)=80`, `occupancy(Mosebakken, 2028)=95` or `risk(Mosebakken, 24m)=0.5`.
public struct SeekTarget: Sendable {
  public enum Figure: Hashable, Sendable {
    /// The mean over the draws of a line in a period.
    case measure(Measure, Period)
    /// The probability of reaching the closure trigger within so many months: 12, 24 or 36.
    case risk(months: Int)
  }

  public let text: String
  public let figure: Figure
  /// An area's or offer's id, as the panel has it.
  public let line: ResultKey
  public let value: Double

  public var grouping: Grouping { line.offer.isEmpty ? .area : .offer }

  /// - Throws: `FindingsError` with the nearest name where a word is unknown.
  public init(_ text: String, panel: Panel) throws(FindingsError) {
    let example = Phrase(
      da: "Skriv fx \"risk(Mosebakken,24m)=0.5\" eller \"stock(autisme,2028-12)=80\".", en: "Write for example \"risk(Mosebakken,24m)=0.5\" or \"stock(autisme,2028-12)=80\".")
    func refusal(_ value: String, _ message: Phrase, _ remedy: Phrase) -> FindingsError {
      FindingsError(Finding(.error, value: value, message: message, remedy: remedy))
    }
    guard let open = text.firstIndex(of: "("), let close = text[open...].firstIndex(of: ")"),
      let equals = text[close...].firstIndex(of: "="), let value = Double(text[text.index(after: equals)...].trimmed), value.isFinite
    else { throw refusal(text, Phrase(da: "er intet mål, der kan søges.", en: "is no target that can be sought."), example) }
    let name = text[..<open].trimmed
    let parts = text[text.index(after: open)..<close].split(separator: ",", omittingEmptySubsequences: false).map(\.trimmed)
    guard (2...3).contains(parts.count) else {
      throw refusal(text, Phrase(da: "skal have en linje og et tidspunkt.", en: "needs a line and a time."), example)
    }
    var kind = ServiceKind.residential
    if parts.count == 3 {
      guard let named = ServiceKind(rawValue: parts[2]) else {
        throw refusal(parts[2], Phrase(da: "er ingen art.", en: "is no kind."), NearestName.hint(parts[2], among: ServiceKind.allCases.map(\.rawValue), listAtMost: 10))
      }
      kind = named
    }
    self.text = text
    self.value = value
    guard let line = Self.line(parts[0], kind: kind, panel: panel) else {
      throw refusal(
        parts[0], Phrase(da: "er hverken et område eller et tilbud.", en: "is neither an area nor an offer."),
        NearestName.hint(parts[0], among: panel.areas.map(\.id) + panel.offers.map(\.name)))
    }
    self.line = line
    if name == "risk" {
      guard !line.offer.isEmpty else { throw refusal(parts[0], Phrase(da: "risk er om et tilbud, ikke et område.", en: "risk is about an offer, not an area."), example) }
      guard let months = Int(parts[1].hasSuffix("m") ? String(parts[1].dropLast()) : parts[1]), [12, 24, 36].contains(months) else {
        throw refusal(parts[1], Phrase(da: "risk har 12m, 24m og 36m.", en: "risk has 12m, 24m and 36m."), example)
      }
      guard value > 0, value < 1 else { throw refusal(text, Phrase(da: "en sandsynlighed ligger mellem 0 og 1.", en: "a probability lies between 0 and 1."), example) }
      figure = .risk(months: months)
      return
    }
    let known = Measure.allCases.filter { $0 != .pClosure }.map(\.rawValue)
    guard let measure = Measure(rawValue: name), known.contains(name) else {
      throw refusal(name, Phrase(da: "er intet mål, der kan søges.", en: "is no measure that can be sought."), NearestName.hint(name, among: ["risk"] + known, listAtMost: 20))
    }
    if measure.unit == "percent", value > 0, value <= 1.5 {
      let percent = NumberText.machine(100 * value)
      throw refusal(
        text, Phrase(da: "\(name) er i procent.", en: "\(name) is in per cent."), Phrase(da: "Skriv =\(percent).", en: "Write =\(percent)."))
    }
    guard let period = Period(parts[1]), period.length >= panel.length, period.enclosing(period.length) == period, period.firstDay > panel.origin.lastDay else {
      throw refusal(
        parts[1], Phrase(da: "er ingen hel periode efter \(panel.origin).", en: "is no whole period after \(panel.origin)."),
        Phrase(da: "Skriv fx \(panel.origin.advanced(by: 2 * panel.length.perYear)).", en: "Write for example \(panel.origin.advanced(by: 2 * panel.length.perYear))."))
    }
    figure = .measure(measure, period)
  }

  private static func line(_ name: String, kind: ServiceKind, panel: Panel) -> ResultKey? {
    let form = NearestName.machineForm(name)
    func isNamed(_ id: String, _ full: String) -> Bool { id == name || NearestName.machineForm(id) == form || NearestName.machineForm(full) == form }
    if let offer = panel.offers.first(where: { isNamed($0.id, $0.name) }) { return ResultKey(area: offer.area, offer: offer.id, kind: offer.kind) }
    return panel.areas.first { isNamed($0.id, $0.name) }.map { ResultKey(area: $0.id, kind: kind) }
  }
}

extension StringProtocol {
  fileprivate var trimmed: String {
    var text = Substring(self)
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
