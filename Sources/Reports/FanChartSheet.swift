internal import Groundwork

/// Several fan charts, one below the other or two beside each other, with one legend.
struct FanChartSheet {
  let charts: [FanChart]
  let legend: FanLegend
  let language: Language
  let width: Int

  private static let gap = 3
  /// From here on two charts beside each other are each as wide as one on a common terminal.
  private static let twoColumns = 130
  /// A wider chart only spreads the same points.
  private static let widest = 110

  var lines: [String] {
    let abreast = width >= Self.twoColumns && charts.count > 1 ? 2 : 1
    let own = min(Self.widest, (width - Self.gap * (abreast - 1)) / abreast)
    let renderer = FanChartRenderer(language: language, width: own)
    var lines: [String] = []
    for start in stride(from: 0, to: charts.count, by: abreast) {
      if start > 0 { lines.append("") }
      lines += Self.beside(charts[start..<min(charts.count, start + abreast)].map(renderer.lines), width: own)
    }
    return lines + [""] + FanChartRenderer(language: language, width: width).legend(legend)
  }

  /// Charts end on one line, so that their axes stand side by side.
  private static func beside(_ blocks: [[String]], width: Int) -> [String] {
    guard blocks.count > 1 else { return blocks.first ?? [] }
    let height = blocks.reduce(0) { max($0, $1.count) }
    return (0..<height).map { line in
      var text = ""
      for (position, block) in blocks.enumerated() {
        let own = line - (height - block.count)
        let piece = own >= 0 ? block[own] : ""
        text += position < blocks.count - 1 ? DisplayWidth.padded(piece, to: width + gap, right: false) : piece
      }
      while text.hasSuffix(" ") { text.removeLast() }
      return text
    }
  }
}
