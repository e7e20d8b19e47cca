import Groundwork
import Placements

/// Barnets lov took the place of sections of serviceloven about children on 1 January 2024.
extension LegalBasis {
  private static let replaced: Set<String> = ["SEL_32", "SEL_36", "SEL_52", "SEL_66"]
  private static let inForce = Period(year: 2024, number: 1, length: .year).firstDay

  static func isReplaced(_ code: String) -> Bool { replaced.contains(code) }

  static func isOfReform(_ code: String) -> Bool { code.hasPrefix("BL_") }

  /// What has a section.
  enum Bearer {
    case stay, offer

    fileprivate var phrase: Phrase {
      switch self {
      case .stay: Phrase(da: "opholdet", en: "the stay")
      case .offer: Phrase(da: "tilbuddet", en: "the offer")
      }
    }

    fileprivate var table: String {
      switch self {
      case .stay: "stays"
      case .offer: "offers"
      }
    }
  }

  /// What is wrong with a section from one day until before another; nil where it was in force for a part of it.
  /// A stay that goes on has no end, an offer that was always there no start.
  static func fault(_ code: String, of bearer: Bearer = .stay, from start: Day?, before end: Day?) -> Fault? {
    if code.isEmpty { return nil }
    if isReplaced(code) {
      let isOld = end.map { $0 <= inForce } ?? false
      return isOld ? nil : start.map { $0 < inForce } ?? true ? .replacedSection(bearer) : .repealedSection(bearer)
    }
    if isOfReform(code), let end, end <= inForce { return .sectionBeforeLaw }
    return nil
  }
}

extension Fault {
  private static func renaming(_ bearer: LegalBasis.Bearer) -> Phrase { Phrase(
    da: "Brug barnets lov for hele forløbet, så tidsserien ikke brydes: §§ 43-66 ved anbringelse, §§ 80-90 ved handicap; [inputs.\(bearer.table).values.legal_basis] i plads.toml oversætter en kode.",
    en: "Use barnets lov for the whole course, so that the series does not break: sections 43-66 for placement, 80-90 for disability; [inputs.\(bearer.table).values.legal_basis] in plads.toml translates a code.") }

  /// The decision was made under the old law and lasted into the new one.
  static func replacedSection(_ bearer: LegalBasis.Bearer) -> Fault {
    Fault(
      "section-replaced", .note,
      Phrase(da: "paragraffen er afløst af barnets lov 1. januar 2024, men \(bearer.phrase.da) fortsatte.", en: "the section gave way to barnets lov on 1 January 2024, but \(bearer.phrase.en) went on."),
      renaming(bearer)).merged
  }

  static func repealedSection(_ bearer: LegalBasis.Bearer) -> Fault {
    Fault(
      "section-repealed", .warning,
      Phrase(da: "paragraffen gælder ikke efter 1. januar 2024, da barnets lov afløste den.", en: "the section is not valid from 1 January 2024, when barnets lov took its place."),
      renaming(bearer)).merged
  }

  static var sectionBeforeLaw: Fault {
    Fault(
      "section-early", .note,
      Phrase(
        da: "barnets lov gælder fra 1. januar 2024; det læses som den afløste paragraf, så tidsserien ikke brydes.",
        en: "barnets lov is in force from 1 January 2024; it is read as the section that gave way, so that the series does not break."),
      Phrase("")).merged
  }
}
