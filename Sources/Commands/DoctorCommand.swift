internal import ArgumentParser
internal import FoundationEssentials
internal import Glibc
internal import Groundwork
internal import LinearAlgebra

/// `plads doctor`: what the program computes with on this machine. Warnings are no reason to fail.
struct DoctorCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "doctor",
      abstract: Phrase(
        da: "Vis, hvad programmet regner med på denne maskine.", en: "Show what the program computes with on this machine."
      ).spoken)
  }

  @OptionGroup var outputOptions: OutputOptions

  func run() async throws {
    try outputOptions.write(Diagnosis(blas: .current, data: ShippedData.folder).table)
  }
}

/// The machine as a table; a warning names what to do.
struct Diagnosis {
  let blas: BLASInfo
  let data: String?

  var table: Table {
    var table = Table(
      title: Phrase(da: "Programmet og maskinen", en: "The program and the machine"),
      columns: [
        .init("item", heading: Phrase(da: "Hvad", en: "What")), .init("value", heading: Phrase(da: "Fundet", en: "Found")),
        .init("status", heading: Phrase(da: "Vurdering", en: "Verdict")), .init("remedy", heading: Phrase(da: "Gør", en: "Do")),
      ])
    func add(_ code: String, _ name: Phrase, _ value: Table.Cell, remedy: Phrase? = nil) {
      let status: Table.Cell =
        remedy == nil
        ? .term(code: "ok", Phrase("ok")) : .term(code: "warning", Phrase(da: "advarsel", en: "warning"))
      table.append([.term(code: code, name), value, status, remedy.map { .term(code: $0.en, $0) } ?? .empty])
    }
    add("plads", Phrase("Plads"), .text(Plads.version))
    add("swift", Phrase(da: "Swift, oversat med", en: "Swift, compiled with"), .text(Self.compiler))
    add("system", Phrase("System"), .text(Self.system))
    add("processors", Phrase(da: "Processorer", en: "Processors"), .text(String(ProcessInfo.processInfo.activeProcessorCount)))
    add("blas", Phrase("BLAS"), .text(blas.configuration ?? "–"), remedy: blas.isOpenBLAS ? nil : Self.useOpenBLAS)
    add("kernel", Phrase(da: "BLAS-kerne", en: "BLAS kernel"), blas.core.map { .text($0) } ?? .empty)
    add("blas_threads", Phrase(da: "BLAS-tråde", en: "BLAS threads"), blas.threads.map { .text(String($0)) } ?? .empty)
    add("blas_threading", Phrase(da: "BLAS bygget som", en: "BLAS built as"), threading, remedy: threadingRemedy)
    add("blas_library", Phrase(da: "BLAS-bibliotek", en: "BLAS library"), path(blas.blasPath))
    add(
      "lapack_library", Phrase(da: "LAPACK-bibliotek", en: "LAPACK library"), path(blas.lapackPath),
      remedy: Self.isReference(blas.lapackPath) ? Self.useOpenBLAS : nil)
    add("lapacke_library", Phrase(da: "LAPACKE-bibliotek", en: "LAPACKE library"), path(blas.lapackePath))
    add(
      "tasks", Phrase(da: "Opgaver på én gang", en: "Tasks at once"),
      LinearAlgebra.allowsConcurrency
        ? .term(code: "many", Phrase(da: "så mange som processorer", en: "as many as processors"))
        : .term(code: "one", Phrase(da: "kun én", en: "only one")))
    add("data", Phrase(da: "Programmets data", en: "The program's data"), path(data), remedy: data == nil ? Self.setData : nil)
    return table
  }

  private func path(_ path: String?) -> Table.Cell { path.map { .text($0) } ?? .empty }

  private var threading: Table.Cell {
    switch blas.threading {
    case .pthread: .term(code: "pthread", Phrase("pthread"))
    case .serial: .term(code: "serial", Phrase(da: "seriel", en: "serial"))
    case .openMP: .term(code: "openmp", Phrase("OpenMP"))
    case nil: .empty
    }
  }

  private var threadingRemedy: Phrase? {
    switch blas.threading {
    case .serial, .openMP:
      Phrase(
        da: "Regner med én tråd. Installer libopenblas0-pthread for at bruge alle.",
        en: "Computes with one thread. Install libopenblas0-pthread to use all.")
    case .pthread, nil: nil
    }
  }

  /// Debian's reference libraries lie in folders named `blas` and `lapack`.
  private static func isReference(_ path: String?) -> Bool {
    guard let path else { return false }
    return path.contains("/lapack/liblapack") || path.contains("/blas/libblas")
  }

  private static let useOpenBLAS = Phrase(
    da: "Langsomt referencebibliotek. Kør Scripts/setup, og vælg OpenBLAS med update-alternatives.",
    en: "Slow reference library. Run Scripts/setup and choose OpenBLAS with update-alternatives.")

  private static let setData = Phrase(
    da: "Sæt PLADS_DATA til mappen Data, eller installer med Scripts/install.",
    en: "Set PLADS_DATA to the folder Data, or install with Scripts/install.")

  private static var compiler: String {
    #if compiler(>=6.5)
    "6.5+"
    #elseif compiler(>=6.4)
    "6.4"
    #elseif compiler(>=6.3)
    "6.3"
    #else
    "6.2"
    #endif
  }

  private static var system: String {
    var names = utsname()
    guard uname(&names) == 0 else { return "" }
    func text<Buffer>(_ buffer: Buffer) -> String {
      withUnsafeBytes(of: buffer) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
    return "\(text(names.sysname)) \(text(names.release)) \(text(names.machine))"
  }
}
