internal import ArgumentParser
internal import Groundwork
internal import Placements

/// Which project, and for whose eyes.
struct ProjectOptions: ParsableArguments {
  @Option(
    name: [.short, .long],
    help: help(Phrase(da: "Projektets mappe.", en: "The project's folder."), value: Phrase(da: "mappe", en: "folder")))
  var project = "."

  @Option(
    help: help(
      Phrase(da: "internal; andre udgaver kommer senere.", en: "internal; other editions come later."),
      value: Phrase(da: "udgave", en: "edition")))
  var edition = "internal"

  func validate() throws {
    guard edition != "internal" else { return }
    throw ValidationError(
      Phrase(
        da: "Udgaven »\(edition)« findes ikke endnu: små tal kan ikke skjules. Brug --edition internal.",
        en: "The edition “\(edition)” does not exist yet: small counts cannot be hidden. Use --edition internal."
      ).spoken)
  }

  /// Stands above every output until editions exist.
  static let internalNotice = Phrase(da: "Intern: små tal er ikke skjult", en: "Internal: small counts are not hidden")

  /// The table with what must stand above it: the edition, then the project's own notice.
  func headed(_ table: Table, by settings: ProjectSettings) -> Table {
    var table = table
    var notices = [Self.internalNotice]
    if !settings.notice.isEmpty {
      notices.append(settings.notice)
    } else if settings.isSynthetic {
      notices.append(Phrase(da: "Syntetiske data", en: "Synthetic data"))
    }
    table.notices = notices + table.notices
    return table
  }
}
