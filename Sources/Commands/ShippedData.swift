internal import Glibc
internal import Groundwork

/// The `Data` folder that comes with the program: Denmark's municipalities, the example projects.
enum ShippedData {
  /// A file that every such folder has.
  private static let mark = "denmark/municipalities.csv"

  /// `$PLADS_DATA`; else `../share/plads` beside the program; else the `Data` of a folder above it, as in a checkout.
  static var folder: String? { locate(environment: environment, executable: executable) }

  /// - Throws: `FindingsError` that says where it was looked for.
  static func find() throws -> String {
    if let folder { return folder }
    let place = environment ?? OutputFile.split(executable ?? "plads").folder
    throw FindingsError(
      Finding(
        .error, file: place, message: Phrase(da: "programmets datamappe findes ikke her", en: "the program's data folder is not here"),
        remedy: Phrase(
          da: "Sæt PLADS_DATA til mappen Data, eller installer med Scripts/install.",
          en: "Set PLADS_DATA to the folder Data, or install with Scripts/install.")))
  }

  /// A set environment variable is never passed over: where it is wrong, there is no folder.
  static func locate(environment: String?, executable: String?) -> String? {
    if let environment { return isData(environment) ? environment : nil }
    guard let executable else { return nil }
    var folder = OutputFile.split(executable).folder
    let shared = OutputFile.split(folder).folder + "/share/plads"
    if isData(shared) { return shared }
    while true {
      let candidate = (folder == "/" ? "" : folder) + "/Data"
      if isData(candidate) { return candidate }
      if folder == "/" || folder == "." { return nil }
      folder = OutputFile.split(folder).folder
    }
  }

  static var environment: String? {
    guard let value = getenv("PLADS_DATA") else { return nil }
    let text = String(cString: value)
    return text.isEmpty ? nil : text
  }

  /// The running program with symbolic links followed.
  static var executable: String? {
    guard let path = realpath("/proc/self/exe", nil) else { return nil }
    defer { free(path) }
    return String(cString: path)
  }

  private static func isData(_ folder: String) -> Bool { access(folder + "/" + mark, R_OK) == 0 }
}
