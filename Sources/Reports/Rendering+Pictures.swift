public import Groundwork

extension Rendering {
  /// The plot as an SVG document.
  public static func svg(_ plot: Plot, language: Language) -> String { PlotRenderer(language: language).svg(plot) }

  /// The rows as an SVG document, as tall as they need.
  public static func svg(_ plot: RowPlot, language: Language) -> String { RowPlotRenderer(language: language).svg(plot) }

  /// The page as an HTML document that names its pictures by file.
  public static func html(_ page: PicturePage, language: Language) -> String { PageRenderer(language: language).html(page) }
}
