import Groundwork
import Testing

@Suite("Tables and findings")
struct TableTests {
  @Test("rows keep their order and cells")
  func rows() {
    var table = Table(title: Phrase(da: "Titel", en: "Title"), columns: [.init("period"), .init("mean", unit: "persons", decimals: 1)])
    table.append([.text("2027Q1"), .number(1.25)])
    table.append([.text("2027Q2"), .empty])
    #expect(table.rows == [[.text("2027Q1"), .number(1.25)], [.text("2027Q2"), .empty]])
    #expect(table.columns[1].heading == Phrase("mean"))
  }

  @Test("a row of another length is our own mistake and traps")
  func wrongLength() async {
    await #expect(processExitsWith: .failure) {
      var table = Table(title: Phrase(""), columns: [.init("a")])
      table.append([.empty, .empty])
    }
  }

  @Test("a finding reads as one line in each language")
  func findingText() {
    let finding = Finding(
      .error, file: "data/stays.csv", row: 3, column: "end", value: "x", message: Phrase(da: "er ikke en dato.", en: "is not a date."),
      remedy: Phrase(da: "Ret den.", en: "Mend it."))
    #expect(finding.text(in: .da) == "fejl: data/stays.csv, række 3, kolonne end: »x«: er ikke en dato. Ret den.")
    #expect(finding.text(in: .en).hasPrefix("error: data/stays.csv, row 3, column end: "))
  }

  @Test("a finding's value is cut short")
  func longValue() {
    #expect(Finding(.note, value: String(repeating: "x", count: 500), message: Phrase(""), remedy: Phrase("")).value?.count == 60)
  }
}
