internal import Capacity
internal import Groundwork

extension ProjectTemplate {
  /// What stands in the folder of rule sets: how to take one over, and every rule that there is.
  static var rules: Phrase {
    Phrase(da: text(.da), en: text(.en))
  }

  private static func text(_ language: Language) -> String {
    let place = ShippedData.folder.map { $0 + "/rules" } ?? "Data/rules"
    let head = Phrase(
      da: """
        # Regelsæt

        De økonomiske regler, som taksterne, budgettet og efterreguleringen følger. Programmets egne ligger i
        `\(place)`; kopiér det nærmeste hertil, giv det et nyt navn, ret det, og skriv
        `rule_set = "NAVN"` under `[project]` i plads.toml. En fil her går forud for programmets af samme navn.
        En regel, der ikke står i filen, findes ikke. En værdi kan stå som `{ value = 0.70, assumption = true, source = "..." }`;
        antagelser udskrives med de tal, de er brugt til. »plads check« kontrollerer filerne.

        """,
      en: """
        # Rule sets

        The economic rules that tariffs, budgets and later settlement follow. The program's own lie in
        `\(place)`; copy the nearest one here, give it a new name, change it, and write
        `rule_set = "NAME"` below `[project]` in plads.toml. A file here stands for the program's of the same name.
        A rule that the file does not have does not exist. A value may be written as `{ value = 0.70, assumption = true, source = "..." }`;
        assumptions are printed with the figures that used them. “plads check” checks the files.

        """)
    let rows = RuleKey.allCases.map { "| \($0.section) | \($0.name) | \($0.phrase[language]) |" }
    let columns = Phrase(da: "| tabel | regel | hvad |", en: "| table | rule | what |")
    return ([head[language], columns[language], "|---|---|---|"] + rows).joined(separator: "\n") + "\n"
  }
}
