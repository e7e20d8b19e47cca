internal import Groundwork

/// A page of pictures as HTML without scripts or anything from elsewhere.
struct PageRenderer {
  let language: Language

  func html(_ page: PicturePage) -> String {
    var body = "<h1>\(escaped(page.title))</h1>\n"
    for notice in page.notices { body += "<p class=\"notice\">\(escaped(notice))</p>\n" }
    if page.sections.count > 1 {
      let links = page.sections.enumerated().map { "<a href=\"#m\($0.offset + 1)\">\(escaped($0.element.heading))</a>" }
      body += "<nav>\(links.joined(separator: " · "))</nav>\n"
    }
    for (index, section) in page.sections.enumerated() {
      body += "<section id=\"m\(index + 1)\">\n<h2>\(escaped(section.heading))</h2>\n"
      if !section.text.isEmpty { body += "<pre>\(SVGDrawing.escapedLines(section.text))</pre>\n" }
      for picture in section.pictures {
        body += "<img src=\"\(SVGDrawing.escaped(picture.file))\" alt=\"\(escaped(picture.description))\">\n"
      }
      body += "</section>\n"
    }
    return """
      <!DOCTYPE html>
      <html lang="\(language.rawValue)">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(escaped(page.title))</title>
      <style>
      body { font-family: \(SVGDrawing.family); margin: 2rem auto; max-width: 1580px; padding: 0 1rem; color: #222; background: #fff; }
      .notice { color: #8a4b00; font-weight: bold; }
      pre { overflow-x: auto; font-size: 0.85rem; background: #f6f6f6; padding: 1rem; }
      img { max-width: 100%; height: auto; border: 1px solid #e4e4e4; margin: 0 0.5rem 1rem 0; vertical-align: top; }
      </style>
      </head>
      <body>
      \(body)</body>
      </html>

      """
  }

  private func escaped(_ phrase: Phrase) -> String { SVGDrawing.escaped(phrase[language]) }
}

extension SVGDrawing {
  static func escapedLines(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { escaped(String($0)) }.joined(separator: "\n")
  }
}
