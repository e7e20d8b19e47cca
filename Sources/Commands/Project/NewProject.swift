internal import FoundationEssentials
internal import Glibc
internal import Groundwork
internal import Store

/// Makes a project folder whole or not at all: it is filled under a temporary name and renamed when complete.
struct NewProject {
  let folder: String
  /// Folder to copy; nil makes an empty project.
  let example: String?
  let name: String

  /// - Throws: `UsageError` where something is there already, `FindingsError` where the system refuses.
  func make(language: Language) throws {
    let target = Self.trimmed(folder)
    switch Self.content(of: target) {
    case .nothing: try makeNew(target, language: language)
    case .emptyFolder: try fill(target, language: language)
    case .file:
      throw UsageError(Phrase(da: "»\(folder)« er en fil; vælg en anden mappe.", en: "“\(folder)” is a file; choose another folder."))
    case .fullFolder:
      throw UsageError(
        Phrase(
          da: "Mappen »\(folder)« er ikke tom; intet er ændret. Vælg en anden mappe.",
          en: "The folder “\(folder)” is not empty; nothing was changed. Choose another folder."))
    }
  }

  /// Without slashes at its end.
  static func trimmed(_ path: String) -> String {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return path
  }

  private enum Content { case nothing, file, emptyFolder, fullFolder }

  private static func content(of path: String) -> Content {
    var status = stat()
    guard lstat(path, &status) == 0 else { return .nothing }
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return .file }
    // A folder that cannot be listed is not known to be empty.
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else { return .fullFolder }
    return names.isEmpty ? .emptyFolder : .fullFolder
  }

  private func makeNew(_ target: String, language: Language) throws {
    let (parent, name) = OutputFile.split(target)
    let temporary = "\(parent)/.\(name).\(getpid()).tmp"
    try clearingUp(temporary) {
      try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
      try write(into: temporary, language: language)
      guard rename(temporary, target) == 0 else { throw SystemFault() }
    }
  }

  /// The folder stays the same one, since a terminal may stand in it.
  private func fill(_ target: String, language: Language) throws {
    let temporary = "\(target)/.plads.\(getpid()).tmp"
    try clearingUp(temporary) {
      try write(into: temporary, language: language)
      for name in try FileManager.default.contentsOfDirectory(atPath: temporary).sorted() {
        guard rename("\(temporary)/\(name)", "\(target)/\(name)") == 0 else { throw SystemFault() }
      }
      try FileManager.default.removeItem(atPath: temporary)
    }
  }

  private func clearingUp(_ temporary: String, _ work: () throws -> Void) throws {
    do {
      try work()
    } catch {
      try? FileManager.default.removeItem(atPath: temporary)
      let doing = Phrase(da: "projektet kan ikke laves", en: "the project cannot be made")
      throw (Self.fault(of: error) ?? SystemFault(number: EIO)).finding(folder, doing: doing)
    }
  }

  /// FileManager wraps the system's error number.
  private static func fault(of error: any Error) -> SystemFault? {
    if let fault = error as? SystemFault { return fault }
    guard let error = error as? CocoaError else { return nil }
    if let number = (error.underlying as? POSIXError)?.code.rawValue { return SystemFault(number: number) }
    switch error.code {
    case .fileWriteNoPermission, .fileReadNoPermission: return SystemFault(number: EACCES)
    case .fileNoSuchFile, .fileReadNoSuchFile: return SystemFault(number: ENOENT)
    case .fileWriteOutOfSpace: return SystemFault(number: ENOSPC)
    case .fileWriteVolumeReadOnly: return SystemFault(number: EROFS)
    default: return nil
    }
  }

  private func write(into temporary: String, language: Language) throws {
    if let example {
      try copy(example, to: temporary)
    } else {
      try makeFolder(temporary)
      try makeFolder(temporary + "/data")
      try makeFolder(temporary + "/scenarios")
      try makeFolder(temporary + "/rules")
      try OutputFile.write(ProjectTemplate.settings(name: name)[language], to: temporary + "/plads.toml")
      try OutputFile.write(ProjectTemplate.columns[language] + ProjectTemplate.models[language], to: temporary + "/data/README.md")
      try OutputFile.write(ProjectTemplate.rules[language], to: temporary + "/rules/README.md")
    }
  }

  private func makeFolder(_ path: String) throws {
    guard mkdir(path, 0o777) == 0 else { throw SystemFault() }
  }

  /// Copies contents but not permissions: an installed example may be read-only, the user's copy must not be.
  private func copy(_ source: String, to target: String) throws {
    try makeFolder(target)
    // Somebody may have run plads in the example itself; what it remembers is not part of it.
    for name in try FileManager.default.contentsOfDirectory(atPath: source).sorted() where !name.hasPrefix(RunStore.fileName) {
      let (from, to) = (source + "/" + name, target + "/" + name)
      var status = stat()
      guard stat(from, &status) == 0 else { throw SystemFault() }
      if status.st_mode & S_IFMT == S_IFDIR {
        try copy(from, to: to)
      } else {
        guard let content = FileManager.default.contents(atPath: from) else { throw SystemFault(number: EACCES) }
        guard FileManager.default.createFile(atPath: to, contents: content) else { throw SystemFault() }
      }
    }
  }
}
