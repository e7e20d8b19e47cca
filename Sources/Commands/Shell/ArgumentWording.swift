internal import Groundwork

/// The argument parser's English in the words of Plads. The parser's version is pinned; a sentence that is not known
/// here is passed on as it is.
enum ArgumentWording {
  static func sentence(_ message: String) -> Phrase {
    for rule in rules {
      if let phrase = rule(message) { return phrase }
    }
    return Phrase(message)
  }

  private typealias Rule = @Sendable (String) -> Phrase?

  private static let rules: [Rule] = [
    unknownOption, missingValue, invalidValue, unexpectedArguments, missingArgument, needlessValue,
  ]

  private static func unknownOption(_ message: String) -> Phrase? {
    guard let match = message.wholeMatch(of: /(?s)(?:Unknown|Invalid) option:? '?(.*?)'?(?:\. Did you mean '(.*)'\?)?/) else { return nil }
    let name = match.1
    let unknown = Phrase(da: "Der er intet tilvalg »\(name)«.", en: "There is no option “\(name)”.")
    guard let near = match.2 else { return unknown }
    return unknown + Phrase(da: " Mente du »\(near)«?", en: " Did you mean “\(near)”?")
  }

  private static func missingValue(_ message: String) -> Phrase? {
    guard let match = message.wholeMatch(of: /Missing value for '(\S+?)(?: <(.*)>)?'/) else { return nil }
    let value = match.2.map { " <\($0)>" } ?? ""
    return Phrase(da: "\(match.1) mangler sin værdi\(value).", en: "\(match.1) lacks its value\(value).")
  }

  private static func invalidValue(_ message: String) -> Phrase? {
    guard let match = message.wholeMatch(of: /(?s)The value '(.*?)' is invalid for '(\S+?)(?: <.*?>)?'(?:: (.*)|\. (.*))?/) else { return nil }
    let reason = (match.3 ?? match.4).map { " " + $0 } ?? ""
    return Phrase(
      da: "Værdien »\(match.1)« passer ikke til \(match.2).\(reason)",
      en: "The value “\(match.1)” does not suit \(match.2).\(reason)")
  }

  private static func unexpectedArguments(_ message: String) -> Phrase? {
    guard let match = message.wholeMatch(of: /(?s)(?:Unexpected argument|\d+ unexpected arguments:) '(.*)'/) else { return nil }
    let list = match.1.split(separator: "', '", omittingEmptySubsequences: false)
    return Phrase(
      da: "Overflødigt på kommandolinjen: " + list.map { "»\($0)«" }.joined(separator: ", ") + ".",
      en: "Not expected on the command line: " + list.map { "“\($0)”" }.joined(separator: ", ") + ".")
  }

  private static func missingArgument(_ message: String) -> Phrase? {
    guard let match = message.wholeMatch(of: /Missing (?:expected argument|one of:) '(.*)'/) else { return nil }
    return Phrase(da: "Der mangler \(match.1).", en: "Missing: \(match.1).")
  }

  private static func needlessValue(_ message: String) -> Phrase? {
    guard let match = message.wholeMatch(of: /(?s)The option '(.*?)' does not take any value, but '(.*)' was specified\./) else { return nil }
    return Phrase(
      da: "\(match.1) tager ingen værdi, men fik »\(match.2)«.", en: "\(match.1) takes no value, but was given “\(match.2)”.")
  }

  /// The parser's help page with its own words in the given language.
  static func helpPage(_ page: String, language: Language) -> String {
    guard language == .da else { return page }
    return page.split(separator: "\n", omittingEmptySubsequences: false).map(danish).joined(separator: "\n")
  }

  private static let starts = [
    ("OVERVIEW: ", "FORMÅL: "), ("USAGE: ", "BRUG:  "), ("ARGUMENTS:", "ARGUMENTER:"), ("OPTIONS:", "TILVALG:"),
    ("SUBCOMMANDS:", "KOMMANDOER:"),
  ]

  private static let parts = [
    ("Show subcommand help information.", "Vis hjælp til en kommando."), ("Show help information.", "Vis denne hjælp."),
    ("Show the version.", "Vis udgaven."), ("(default: ", "(standard: "), ("<options>", "<tilvalg>"),
    ("<subcommand>", "<kommando>"), ("for detailed help.", "viser hver kommandos hjælp."), ("See 'plads ", "»plads "),
    ("<kommando>' ", "<kommando>« "),
  ]

  private static func danish(_ line: Substring) -> String {
    var line = String(line)
    for (english, danish) in starts where line.hasPrefix(english) {
      line = danish + line.dropFirst(english.count)
    }
    for (english, danish) in parts { line.replace(english, with: danish) }
    return line
  }
}
