internal import Glibc
internal import Groundwork

/// A result file that is never half-written: a temporary file beside it takes its name when complete.
enum OutputFile {
  /// - Throws: `FindingsError` naming the file.
  static func write(_ text: String, to path: String) throws {
    let doing = Phrase(da: "filen kan ikke skrives", en: "the file cannot be written")
    do throws(SystemFault) {
      var status = stat()
      let exists = stat(path, &status) == 0
      if exists, status.st_mode & S_IFMT == S_IFDIR { throw SystemFault(number: EISDIR) }
      if exists, status.st_mode & S_IFMT != S_IFREG {
        try writeInPlace(text, path)
      } else {
        try replace(resolved(path), by: text, mode: exists ? status.st_mode & 0o777 : nil)
      }
    } catch {
      throw error.finding(path, doing: doing)
    }
  }

  /// A device or a pipe has no name to give away.
  private static func writeInPlace(_ text: String, _ path: String) throws(SystemFault) {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemFault() }
    defer { close(descriptor) }
    try Console.write(text, to: descriptor)
  }

  private static func replace(_ path: String, by text: String, mode: mode_t?) throws(SystemFault) {
    let (folder, name) = split(path)
    let temporary = "\(folder)/.\(name).\(getpid()).tmp"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw SystemFault() }
    do throws(SystemFault) {
      if let mode { fchmod(descriptor, mode) }
      try Console.write(text, to: descriptor)
      guard fsync(descriptor) == 0, close(descriptor) == 0 else { throw SystemFault() }
      guard rename(temporary, path) == 0 else { throw SystemFault() }
    } catch {
      unlink(temporary)
      throw error
    }
  }

  /// The file that a symbolic link points at, so that the link stays.
  private static func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }

  static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    let folder = String(path[..<slash])
    return (folder.isEmpty ? "/" : folder, String(path[path.index(after: slash)...]))
  }
}
