internal import Groundwork

/// An SVG picture under construction; sizes are in pixels, y runs downwards.
struct SVGDrawing {
  /// Colours that stay apart for colour-blind eyes (Okabe and Ito 2008) on a white ground.
  enum Ink: String {
    case text = "#222222"
    case faint = "#666666"
    case grid = "#e4e4e4"
    case axis = "#999999"
    case main = "#0072b2"
    case strong = "#d55e00"
    case band = "#9ecae1"
  }

  enum Anchor: String { case start, middle, end }

  static let family = "'DejaVu Sans', Verdana, 'Segoe UI', sans-serif"

  let width: Double
  let height: Double
  private var body = ""

  init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  /// The picture's text, ending in a line feed; `title` and `description` are for those who cannot see it.
  func text(title: String, description: String) -> String {
    let size = "\(Self.number(width)) \(Self.number(height))"
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(size)" width="\(Self.number(width))" height="\(Self.number(height))" role="img" font-family="\(Self.family)">
      <title>\(Self.escaped(title))</title>
      <desc>\(Self.escaped(description))</desc>
      <rect width="100%" height="100%" fill="#ffffff"/>
      \(body)</svg>

      """
  }

  // MARK: Shapes

  mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ ink: Ink, width: Double = 1, dashes: String = "") {
    let style = dashes.isEmpty ? "" : " stroke-dasharray=\"\(dashes)\""
    body += "<line x1=\"\(Self.number(x1))\" y1=\"\(Self.number(y1))\" x2=\"\(Self.number(x2))\" y2=\"\(Self.number(y2))\" stroke=\"\(ink.rawValue)\" stroke-width=\"\(Self.number(width))\"\(style)/>\n"
  }

  mutating func path(_ points: [(x: Double, y: Double)], _ ink: Ink, width: Double, dashes: String = "") {
    guard points.count > 1 else { return }
    let style = dashes.isEmpty ? "" : " stroke-dasharray=\"\(dashes)\""
    body += "<polyline points=\"\(Self.list(points))\" fill=\"none\" stroke=\"\(ink.rawValue)\" stroke-width=\"\(Self.number(width))\" stroke-linejoin=\"round\"\(style)/>\n"
  }

  mutating func area(_ points: [(x: Double, y: Double)], _ ink: Ink, opacity: Double) {
    guard points.count > 2 else { return }
    body += "<polygon points=\"\(Self.list(points))\" fill=\"\(ink.rawValue)\" fill-opacity=\"\(Self.number(opacity))\"/>\n"
  }

  mutating func box(_ x: Double, _ y: Double, _ width: Double, _ height: Double, _ ink: Ink, opacity: Double) {
    body += "<rect x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" width=\"\(Self.number(width))\" height=\"\(Self.number(height))\" fill=\"\(ink.rawValue)\" fill-opacity=\"\(Self.number(opacity))\"/>\n"
  }

  /// All in one path, which keeps thousands of them small.
  mutating func dots(_ points: [(x: Double, y: Double)], radius: Double, _ ink: Ink, opacity: Double) {
    guard !points.isEmpty else { return }
    let r = Self.number(radius)
    let across = Self.number(2 * radius)
    let marks = points.map { "M\(Self.number($0.x - radius)) \(Self.number($0.y))a\(r) \(r) 0 1 0 \(across) 0a\(r) \(r) 0 1 0 -\(across) 0" }
    body += "<path d=\"\(marks.joined())\" fill=\"\(ink.rawValue)\" fill-opacity=\"\(Self.number(opacity))\"/>\n"
  }

  // MARK: Text

  mutating func write(
    _ text: String, _ x: Double, _ y: Double, size: Double = 12, _ ink: Ink = .text, anchor: Anchor = .start, bold: Bool = false,
    turned: Bool = false
  ) {
    guard !text.isEmpty else { return }
    let weight = bold ? " font-weight=\"bold\"" : ""
    let turn = turned ? " transform=\"rotate(-90 \(Self.number(x)) \(Self.number(y)))\"" : ""
    body += "<text x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" font-size=\"\(Self.number(size))\" fill=\"\(ink.rawValue)\" text-anchor=\"\(anchor.rawValue)\"\(weight)\(turn)>\(Self.escaped(text))</text>\n"
  }

  /// Width of a text in DejaVu Sans, a wide font: about 0.62 of its size a letter.
  static func width(of text: String, size: Double, bold: Bool = false) -> Double {
    Double(DisplayWidth.of(text)) * size * (bold ? 0.69 : 0.62)
  }

  /// Lines of a text no wider than the given width.
  static func wrapped(_ text: String, to width: Double, size: Double, bold: Bool = false) -> [String] {
    DisplayWidth.wrapped(DisplayWidth.printable(text), to: max(10, Int(width / (size * (bold ? 0.66 : 0.58)))))
  }

  static func number(_ value: Double) -> String { NumberText.machine(value, decimals: 2) }

  private static func list(_ points: [(x: Double, y: Double)]) -> String {
    points.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
  }

  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in DisplayWidth.printable(text).unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
