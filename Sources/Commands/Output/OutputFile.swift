internal import Glibc
internal import Groundwork

/// A result file that is never half-written: a temporary file beside it takes its name when complete.
enum OutputFile {
  /// - Throws: `FindingsError` naming the file.
  static func write(_ text: String, to path: String) throws {
    try naming(path) {
      if try isDevice(path) { return try writeInPlace(text, path) }
      try replace(path) { try Console.write(text, to: $0) }
    }
  }

  /// Writes what the body passes on piece by piece; nothing is left behind where the body throws.
  /// - Throws: `FindingsError` naming the file, or what the body throws.
  static func stream<Result>(to path: String, _ body: (_ sink: @escaping (UnsafeRawBufferPointer) throws -> Void) throws -> Result) throws -> Result {
    try naming(path) {
      if try isDevice(path) { throw SystemFault(number: ENOTSUP) }
      return try replace(path) { descriptor in try body { try Console.write($0, to: descriptor) } }
    }
  }

  private static func naming<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let fault as SystemFault {
      throw fault.finding(path, doing: Phrase(da: "filen kan ikke skrives", en: "the file cannot be written"))
    }
  }

  private static func isDevice(_ path: String) throws(SystemFault) -> Bool {
    guard let mode = mode(path) else { return false }
    if mode & S_IFMT == S_IFDIR { throw SystemFault(number: EISDIR) }
    return mode & S_IFMT != S_IFREG
  }

  private static func mode(_ path: String) -> mode_t? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode : nil
  }

  /// A device or a pipe has no name to give away.
  private static func writeInPlace(_ text: String, _ path: String) throws(SystemFault) {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemFault() }
    defer { close(descriptor) }
    try Console.write(text, to: descriptor)
  }

  private static func replace<Result>(_ path: String, writing: (_ descriptor: Int32) throws -> Result) throws -> Result {
    let target = resolved(path)
    let (folder, name) = split(target)
    let temporary = "\(folder)/.\(name).\(getpid()).tmp"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw SystemFault() }
    var isOpen = true
    do {
      if let mode = mode(target) { fchmod(descriptor, mode & 0o777) }
      let result = try writing(descriptor)
      guard fsync(descriptor) == 0 else { throw SystemFault() }
      isOpen = false
      guard close(descriptor) == 0, rename(temporary, target) == 0 else { throw SystemFault() }
      return result
    } catch {
      if isOpen { close(descriptor) }
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
