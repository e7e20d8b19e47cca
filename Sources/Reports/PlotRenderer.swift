internal import Groundwork

/// A plot as an SVG picture.
struct PlotRenderer {
  let language: Language

  private static let width = 760.0
  private static let plotHeight = 400.0
  private static let tickSize = 11.0

  /// Where on the picture the plot stands.
  private struct Frame {
    let left: Double
    let right: Double
    let top: Double
    let bottom: Double
    let x: PlotScale
    let y: PlotScale

    func place(_ xValue: Double, _ yValue: Double) -> (x: Double, y: Double)? {
      guard let h = x.place(xValue), let v = y.place(yValue) else { return nil }
      return (left + h * (right - left), bottom - v * (bottom - top))
    }
  }

  func svg(_ plot: Plot) -> String {
    let head = PlotHead(title: plot.title, notes: plot.notes, language: language, width: Self.width)
    let keys = PlotLegend(plot, language: language, width: Self.width)
    let top = head.height + keys.height + 8
    var drawing = SVGDrawing(width: Self.width, height: top + Self.plotHeight + 56)
    head.draw(in: &drawing)
    keys.draw(in: &drawing, top: head.height)
    if let frame = frame(plot, top: top) {
      draw(axes: plot, frame, in: &drawing)
      for layer in plot.layers { draw(layer.content, frame, in: &drawing) }
    } else {
      drawing.write(Phrase(da: "Ingen tal at tegne.", en: "No figures to draw.")[language], Self.width / 2, top + 40, anchor: .middle)
    }
    return drawing.text(title: plot.title[language], description: plot.notes.map { $0[language] }.joined(separator: " "))
  }

  private func frame(_ plot: Plot, top: Double) -> Frame? {
    let points = plot.layers.flatMap { Self.extent($0.content) }
    guard let y = PlotScale(points.map(\.y), plot.y, language: language, atMost: 7),
      let x = PlotScale(points.map(\.x), plot.x, language: language, atMost: 8)
    else { return nil }
    let widest = y.ticks.map { SVGDrawing.width(of: $0.label, size: Self.tickSize) }.max() ?? 0
    return Frame(left: 34 + widest, right: Self.width - 24, top: top, bottom: top + Self.plotHeight, x: x, y: y)
  }

  private static func extent(_ content: Plot.Content) -> [Plot.Point] {
    switch content {
    case .tiles(let tiles): tiles.flatMap { [Plot.Point($0.left, $0.bottom), Plot.Point($0.right, $0.top)] }
    case .band(let intervals), .intervals(let intervals): intervals.flatMap { [Plot.Point($0.x, $0.low), Plot.Point($0.x, $0.high)] }
    case .points(let points), .line(let points), .reference(let points): points
    }
  }

  // MARK: Axes

  private func draw(axes plot: Plot, _ frame: Frame, in drawing: inout SVGDrawing) {
    for tick in frame.y.ticks {
      guard let v = frame.y.place(tick.value) else { continue }
      let y = frame.bottom - v * (frame.bottom - frame.top)
      drawing.line(frame.left, y, frame.right, y, .grid)
      drawing.write(tick.label, frame.left - 6, y + 4, size: Self.tickSize, .faint, anchor: .end)
    }
    var free = -Double.infinity
    for tick in frame.x.ticks {
      guard let h = frame.x.place(tick.value) else { continue }
      let x = frame.left + h * (frame.right - frame.left)
      drawing.line(x, frame.top, x, frame.bottom, .grid)
      let half = SVGDrawing.width(of: tick.label, size: Self.tickSize) / 2
      guard x - half > free, x + half < Self.width else { continue }
      drawing.write(tick.label, x, frame.bottom + 16, size: Self.tickSize, .faint, anchor: .middle)
      free = x + half + 6
    }
    drawing.line(frame.left, frame.bottom, frame.right, frame.bottom, .axis)
    drawing.line(frame.left, frame.top, frame.left, frame.bottom, .axis)
    drawing.write(plot.x.label[language], (frame.left + frame.right) / 2, frame.bottom + 40, anchor: .middle)
    drawing.write(plot.y.label[language], 16, (frame.top + frame.bottom) / 2, anchor: .middle, turned: true)
  }

  // MARK: Layers

