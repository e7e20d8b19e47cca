/// The language of everything a person reads. Machine formats never change with it.
public enum Language: String, CaseIterable, Sendable {
  case da, en
}

/// One text in both languages of the tool.
public struct Phrase: Hashable, Sendable {
  public let da: String
  public let en: String

  public init(da: String, en: String) {
    self.da = da
    self.en = en
  }

  /// A text that is the same in both languages, such as a name.
  public init(_ same: String) {
    self.init(da: same, en: same)
  }

  public subscript(_ language: Language) -> String {
    switch language {
    case .da: da
    case .en: en
    }
  }

  public var isEmpty: Bool { da.isEmpty && en.isEmpty }

  public static func + (left: Phrase, right: Phrase) -> Phrase {
    Phrase(da: left.da + right.da, en: left.en + right.en)
  }
}
