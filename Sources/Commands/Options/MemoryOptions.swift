internal import ArgumentParser
internal import Groundwork

/// How a run uses what earlier ones left in plads.sqlite.
struct MemoryOptions: ParsableArguments {
  @Flag(
    help: help(
      Phrase(
        da: "Regn forfra, også når den samme kørsel ligger gemt i plads.sqlite.",
        en: "Compute anew, even where the same run is recorded in plads.sqlite.")))
  var fresh = false
}
