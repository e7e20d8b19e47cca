internal import ArgumentParser
public import Groundwork

/// The language of this run; help texts are built in it, so it is set before any argument is read.
public enum Speech {
  @TaskLocal public static var language: Language = .da
}

extension Phrase {
  /// The text in the language of this run.
  var spoken: String { self[Speech.language] }
}

/// A help text in the language of this run.
func help(_ text: Phrase, value: Phrase? = nil) -> ArgumentHelp {
  ArgumentHelp(stringLiteral: text.spoken).named(value?.spoken)
}

extension ArgumentHelp {
  fileprivate func named(_ value: String?) -> ArgumentHelp {
    var help = self
    if let value { help.valueName = value }
    return help
  }
}
