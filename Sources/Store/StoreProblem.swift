import GRDB
public import Groundwork

/// Why the store could not be used. Never a reason to fail a forecast, which works without it.
public enum StoreProblem: Error, Hashable, Sendable {
  /// There is none yet.
  case missing
  case locked
  case corrupt
  case notWritable
  /// A later version of plads made it.
  case newer
  case labelTaken(String)
  case system(String)

  init(_ error: any Error) {
    if let problem = error as? StoreProblem {
      self = problem
      return
    }
    if error is ByteReader.Damaged {
      self = .corrupt
      return
    }
    guard let error = error as? DatabaseError else {
      self = .system("\(error)")
      return
    }
    switch error.resultCode {
    case .SQLITE_BUSY, .SQLITE_LOCKED: self = .locked
    case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .corrupt
    // A table or column that should be there is not.
    case .SQLITE_ERROR: self = .corrupt
    case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_CANTOPEN: self = .notWritable
    default: self = .system(error.message ?? "\(error.resultCode)")
    }
  }

  /// The problem as a finding about the file, with what to do.
  public func finding(_ severity: Finding.Severity) -> Finding {
    Finding(severity, file: RunStore.fileName, message: message, remedy: remedy)
  }

  private var message: Phrase {
    switch self {
    case .missing: Phrase(da: "projektet har ingen gemte kørsler endnu.", en: "the project has no recorded runs yet.")
    case .locked: Phrase(da: "et andet program bruger den, også efter et halvt minuts ventetid.", en: "another program uses it, even after half a minute of waiting.")
    case .corrupt:
      Phrase(da: "den er beskadiget eller ikke en fil, som plads har lavet.", en: "it is damaged or not a file that plads made.")
    case .notWritable: Phrase(da: "der kan ikke skrives i den eller i projektets mappe.", en: "it or the project's folder cannot be written to.")
    case .newer: Phrase(da: "den er lavet af en nyere udgave af plads.", en: "a later version of plads made it.")
    case .labelTaken(let label):
      Phrase(da: "der er allerede offentliggjort en prognose som »\(label)«.", en: "a forecast has already been published as “\(label)”.")
    case .system(let text): Phrase(da: "den kan ikke bruges (\(text)).", en: "it cannot be used (\(text)).")
    }
  }

  private var remedy: Phrase {
    switch self {
    case .missing: Phrase(da: "Kør plads forecast først.", en: "Run plads forecast first.")
    case .locked: Phrase(da: "Vent, og kør igen.", en: "Wait and run again.")
    case .corrupt:
      Phrase(
        da: "Flyt den væk, eller hent den fra en sikkerhedskopi; plads laver en ny, men kender så ikke tidligere kørsler.",
        en: "Move it away or take it from a backup; plads makes a new one, which does not know earlier runs.")
    case .notWritable: Phrase(da: "Giv skriveadgang til projektets mappe.", en: "Allow writing to the project's folder.")
    case .newer: Phrase(da: "Brug den nyere udgave.", en: "Use the later version.")
    case .labelTaken: Phrase(da: "Vælg et andet navn; »plads runs --published« viser dem alle.", en: "Choose another label; “plads runs --published” shows all.")
    case .system: Phrase("")
    }
  }
}
