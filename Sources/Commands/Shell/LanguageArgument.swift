internal import Groundwork

/// Takes `--language` out of the arguments wherever it stands, before anything is read or said.
enum LanguageArgument {
  struct Result {
    var language: Language = .da
    var rest: [String] = []
    var complaint: UsageError?
  }

  static func take(_ arguments: [String]) -> Result {
    var result = Result()
    var position = 0
    while position < arguments.count {
      let argument = arguments[position]
      position += 1
      if argument == "--" {
        result.rest += arguments[(position - 1)...]
        break
      }
      if argument == "--language" {
        guard position < arguments.count else {
          result.complaint = UsageError(
            Phrase(da: "--language mangler sin værdi: da eller en.", en: "--language lacks its value: da or en."))
          break
        }
        set(arguments[position], in: &result)
        position += 1
      } else if argument.hasPrefix("--language=") {
        set(String(argument.dropFirst("--language=".count)), in: &result)
      } else {
        result.rest.append(argument)
      }
    }
    return result
  }

  private static func set(_ value: String, in result: inout Result) {
    if let language = Language(rawValue: value) {
      result.language = language
    } else {
      result.complaint = UsageError(
        Phrase(
          da: "Sproget »\(value)« findes ikke: --language er da eller en.",
          en: "There is no language “\(value)”: --language is da or en."))
    }
  }
}
