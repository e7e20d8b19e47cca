import Groundwork
import Placements

/// Municipalities by code and by name.
struct MunicipalityRegister {
  let municipalities: [Municipality]
  private var codes: [String: String] = [:]
  private let names: [String]

  static let denmark = MunicipalityRegister(Municipality.denmark)

  init(_ municipalities: [Municipality]) {
    self.municipalities = municipalities
    names = municipalities.map(\.name)
    for municipality in municipalities.reversed() { codes[NearestName.machineForm(municipality.name)] = municipality.code }
    for municipality in municipalities { codes[NearestName.machineForm(municipality.code)] = municipality.code }
  }

  /// Reads `740`, `0740`, `Aarhus`, `Århus`, `Aarhus Kommune`, `Københavns Kommune`.
  func code(_ text: String) -> String? {
    let form = NearestName.machineForm(String(text.prefix(120)))
    if let code = codes[form] { return code }
    if form.allSatisfy({ $0.isASCII && $0.isNumber }) { return codes[String(form.drop { $0 == "0" })] }
    for ending in ["_regionskommune", "_kommune"] where form.hasSuffix(ending) {
      let name = String(form.dropLast(ending.count))
      return codes[name] ?? (name.hasSuffix("s") ? codes[String(name.dropLast())] : nil)
    }
    return nil
  }

  var terms: [Term] { municipalities.map { Term($0.name, [$0.name, $0.code]) } }

  /// Whether the text stands for all municipalities together.
  func isTotal(_ text: String) -> Bool { code(text) == nil && TotalRows.isWord(text) }

  func fault(_ text: String) -> Fault {
    if isTotal(text) { return .totalsRow }
    // A code's neighbours in digits are other places altogether.
    return text.allSatisfy { $0.isASCII && $0.isNumber } ? .unknownMunicipalityCode : .unknownMunicipality(text, among: names)
  }

  /// The region as the municipalities' table writes it: `Region Midtjylland` is `Midtjylland`.
  func region(_ text: String) -> String? {
    var form = NearestName.machineForm(text)
    if form.hasPrefix("region_") { form.removeFirst("region_".count) }
    return regions.first { NearestName.machineForm($0) == form || NearestName.machineForm($0) == "region_" + form }
  }

  var regions: [String] { Set(municipalities.map(\.region)).filter { !$0.isEmpty }.sorted() }
}

/// Specialty areas by id and by name; takes in those that only the data names.
final class AreaRegister {
  private var areas: [SpecialtyArea]
  private let declaredCount: Int
  private var ids: [String: String] = [:]
  private var reported: Set<String> = []

  init(declared: [SpecialtyArea]) {
    areas = declared
    declaredCount = declared.count
    for area in declared.reversed() { ids[NearestName.machineForm(area.name)] = area.id }
    for area in declared { ids[NearestName.machineForm(area.id)] = area.id }
  }

  func id(_ text: String) -> String {
    let form = NearestName.machineForm(String(text.prefix(120)))
    if let id = ids[form] { return id }
    let id = form.isEmpty ? text : form
    ids[form] = id
    areas.append(SpecialtyArea(id: id, name: text))
    return id
  }

  /// The id of an area that was named before; nil for a new one.
  func known(_ text: String) -> String? { ids[NearestName.machineForm(String(text.prefix(120)))] }

  var names: [String] { areas.flatMap { $0.id == $0.name ? [$0.id] : [$0.id, $0.name] } }
  var terms: [Term] { areas.map { Term($0.id, [$0.id, $0.name]) } }

  /// Whether the text stands for all areas together.
  func isTotal(_ text: String) -> Bool {
    TotalRows.isWord(text) && !areas.prefix(declaredCount).contains { $0.id == ids[NearestName.machineForm(text)] }
  }

  /// A fault the first time that an area is named which the project's list lacks; nil without such a list.
  func faultOnce(_ id: String) -> Fault? {
    guard declaredCount > 0, let area = areas.dropFirst(declaredCount).first(where: { $0.id == id }), reported.insert(id).inserted
    else { return nil }
    return .undeclaredArea(area.name, among: areas.prefix(declaredCount).flatMap { $0.id == $0.name ? [$0.id] : [$0.id, $0.name] })
  }

  var declaredTerms: [Term] { areas.prefix(declaredCount).map { Term($0.id, [$0.id, $0.name]) } }

  /// The declared ones in their order, then the others by id.
  var all: [SpecialtyArea] { areas.prefix(declaredCount) + areas.dropFirst(declaredCount).sorted { $0.id < $1.id } }
}

/// Offers by id and by name.
struct OfferRegister {
  private(set) var offers: [Offer] = []
  /// Whether there is a table of offers at all.
  var isThere = false
  /// The table is there but cannot be read: nothing more is said about offers that are not known.
  var isBroken = false
  private var ids: [String: Int] = [:]
  private var names: [String: Int?] = [:]
  private var hints: [String] = []

  /// - Returns: false when the id is taken.
  mutating func add(_ offer: Offer) -> Bool {
    guard ids[offer.id] == nil else { return false }
    ids[offer.id] = offers.count
    for name in Set([offer.id, offer.name].map(NearestName.machineForm)) {
      names[name] = names[name] == nil ? .some(offers.count) : .some(nil)
    }
    offers.append(offer)
    hints += offer.id == offer.name ? [offer.id] : [offer.id, offer.name]
    return true
  }

  /// Position of the offer with this id, or else with this name alone.
  func index(_ text: String) -> Int? {
    ids[text] ?? (names[NearestName.machineForm(String(text.prefix(120)))] ?? nil)
  }

  var terms: [Term] { isThere ? offers.map { Term($0.id, [$0.id, $0.name]) } : [] }

  /// Nil where another finding explains it already.
  func fault(_ text: String) -> Fault? {
    if isBroken { return nil }
    return isThere ? .unknownOffer(text, among: hints) : .offersMissing
  }
}

/// What the tables name and later tables refer to.
final class Registers {
  var municipalities = MunicipalityRegister.denmark
  let areas: AreaRegister
  var offers = OfferRegister()

  init(areas: [SpecialtyArea]) {
    self.areas = AreaRegister(declared: areas)
  }
}

/// Where a key was seen first.
struct FirstRows<Key: Hashable> {
  private var rows: [Key: Int] = [:]

  /// - Returns: the row that had the key before, nil when it is new.
  mutating func add(_ key: Key, row: Int) -> Int? {
    if let first = rows[key] { return first }
    rows[key] = row
    return nil
  }
}
