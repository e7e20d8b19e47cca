/// The texts that a workbook's cells share, one behind the other.
struct SharedStrings: Sendable {
  static let largestSize = 192 << 20

  fileprivate var bytes: [UInt8] = []
  fileprivate var ends: [Int] = []

  var count: Int { ends.count }

  func withText<Result>(_ index: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result? {
    guard ends.indices.contains(index) else { return nil }
    let start = index == 0 ? 0 : ends[index - 1]
    return bytes.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[start..<ends[index]])) }
  }

  func text(_ index: Int) -> String? { withText(index) { String(decoding: $0, as: UTF8.self) } }
}

extension Workbook {
  /// - Throws: `tooLarge`, `longSharedText`, or what reading the part throws.
  func sharedStrings(budget: inout Int) throws(WorkbookProblem) -> SharedStrings {
    guard let part = sharedStringsPart else { return SharedStrings() }
    guard let entry = archive.entry(part) else { throw .missingPart(part) }
    let reader = SharedStringsPart(part: part)
    try archive.parse(entry, budget: &budget, reader)
    return reader.strings
  }
}

private final class SharedStringsPart: XMLHandler {
  private let part: String
  private var isInText = false
  private var isInPhonetic = false
  var strings = SharedStrings()

  init(part: String) {
    self.part = part
  }

  private(set) var problem: WorkbookProblem?

  func start(_ name: XMLName, _ attributes: XMLAttributes) {
    if name == "t" { isInText = !isInPhonetic }
    if name == "rPh" { isInPhonetic = true }
  }

  func end(_ name: XMLName) {
    if name == "t" { isInText = false }
    if name == "rPh" { isInPhonetic = false }
    if name == "si" { strings.ends.append(strings.bytes.count) }
  }

  func text(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard isInText, problem == nil else { return }
    let length = strings.bytes.count - (strings.ends.last ?? 0) + bytes.count
    if length > CellPlace.longestText {
      problem = .longSharedText(part: part, number: strings.count + 1)
    } else if strings.bytes.count + bytes.count > SharedStrings.largestSize {
      problem = .tooLarge(part: part)
    } else {
      strings.bytes += bytes
    }
  }
}
