public import Ingest
public import Placements

/// The shipped example projects, read from the checkout.
public enum ExampleProject: String, CaseIterable, Sendable {
  case region, denmark

  /// The folder in the checkout.
  public var folder: String {
    // Tests/TestSupport/ExampleProject.swift: three names up from this file.
    let parts = #filePath.split(separator: "/").dropLast(3)
    return "/" + parts.joined(separator: "/") + "/Data/examples/" + rawValue
  }

  public func read() -> ReadProject { ProjectReader(folder: folder).read() }

  public func panel() throws -> Panel { try Panel(try read().usable()) }
}
