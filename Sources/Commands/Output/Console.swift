internal import Glibc
internal import Groundwork

/// The reader of standard output has gone; there is nothing left to say.
struct BrokenPipe: Error {}

/// Standard output, standard error and the terminal behind them.
enum Console {
  static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

  /// Columns for a table: `COLUMNS` where it is set, else the terminal's, 100 where standard output is none.
  static var width: Int {
    if let wanted = columns, wanted >= 20 { return wanted }
    var size = winsize()
    guard isTerminal(STDOUT_FILENO), ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col >= 20 else { return 100 }
    return Int(size.ws_col)
  }

  private static var columns: Int? { getenv("COLUMNS").flatMap { Int(String(cString: $0)) } }

  /// Columns for a chart: `COLUMNS` where it is set, else the terminal's, 80 where standard output is none; 40 to 200.
  static var chartWidth: Int {
    return min(200, max(40, columns ?? (isTerminal(STDOUT_FILENO) ? width : 80)))
  }

  /// Colour only on a terminal, never with `NO_COLOR` or a dumb terminal.
  static var hasColor: Bool {
    func environment(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }
    return isTerminal(STDOUT_FILENO) && environment("NO_COLOR").isEmpty && environment("TERM") != "dumb"
  }

  /// Writes to standard output as it is.
  /// - Throws: `BrokenPipe`, or `FindingsError` where the disk behind it is full.
  static func print(_ text: String) throws {
    do throws(SystemFault) {
      try write(text, to: STDOUT_FILENO)
    } catch {
      if error.number == EPIPE { throw BrokenPipe() }
      throw FindingsError(
        Finding(
          .error, message: Phrase(da: "kan ikke skrive til standard output: \(error.text)", en: "cannot write to standard output: \(error.text)"),
          remedy: Phrase("")))
    }
  }

  /// One line on standard error; a closed one is no reason to stop.
  static func complain(_ phrase: Phrase) {
    try? write(phrase.spoken + "\n", to: STDERR_FILENO)
  }

  /// Findings on standard error, the most severe first in the order found, and how many were left out.
  static func show(_ findings: [Finding], atMost limit: Int = 50) {
    let ordered = Finding.Severity.mostSevereFirst.flatMap { severity in findings.filter { $0.severity == severity } }
    for finding in ordered.prefix(limit) { complain(Phrase(finding.text(in: Speech.language))) }
    let left = ordered.count - limit
    if left > 0 { complain(Phrase(da: "… og \(left) fund mere.", en: "… and \(left) more findings.")) }
  }

  static func write(_ text: String, to descriptor: Int32) throws(SystemFault) {
    var text = text
    let fault: SystemFault? = text.withUTF8 { bytes in
      do throws(SystemFault) {
        try write(UnsafeRawBufferPointer(bytes), to: descriptor)
        return nil
      } catch {
        return error
      }
    }
    if let fault { throw fault }
  }

  static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws(SystemFault) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if written < 0, errno != EINTR { throw SystemFault() }
      if written > 0 { rest = rest.dropFirst(written) }
    }
  }
}

extension Finding.Severity {
  static let mostSevereFirst: [Finding.Severity] = [.error, .warning, .note]
}

/// A system call's error number.
struct SystemFault: Error, Hashable {
  let number: Int32

  init(number: Int32 = errno) {
    self.number = number
  }

  /// The system's own words, such as "Permission denied".
  var text: String { String(cString: strerror(number)) }

  /// The fault as a finding about a file: what to do about the usual ones, the system's words for the others.
  func finding(_ file: String, doing: Phrase) -> FindingsError {
    FindingsError(
      Finding(
        .error, file: file, message: doing + Phrase(remedy == nil ? " (\(text))." : "."), remedy: remedy ?? Phrase("")))
  }

  private var remedy: Phrase? {
    switch number {
    case EACCES, EPERM, EROFS:
      Phrase(da: "Der må ikke skrives der; vælg en anden mappe.", en: "Writing is not allowed there; choose another folder.")
    case ENOENT, ENOTDIR: Phrase(da: "Mappen findes ikke; opret den først.", en: "The folder does not exist; make it first.")
    case EISDIR: Phrase(da: "Det er en mappe; skriv et filnavn.", en: "It is a folder; give a file name.")
    case ENOSPC: Phrase(da: "Disken er fuld.", en: "The disk is full.")
    default: nil
    }
  }
}
