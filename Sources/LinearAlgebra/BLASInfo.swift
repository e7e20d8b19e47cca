internal import Glibc

/// The start of the numerical library: one BLAS thread, set once for the process.
public enum LinearAlgebra {
  private static let oneThread: Void = {
    typealias SetThreads = @convention(c) (Int32) -> Void
    if let set = OpenBLASSymbol.find("openblas_set_num_threads", as: SetThreads.self) { set(1) }
    // Threads that the library began when it was loaded wait for work at full speed, for some tenth of a second; none will come. What
    // it does before a fork ends them.
    typealias Shutdown = @convention(c) () -> Int32
    if let shutdown = OpenBLASSymbol.find("blas_thread_shutdown_", as: Shutdown.self) { _ = shutdown() }
  }()

  /// Sets one BLAS thread at the first call and does nothing afterwards. Every entry point of this module calls it.
  public static func start() { _ = oneThread }

  /// Whether BLAS may be called from several tasks at once. True only of OpenBLAS's pthread build: the serial build is
  /// not safe under concurrent callers and the OpenMP build changes its last digits.
  public static let allowsConcurrency: Bool = BLASInfo.current.threading == .pthread
}

/// Which BLAS and LAPACK this process has loaded; read by name at run time, so a reference BLAS gives nils, not a crash.
public struct BLASInfo: Equatable, Sendable {
  public enum Threading: Int32, Sendable { case serial = 0, pthread = 1, openMP = 2 }

  /// `openblas_get_config()`, such as "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH ...". Nil where it is not OpenBLAS.
  public let configuration: String?
  /// The kernel in use, such as "Haswell". Nil where it is not OpenBLAS.
  public let core: String?
  /// The number of BLAS threads in force. Nil where it is not OpenBLAS.
  public let threads: Int?
  public let threading: Threading?
  /// Path of the library that answers for `cblas_dgemm`.
  public let blasPath: String?
  /// Path of the library that answers for `LAPACKE_dpotrf`.
  public let lapackePath: String?
  /// Path of the library that answers for LAPACK's own `dpotrf_`.
  public let lapackPath: String?

  public var isOpenBLAS: Bool { configuration != nil }

  /// The version in the configuration, such as "0.3.21".
  public var version: String? {
    guard let words = configuration?.split(separator: " "), words.count > 1, words[0] == "OpenBLAS" else { return nil }
    return String(words[1])
  }

  public static var current: BLASInfo {
    LinearAlgebra.start()
    typealias Text = @convention(c) () -> UnsafePointer<CChar>?
    typealias Number = @convention(c) () -> Int32
    func text(_ name: String) -> String? {
      OpenBLASSymbol.find(name, as: Text.self)?().map { String(cString: $0) }
    }
    func number(_ name: String) -> Int32? { OpenBLASSymbol.find(name, as: Number.self)?() }
    return BLASInfo(
      configuration: text("openblas_get_config"), core: text("openblas_get_corename"),
      threads: number("openblas_get_num_threads").map { Int($0) },
      threading: number("openblas_get_parallel").flatMap { Threading(rawValue: $0) },
      blasPath: OpenBLASSymbol.library(of: "cblas_dgemm"), lapackePath: OpenBLASSymbol.library(of: "LAPACKE_dpotrf"),
      lapackPath: OpenBLASSymbol.library(of: "dpotrf_"))
  }
}

/// Looks C functions up by name among the loaded libraries.
enum OpenBLASSymbol {
  static func find<Function>(_ name: String, as type: Function.Type) -> Function? {
    dlsym(nil, name).map { unsafeBitCast($0, to: type) }
  }

  static func library(of name: String) -> String? {
    // Glibc's overlay hides dladdr (a GNU extension), so it is found by name too; it fills four pointers, the first of
    // which is the file's name.
    typealias Lookup = @convention(c) (UnsafeRawPointer, UnsafeMutablePointer<UnsafePointer<CChar>?>) -> Int32
    guard let address = dlsym(nil, name), let lookup = find("dladdr", as: Lookup.self) else { return nil }
    var info = [UnsafePointer<CChar>?](repeating: nil, count: 4)
    guard lookup(address, &info) != 0, let file = info[0] else { return nil }
    return String(cString: file)
  }
}
