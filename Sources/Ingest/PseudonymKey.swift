public import Groundwork
import Crypto
import Glibc

/// The secret that turns persons' numbers into pseudonyms. Who has it can find persons again, so that it lies outside every project
/// folder, where its owner alone can read it.
public struct PseudonymKey: Sendable {
  /// Characters that a key must have; the keys made here are 64 hexadecimal digits, 256 random bits.
  static let shortest = 32
  private static let longest = 4096

  private let key: SymmetricKey

  /// - Parameter secret: the key's bytes; at least 32.
  init(secret: [UInt8]) {
    key = SymmetricKey(data: secret)
  }

  /// `p` and the first 24 hexadecimal digits of HMAC-SHA-256 (RFC 2104, FIPS 180-4): 96 bits, so that a million persons
  /// share a pseudonym with a probability below 1e-16.
  func pseudonym(_ value: [UInt8]) -> String {
    let digest = HMAC<SHA256>.authenticationCode(for: value, using: key)
    var text = "p"
    for byte in digest.prefix(12) {
      text += String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }
    return text
  }

  /// Whether the value has the form of a pseudonym.
  static func isPseudonym(_ value: [UInt8]) -> Bool {
    value.count == 25 && value[0] == 0x70 && value[1...].allSatisfy { $0 >= 0x30 && $0 <= 0x39 || $0 >= 0x61 && $0 <= 0x66 }
  }

  // MARK: Files

  /// Reads a key file; line ends at its end are no part of the key.
  /// - Throws: a finding where the file is missing, may be read or written by others, belongs to another user, lies inside a project
  ///   folder, or is too short.
  public static func read(_ path: String) throws(FindingsError) -> PseudonymKey {
    func fail(_ fault: Fault) -> FindingsError { FindingsError(fault.finding(file: path)) }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw fail(errno == ENOENT || errno == ENOTDIR ? .keyMissing(path) : .fileUnreadable(String(cString: strerror(errno)))) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { throw fail(.keyNoFile) }
    guard status.st_mode & 0o077 == 0, status.st_uid == geteuid() else { throw fail(.keyReadable(path)) }
    if let project = projectFolder(of: path) { throw fail(.keyInProject(project)) }
    guard status.st_size <= longest else { throw fail(.keyNoFile) }
    var bytes = try TextFile.bytes(path, as: path)
    while let last = bytes.last, last == 0x0A || last == 0x0D { bytes.removeLast() }
    guard bytes.count >= shortest else { throw fail(.keyShort) }
    return PseudonymKey(secret: bytes)
  }

  /// Makes a key file of 256 random bits that its owner alone may read and write. Never replaces a file.
  /// - Throws: a finding where there is a file already, the folder is inside a project, or nothing can be written there.
  public static func make(_ path: String) throws(FindingsError) {
    func fail(_ fault: Fault) -> FindingsError { FindingsError(fault.finding(file: path)) }
    if let project = projectFolder(of: path) { throw fail(.keyInProject(project)) }
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw fail(errno == EEXIST ? .keyExists : .keyUnwritable(String(cString: strerror(errno)))) }
    defer { close(descriptor) }
    let digits = Array("0123456789abcdef".utf8)
    let secret = SymmetricKey(size: .bits256).withUnsafeBytes { bytes in bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] } }
    let isWritten = fchmod(descriptor, 0o600) == 0 && (secret + [0x0A]).withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) == $0.count }
    guard isWritten, fsync(descriptor) == 0 else {
      let reason = String(cString: strerror(errno))
      unlink(path)
      throw fail(.keyUnwritable(reason))
    }
  }

  /// The folder with plads.toml that the path lies in, at any depth; nil outside projects.
  static func projectFolder(of path: String) -> String? {
    let slash = path.lastIndex(of: "/")
    let parent = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    guard let real = realpath(parent, nil) else { return nil }
    defer { free(real) }
    var folder = String(cString: real)
    while true {
      if TextFile.exists(folder + "/" + ProjectFile.name) { return folder }
      guard let slash = folder.lastIndex(of: "/"), folder != "/" else { return nil }
      folder = slash == folder.startIndex ? "/" : String(folder[..<slash])
    }
  }
}

extension Fault {
  static func keyMissing(_ path: String) -> Fault {
    Fault(
      "key", .error, Phrase(da: "nøglefilen findes ikke.", en: "the key file does not exist."),
      Phrase(
        da: "Lav den med: plads pseudonymise --new-key --key-file \(path)",
        en: "Make it with: plads pseudonymise --new-key --key-file \(path)"))
  }

  static var keyNoFile: Fault {
    Fault(
      "key", .error, Phrase(da: "er ikke en nøglefil.", en: "is no key file."),
      Phrase(da: "Lav en med --new-key.", en: "Make one with --new-key."))
  }

  static func keyReadable(_ path: String) -> Fault {
    Fault(
      "key", .error, Phrase(da: "nøglefilen kan læses af andre end dig.", en: "the key file can be read by others than you."),
      Phrase(da: "Luk den: chmod 600 \(path), og lav en ny nøgle, hvis andre kan have set den.", en: "Close it: chmod 600 \(path), and make a new key if others may have seen it."))
  }

  static func keyInProject(_ folder: String) -> Fault {
    Fault(
      "key", .error,
      Phrase(da: "nøglefilen ligger i en projektmappe, som deles med data.", en: "the key file lies in a project folder, which is shared with the data."),
      Phrase(da: "Læg den uden for mapper med plads.toml.", en: "Put it outside folders with plads.toml."))
  }

  static var keyShort: Fault {
    Fault(
      "key", .error, Phrase(da: "nøglen er kortere end \(PseudonymKey.shortest) tegn.", en: "the key is shorter than \(PseudonymKey.shortest) characters."),
      Phrase(da: "Lav en med --new-key.", en: "Make one with --new-key."))
  }

  static var keyExists: Fault {
    Fault(
      "key", .error, Phrase(da: "filen findes allerede og overskrives ikke.", en: "the file is there already and is not overwritten."),
      Phrase(da: "Brug nøglen uden --new-key, eller vælg et andet navn.", en: "Use the key without --new-key, or choose another name."))
  }

  static func keyUnwritable(_ reason: String) -> Fault {
    Fault(
      "key", .error, Phrase(da: "nøglefilen kan ikke skrives (\(reason)).", en: "the key file cannot be written (\(reason))."),
      Phrase(da: "Vælg en mappe, hvor du må skrive.", en: "Choose a folder where you may write."))
  }
}
