public import Groundwork
public import Placements

/// What people call a line of results.
public struct LineNames: Sendable {
  private let panel: Panel
  private let newOffers: [Offer]

  /// - Parameter newOffers: that scenarios have besides the panel's.
  public init(panel: Panel, newOffers: [Offer] = []) {
    self.panel = panel
    self.newOffers = newOffers
  }

  /// The line's region, area and municipality, or its offer, with its kind unless that is residential.
  public func label(_ key: ResultKey) -> Phrase {
    if !key.offer.isEmpty {
      let name = (panel.offers + newOffers).first { $0.id == key.offer }?.name ?? key.offer
      return key.kind == .residential ? Phrase(name) : Phrase(name + ", ") + key.kind.phrase
    }
    let names = [key.area.isEmpty ? "" : area(key.area), key.municipality.isEmpty ? "" : municipality(key.municipality)].filter { !$0.isEmpty }
    let name = names.isEmpty ? key.region : names.joined(separator: ", ")
    if name.isEmpty { return key.kind.phrase }
    return key.kind == .residential ? Phrase(name) : Phrase(name + ", ") + key.kind.phrase
  }

  /// Lines in the order of their names.
  public func sorted(_ keys: some Sequence<ResultKey>) -> [ResultKey] {
    keys.map { (label($0)[.da], $0) }.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.1)
  }

  /// Names lines that a table leaves out since nothing moves them; nil where there are none.
  func withoutEffect(_ keys: some Sequence<ResultKey>) -> Phrase? {
    let names = sorted(keys).map(label)
    guard !names.isEmpty else { return nil }
    return Phrase(
      da: "Uden virkning: " + names.map(\.da).joined(separator: "; ") + ".", en: "No effect: " + names.map(\.en).joined(separator: "; ") + ".")
  }

  private func area(_ id: String) -> String { panel.areas.first { $0.id == id }?.name ?? id }

  private func municipality(_ code: String) -> String { panel.municipalities.first { $0.code == code }?.name ?? code }
}
