public import Groundwork

/// Tables as text.
public enum Rendering {
  /// The whole output, ending in a line feed.
  ///
  /// - Parameters:
  ///   - width: Columns of the terminal; only `table` looks at it, and exceeds it where words and numbers leave no choice.
  ///   - color: Escape sequences for a terminal; only `table`.
  ///   - blanksRepeats: Leaves a leading text cell out where it and all to its left repeat the row above; only `table`.
  /// - Throws: `UsageError` for a format that has no writer yet.
  public static func text(
    _ table: Table, format: OutputFormat, language: Language, width: Int = 100, color: Bool = false,
    blanksRepeats: Bool = true
  ) throws(UsageError) -> String {
    switch format {
    case .table:
      TextRenderer(table: table, language: language, width: width, color: color, blanksRepeats: blanksRepeats).render()
    case .csv: CSVRenderer.render(table)
    case .json: JSONRenderer.json(table).text(brokenToDepth: 2) + "\n"
    case .markdown: MarkdownRenderer(table: table, language: language).render()
    case .xlsx: throw noSpreadsheets
    }
  }

  /// Refuses what `text` would refuse, before the work is done.
  public static func check(_ format: OutputFormat) throws(UsageError) {
    if format == .xlsx { throw noSpreadsheets }
  }

  private static var noSpreadsheets: UsageError {
    UsageError(
      Phrase(
        da: "Formatet xlsx kan endnu ikke skrives. Brug --format csv, som regneark kan åbne.",
        en: "The format xlsx cannot be written yet. Use --format csv, which spreadsheets can open."))
  }
}
