public import Foundation

/// Reference files that lie beside the checkout in `shared`, where they are; tests that need them are skipped elsewhere.
public enum ReferenceFiles {
  public static let folder: URL? = {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let folder = root.deletingLastPathComponent().appendingPathComponent("shared")
    return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
  }()

  public static func path(_ name: String) -> String? { folder?.appendingPathComponent(name).path }

  /// Rows of numbers without a header.
  public static func matrix(_ name: String) throws -> [[Double]]? {
    guard let path = path(name) else { return nil }
    let text = try String(contentsOfFile: path, encoding: .utf8)
    return text.split(separator: "\n").map { $0.split(separator: ",").compactMap { Double($0.filter { $0 != "\r" }) } }
  }
}
