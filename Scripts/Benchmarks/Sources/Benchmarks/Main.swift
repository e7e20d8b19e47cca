import Foundation

/// `run` times every work in processes of their own and prints the table; the other commands are those processes.
@main
struct Benchmarks {
  static func main() {
    do {
      try run()
    } catch {
      FileHandle.standardError.write(Data("benchmark: \(error)\n".utf8))
      exit(2)
    }
  }

  private static func run() throws {
    var arguments = Array(CommandLine.arguments.dropFirst())
    let command = arguments.isEmpty ? "" : arguments.removeFirst()
    switch (command, arguments.first) {
    case ("run", _): try Runner(arguments).run()
    case ("fit", let folder?): try NationalFit.run(folder: folder)
    case ("grow", let folder?): try NationalFit.grow(folder: folder)
    case ("generate-glm", let folder?): try MillionCounts.generate(folder: folder)
    case ("glm", let folder?): try MillionCounts.fit(folder: folder)
    case ("generate-dense", let folder?): try DenseLeastSquares.generate(folder: folder)
    case ("dense", let folder?): try DenseLeastSquares.fit(folder: folder)
    case ("simulate", let folder?): try NationalSimulation.run(folder: folder)
    case ("generate-stays", let folder?): try MillionStays.generate(folder: folder)
    case ("read", let folder?): try MillionStays.read(folder: folder)
    default: throw Misuse("Scripts/benchmark runs this program")
    }
  }
}

struct Misuse: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
