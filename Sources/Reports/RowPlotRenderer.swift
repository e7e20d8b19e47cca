internal import Groundwork

/// Named rows as an SVG picture: as tall as its rows need.
struct RowPlotRenderer {
  let language: Language

  private static let width = 760.0
  private static let rowHeight = 16.0
  private static let size = 11.0

  func svg(_ plot: RowPlot) -> String {
    let head = PlotHead(title: plot.title, notes: plot.notes, language: language, width: Self.width)
    let top = head.height + 44
    let bottom = top + Self.rowHeight * Double(plot.rows.count)
    var drawing = SVGDrawing(width: Self.width, height: bottom + 52)
    head.draw(in: &drawing)
    let values = plot.rows.map(\.value) + [0, plot.band.lowerBound, plot.band.upperBound]
    guard let scale = PlotScale(values, Plot.Axis(plot.axis), language: language, atMost: 7) else { return drawing.text(title: "", description: "") }
    let labels = plot.rows.map(\.label) + [plot.labelHeading[language]]
    let notes = plot.rows.map { $0.note[language] } + [plot.noteHeading[language]]
    let left = 30 + Self.widest(labels, atMost: 230)
    let right = Self.width - 30 - Self.widest(notes, atMost: 200)
    let draw = Columns(left: left, right: right, top: top, bottom: bottom, scale: scale)
    stripes(plot.rows.count, draw, in: &drawing)
    axis(plot, draw, in: &drawing)
    for (index, row) in plot.rows.enumerated() {
      self.row(row, y: top + Self.rowHeight * (Double(index) + 0.5), plot, draw, in: &drawing)
    }
    return drawing.text(title: plot.title[language], description: plot.notes.map { $0[language] }.joined(separator: " "))
  }

  private struct Columns {
    let left: Double
    let right: Double
    let top: Double
    let bottom: Double
    let scale: PlotScale

    func x(_ value: Double) -> Double? { scale.place(value).map { left + $0 * (right - left) } }
  }

  private static func widest(_ texts: [String], atMost limit: Double) -> Double {
    min(limit, texts.map { SVGDrawing.width(of: $0, size: size) }.max() ?? 0)
  }

  private func stripes(_ count: Int, _ columns: Columns, in drawing: inout SVGDrawing) {
    for index in stride(from: 1, to: count, by: 2) {
      drawing.box(20, columns.top + Self.rowHeight * Double(index), Self.width - 40, Self.rowHeight, .grid, opacity: 0.4)
    }
  }

  private func axis(_ plot: RowPlot, _ columns: Columns, in drawing: inout SVGDrawing) {
    drawing.write(plot.labelHeading[language], columns.left - 8, columns.top - 8, size: Self.size, .faint, anchor: .end)
    drawing.write(plot.noteHeading[language], Self.width - 20, columns.top - 8, size: Self.size, .faint, anchor: .end)
    if let low = columns.x(plot.band.lowerBound), let high = columns.x(plot.band.upperBound) {
      drawing.box(low, columns.top, high - low, columns.bottom - columns.top, .band, opacity: 0.3)
    }
    for tick in columns.scale.ticks {
      guard let x = columns.x(tick.value) else { continue }
      drawing.line(x, columns.top, x, columns.bottom, .grid)
      // The numbers stand at both ends: with a hundred rows only one of them is on the screen.
      drawing.write(tick.label, x, columns.top - 8, size: Self.size, .faint, anchor: .middle)
      drawing.write(tick.label, x, columns.bottom + 16, size: Self.size, .faint, anchor: .middle)
    }
    if let x = columns.x(0) { drawing.line(x, columns.top, x, columns.bottom, .text, dashes: "5 4") }
    drawing.write(plot.axis[language], (columns.left + columns.right) / 2, columns.bottom + 38, anchor: .middle)
  }

  private func row(_ row: RowPlot.Row, y: Double, _ plot: RowPlot, _ columns: Columns, in drawing: inout SVGDrawing) {
    let stands = !plot.band.contains(row.value)
    let ink: SVGDrawing.Ink = stands ? .strong : .main
    drawing.write(Self.shortened(row.label), columns.left - 8, y + 4, size: Self.size, stands ? .strong : .text, anchor: .end)
    drawing.write(row.note[language], Self.width - 24, y + 4, size: Self.size, .faint, anchor: .end)
    guard let x = columns.x(row.value), let zero = columns.x(0) else { return }
    drawing.line(zero, y, x, y, ink, width: 1.5)
    drawing.dots([(x, y)], radius: 3, ink, opacity: 1)
  }

  private static func shortened(_ label: String) -> String { label.count > 34 ? label.prefix(33) + "…" : label }
}
