internal import Groundwork
internal import Glibc

/// The command line of this run, as far as figures depend on it.
enum Invocation {
  /// Without the program's name and the language.
  @TaskLocal static var arguments: [String] = []

  private static let valueless: Set = ["--quiet", "--fresh"]
  private static let withValue: Set = ["--format", "--output", "-o", "--project", "-p", "--threads", "--publish", "--seed", "--draws", "--shard"]

  /// The command with the options that change figures, as typed: without those that say where and how results are written, on how many
  /// threads, from which folder, and those that the store has columns for. What is not known here stays, so that a new
  /// option never brings back the results of another one.
  static func spec(_ command: String, _ arguments: [String]) -> String {
    var kept = [command]
    var rest = arguments.dropFirst()[...]
    while let argument = rest.popFirst() {
      if valueless.contains(argument) { continue }
      if withValue.contains(argument) {
        rest = rest.dropFirst()
        continue
      }
      let name = argument.split(separator: "=", maxSplits: 1).first.map(String.init) ?? argument
      if argument.contains("="), withValue.contains(name) { continue }
      // Of a scenario file its name is enough: what is in it is in the inputs' digest.
      let short = argument.hasSuffix(".toml") ? OutputFile.split(argument).name : argument
      kept.append(short.contains(" ") ? "\"\(short)\"" : short)
    }
    return kept.joined(separator: " ")
  }

  /// The program's build id, which the linker computes from its content; else its size and time of change.
  static let build: String = {
    let descriptor = open("/proc/self/exe", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return "" }
    defer { close(descriptor) }
    var head = [UInt8](repeating: 0, count: 16_384)
    let count = head.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
    if count > 64, let id = ELFBuildID.find(in: Array(head[..<count])) { return id }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return "" }
    return "\(status.st_size)-\(status.st_mtim.tv_sec)-\(status.st_mtim.tv_nsec)"
  }()
}

/// The note that linkers leave in a 64-bit little-endian ELF file (System V ABI, chapters 4 and 5).
enum ELFBuildID {
  /// - Parameter head: the file's first bytes, with program headers and notes.
  static func find(in head: [UInt8]) -> String? {
    guard head.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]) else { return nil }
    func number(_ at: Int, _ bytes: Int) -> Int? {
      guard at >= 0, at + bytes <= head.count else { return nil }
      return (0..<bytes).reduce(0) { $0 | Int(truncatingIfNeeded: UInt64(head[at + $1]) << UInt64(8 * $1)) }
    }
    guard let table = number(32, 8), let size = number(54, 2), let count = number(56, 2) else { return nil }
    for header in 0..<count {
      let at = table + header * size
      guard let kind = number(at, 4), let offset = number(at + 8, 8), let length = number(at + 32, 8) else { return nil }
      guard kind == 4, offset >= 0, length >= 0, offset + length <= head.count else { continue }
      var note = offset
      while note + 12 <= offset + length, let nameSize = number(note, 4), let size = number(note + 4, 4), let type = number(note + 8, 4) {
        let name = note + 12
        let content = name + (nameSize + 3) / 4 * 4
        guard content + size <= offset + length else { break }
        if type == 3, nameSize == 4, Array(head[name..<name + 4]) == [0x47, 0x4E, 0x55, 0] {
          return head[content..<content + size].map { String(UInt32($0) + 0x100, radix: 16).suffix(2) }.joined()
        }
        note = content + (size + 3) / 4 * 4
      }
    }
    return nil
  }
}
