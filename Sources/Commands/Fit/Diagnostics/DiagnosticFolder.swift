internal import Groundwork
internal import Reports

/// Writes the plots of fits into a folder, with a page that shows them.
struct DiagnosticFolder {
  let path: String
  let language: Language
  let notices: [Phrase]

  /// The number of files written.
  /// - Throws: `FindingsError` naming the folder or file.
  func write(_ fits: [DiagnosticRows], title: Phrase) throws -> Int {
    try Folder.make(path)
    var sections: [PicturePage.Section] = []
    var count = 1
    for fit in fits {
      let pictures = DiagnosticPlots(rows: fit, language: language, notices: notices).pictures
      for picture in pictures { try OutputFile.write(picture.svg, to: "\(path)/\(picture.file)") }
      count += pictures.count
      let text = try fit.tables.map { try Rendering.text($0, format: .table, language: language) }.joined(separator: "\n")
      sections.append(.init(heading: fit.title, text: text, pictures: pictures.map { ($0.file, $0.description) }))
    }
    let page = PicturePage(title: title, notices: notices, sections: sections)
    try OutputFile.write(Rendering.html(page, language: language), to: "\(path)/index.html")
    return count
  }
}
