internal import Glibc
internal import Groundwork

/// Names of files in a folder.
enum Folder {
  /// In byte order; empty where the folder cannot be read. Hidden files are left out.
  static func files(in folder: String, ending: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasSuffix(ending), !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
  }

  /// Makes a folder with those above it; one that is there stays as it is.
  /// - Throws: `FindingsError` naming it.
  static func make(_ path: String) throws {
    var made = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      made += (made.isEmpty || made.hasSuffix("/") ? "" : "/") + part
      guard mkdir(made, 0o777) != 0, errno != EEXIST else { continue }
      throw SystemFault().finding(path, doing: Phrase(da: "mappen kan ikke oprettes", en: "the folder cannot be made"))
    }
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      throw FindingsError(
        Finding(
          .error, file: path, message: Phrase(da: "det er en fil, ikke en mappe.", en: "it is a file, not a folder."),
          remedy: Phrase(da: "Vælg et andet navn.", en: "Choose another name.")))
    }
  }
}
