import Glibc
public import Groundwork

/// A file's bytes, where they can be text.
public enum TextFile {
  /// - Parameters:
  ///   - path: where the file lies.
  ///   - name: what findings call it; the path where nil.
  /// - Throws: one finding when the file is missing, a folder, unreadable, a workbook, UTF-16 or otherwise no text.
  public static func read(_ path: String, as name: String? = nil) throws(FindingsError) -> [UInt8] {
    let bytes = try bytes(path, as: name ?? path)
    try check(bytes, as: name ?? path)
    return bytes
  }

  /// A file's bytes, whatever they are.
  /// - Throws: one finding when the file is missing, a folder or unreadable.
  static func bytes(_ path: String, as name: String) throws(FindingsError) -> [UInt8] {
    switch load(path) {
    case .success(let loaded): return loaded
    case .failure(let failure): throw FindingsError(fault(failure).finding(file: name))
    }
  }

  /// - Throws: one finding when the bytes are a workbook, UTF-16 or otherwise no text.
  static func check(_ bytes: [UInt8], as name: String) throws(FindingsError) {
    if let fault = notText(bytes) { throw FindingsError(fault.finding(file: name)) }
  }

  static func exists(_ path: String) -> Bool { kind(of: path) != nil }

  static func isFolder(_ path: String) -> Bool { kind(of: path) == S_IFDIR }

  /// Names in a folder in byte order; empty where it cannot be read.
  static func names(in folder: String) -> [String] {
    guard let handle = opendir(folder) else { return [] }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }

  private enum Failure: Error {
    case missing, folder
    case unreadable(Int32)
  }

  private static func fault(_ failure: Failure) -> Fault {
    switch failure {
    case .missing: .fileMissing
    case .folder: .fileIsFolder
    case .unreadable(let code): .fileUnreadable(String(cString: strerror(code)))
    }
  }

  private static func kind(of path: String) -> mode_t? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
  }

  private static func load(_ path: String) -> Result<[UInt8], Failure> {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return .failure(errno == ENOENT || errno == ENOTDIR ? .missing : .unreadable(errno)) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return .failure(.unreadable(errno)) }
    if status.st_mode & S_IFMT == S_IFDIR { return .failure(.folder) }
    return drain(descriptor, expecting: Int(status.st_size))
  }

  /// Reads to the end; the size is a hint only, since pipes have none and files may grow.
  private static func drain(_ descriptor: Int32, expecting size: Int) -> Result<[UInt8], Failure> {
    var bytes: [UInt8] = []
    var step = size + 1
    while true {
      var got = 0
      let chunk = [UInt8](unsafeUninitializedCapacity: step) { buffer, count in
        got = Glibc.read(descriptor, buffer.baseAddress, step)
        count = max(got, 0)
      }
      if got < 0 {
        if errno == EINTR { continue }
        return .failure(.unreadable(errno))
      }
      if got == 0 { return .success(bytes) }
      if bytes.isEmpty { bytes = chunk } else { bytes += chunk }
      step = 65_536
    }
  }

  private static let knownFormats: [(magic: [UInt8], fault: Fault)] = [
    ([0x50, 0x4B, 0x03, 0x04], .workbookNamedText), ([0xD0, 0xCF, 0x11, 0xE0], .oldWorkbook),
    ([0xFF, 0xFE], .utf16), ([0xFE, 0xFF], .utf16),
    ([0x25, 0x50, 0x44, 0x46], .notText), ([0x1F, 0x8B], .notText),
  ]

  private static func notText(_ bytes: [UInt8]) -> Fault? {
    for format in knownFormats where bytes.starts(with: format.magic) { return format.fault }
    let hasNull = bytes.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return false }
      return memchr(base, 0, buffer.count) != nil
    }
    guard hasNull else { return nil }
    let sample = bytes.prefix(64)
    let nulls = sample.count(where: { $0 == 0 })
    return sample.count >= 4 && nulls * 5 >= sample.count * 2 && nulls * 5 <= sample.count * 3 ? .utf16 : .notText
  }
}
