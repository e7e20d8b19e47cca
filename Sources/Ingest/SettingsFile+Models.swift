import Groundwork
import Placements

extension ProjectFileReader {
  private static let keys = ["name", "flow", "formula", "family", "link", "method", "offset"]

  /// `[[model]]`: name and formula are needed, and names differ. What a formula says is understood where it is fitted.
  func readModels() -> [ModelDeclaration] {
    var models: [ModelDeclaration] = []
    for (index, table) in tables(toml.root, "model") {
      let path = "model[\(index)]"
      check(table, at: path, allowed: Self.keys)
      let name = string(table, "name", in: path)
      let formula = text(table, "formula", in: path)
      for (key, isThere) in [("name", name != nil), ("formula", formula != nil)] where !isThere && table[key] == nil {
        report(.tomlMissing(key), at: path)
      }
      let family = word(table, "family", in: path, among: ModelDeclaration.families) ?? ModelDeclaration.families[0]
      let link = word(table, "link", in: path, among: ModelDeclaration.links)
      let method = word(table, "method", in: path, among: ModelDeclaration.methods)
      let flow = word(table, "flow", in: path, among: Flow.counted.map(\.plural)).flatMap(Flow.init(plural:))
      guard let name, let formula else { continue }
      if name.isEmpty || name.contains(",") {
        report(.modelName, at: path + ".name", value: name)
      } else if models.contains(where: { NearestName.machineForm($0.name) == NearestName.machineForm(name) }) {
        report(.tomlTwice, at: path + ".name", value: name)
      }
      models.append(
        ModelDeclaration(
          name: name, flow: flow, formula: formula, family: family, link: link, method: method,
          offset: text(table, "offset", in: path), line: toml.line(of: path)))
    }
    return models
  }

  /// `covariates` under `[rates]`: words of a list, each once.
  func readCovariates() -> [Covariate] {
    let (path, key) = ("rates", "rates.covariates")
    let table = table(toml.root, path, at: path)
    check(table, at: path, allowed: ["covariates"])
    guard let value = table["covariates"] else { return [] }
    guard case .array(let items) = value else {
      wrongType(Phrase(da: "en liste som [\"age\"]", en: "a list such as [\"age\"]"), at: key)
      return []
    }
    var found: [Covariate] = []
    for (index, item) in items.enumerated() {
      let place = "\(key)[\(index)]"
      guard case .string(let word) = item else {
        wrongType(Phrase(da: "tekst i anførselstegn", en: "text in quotes"), at: place)
        continue
      }
      guard let covariate = Covariate(rawValue: word) else {
        report(.unknownWord(word, among: Covariate.allCases.map(\.rawValue)), at: place, value: word)
        continue
      }
      if found.contains(covariate) { report(.tomlTwice, at: place, value: word) } else { found.append(covariate) }
    }
    return found
  }

  private func text(_ table: Values, _ key: String, in path: String) -> ModelDeclaration.Text? {
    guard let text = string(table, key, in: path) else { return nil }
    return ModelDeclaration.Text(text, places: toml.places(ofTextAt: "\(path).\(key)") ?? [])
  }

  private func word(_ table: Values, _ key: String, in path: String, among words: [String]) -> String? {
    guard let word = string(table, key, in: path) else { return nil }
    if words.contains(word) { return word }
    report(.unknownWord(word, among: words), at: "\(path).\(key)", value: word)
    return nil
  }
}

extension Fault {
  static var modelName: Fault {
    Fault(
      "toml", .error, Phrase(da: "et modelnavn kan ikke være tomt eller have komma.", en: "a model's name cannot be empty or have a comma."),
      Phrase(da: "Giv den et andet navn.", en: "Give it another name."))
  }
}
