/// Why a workbook, or a part of it, cannot be read or written. Wording is the caller's.
public enum WorkbookProblem: Error, Hashable, Sendable {
  /// The bytes are no ZIP archive.
  case notAnArchive
  /// The archive's directory is missing or points past the end: a download or copy that was cut off.
  case truncated
  /// A part cannot be inflated, fails its checksum, or is no XML.
  case damaged(part: String)
  case missingPart(String)
  /// An archive, but not of a workbook in Office Open XML; what it says it is, where it says so.
  case otherContent(String)
  /// A part grows beyond what a workbook can be: above `ZipArchive.largestTotal`, or above `ZipArchive.largestRatio` times its size.
  case tooLarge(part: String)
  /// A cell's text is longer than `CellPlace.longestText` bytes.
  case longText(sheet: String, cell: String)
  /// A text that cells share is longer; number from 1.
  case longSharedText(part: String, number: Int)
  /// A cell's place is no place of a sheet.
  case badReference(sheet: String, row: Int, reference: String)
  /// No sheet has the name that was asked for.
  case noSuchSheet(String, sheets: [String])
  /// Copies of a sheet's values lie where they cannot be replaced.
  case keepsCopies(part: String)
}