  private func draw(_ content: Plot.Content, _ frame: Frame, in drawing: inout SVGDrawing) {
    func places(_ points: [Plot.Point]) -> [(x: Double, y: Double)] { points.compactMap { frame.place($0.x, $0.y) } }
    switch content {
    case .points(let points):
      drawing.dots(places(points), radius: points.count > 800 ? 1.8 : 2.6, .main, opacity: points.count > 800 ? 0.45 : 0.7)
    case .line(let points): drawing.path(places(points), .strong, width: 2)
    case .reference(let points): drawing.path(places(points), .text, width: 1, dashes: "5 4")
    case .band(let band):
      let upper = places(band.map { Plot.Point($0.x, $0.high) })
      let lower = places(band.map { Plot.Point($0.x, $0.low) })
      drawing.area(upper + lower.reversed(), .band, opacity: 0.5)
    case .tiles(let tiles): draw(tiles, frame, in: &drawing)
    case .intervals(let intervals):
      for interval in intervals {
        if let low = frame.place(interval.x, interval.low), let high = frame.place(interval.x, interval.high) {
          drawing.line(low.x, low.y, high.x, high.y, .strong, width: 1.5)
        }
      }
      drawing.dots(places(intervals.map { Plot.Point($0.x, $0.middle) }), radius: 3, .strong, opacity: 1)
    }
  }

  private func draw(_ tiles: [Plot.Tile], _ frame: Frame, in drawing: inout SVGDrawing) {
    for tile in tiles {
      guard let low = frame.place(tile.left, tile.bottom), let high = frame.place(tile.right, tile.top) else { continue }
      drawing.box(low.x, high.y, high.x - low.x, low.y - high.y, .main, opacity: 0.12 + 0.78 * tile.density)
    }
  }
}

/// Title and notes above a picture.
struct PlotHead {
  private let titles: [String]
  private let notes: [String]

  init(title: Phrase, notes: [Phrase], language: Language, width: Double) {
    titles = SVGDrawing.wrapped(title[language], to: width - 48, size: 16, bold: true)
    self.notes = notes.flatMap { SVGDrawing.wrapped($0[language], to: width - 48, size: 12) }
  }

  var height: Double { 14 + 21 * Double(titles.count) + 16 * Double(notes.count) + 6 }

  func draw(in drawing: inout SVGDrawing) {
    var y = 30.0
    for title in titles {
      drawing.write(title, 24, y, size: 16, bold: true)
      y += 21
    }
    y -= 3
    for note in notes {
      drawing.write(note, 24, y, .faint)
      y += 16
    }
  }
}

/// What the layers of a plot mean, in lines.
struct PlotLegend {
  private let keys: [(content: Plot.Content, text: String, x: Double, line: Int)]

  private static let size = 12.0

  init(_ plot: Plot, language: Language, width: Double) {
    var keys: [(Plot.Content, String, Double, Int)] = []
    var (x, line) = (24.0, 0)
    for layer in plot.layers where !layer.meaning.isEmpty {
      let text = layer.meaning[language]
      let own = 28 + SVGDrawing.width(of: text, size: Self.size) + 18
      if x > 24, x + own > width - 12 { (x, line) = (24, line + 1) }
      keys.append((layer.content, text, x, line))
      x += own
    }
    self.keys = keys.map { (content: $0.0, text: $0.1, x: $0.2, line: $0.3) }
  }

  var height: Double { keys.last.map { 18 * Double($0.line + 1) + 4 } ?? 0 }

  func draw(in drawing: inout SVGDrawing, top: Double) {
    for key in keys {
      let y = top + 12 + 18 * Double(key.line)
      switch key.content {
      case .points: drawing.dots([(key.x + 11, y - 4)], radius: 3, .main, opacity: 0.8)
      case .tiles: drawing.box(key.x + 3, y - 10, 16, 11, .main, opacity: 0.55)
      case .band: drawing.box(key.x, y - 10, 22, 11, .band, opacity: 0.5)
      case .line: drawing.line(key.x, y - 4, key.x + 22, y - 4, .strong, width: 2)
      case .reference: drawing.line(key.x, y - 4, key.x + 22, y - 4, .text, width: 1, dashes: "5 4")
      case .intervals:
        drawing.line(key.x + 11, y - 11, key.x + 11, y + 3, .strong, width: 1.5)
        drawing.dots([(key.x + 11, y - 4)], radius: 3, .strong, opacity: 1)
      }
      drawing.write(key.text, key.x + 28, y, size: Self.size)
    }
  }
}
