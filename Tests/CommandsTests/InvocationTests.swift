import Testing

@testable import Commands

@Suite("Invocation")
struct InvocationTests {
  @Test(
    "What changes no figure is left out, everything else stays",
    arguments: [
      (["forecast", "--format", "csv", "-o", "a.csv", "--quiet", "--threads", "2", "--by", "area"], "forecast --by area"),
      (["forecast", "--format=csv", "--project=x", "--measure=stock", "--fresh"], "forecast --measure=stock"),
      (["scenario", "my/folder/a.toml", "-p", "r", "--batches"], "scenario a.toml --batches"),
      (["forecast", "--offer", "Foo A/S"], "forecast --offer \"Foo A/S\""), (["forecast", "--new-option", "3"], "forecast --new-option 3"),
      (["risk"], "risk"),
    ])
  func spec(arguments: [String], expected: String) {
    #expect(Invocation.spec(arguments[0], arguments) == expected)
  }

  @Test("A build id is read from an ELF file's notes; other files have none")
  func buildID() {
    var file = [UInt8](repeating: 0, count: 256)
    func put(_ value: Int, _ at: Int, _ bytes: Int) {
      for place in 0..<bytes { file[at + place] = UInt8(truncatingIfNeeded: value >> (8 * place)) }
    }
    file.replaceSubrange(0..<6, with: [0x7F, 0x45, 0x4C, 0x46, 2, 1])
    put(64, 32, 8)
    put(56, 54, 2)
    put(1, 56, 2)
    put(4, 64, 4)
    put(128, 72, 8)
    put(24, 96, 8)
    put(4, 128, 4)
    put(5, 132, 4)
    put(3, 136, 4)
    file.replaceSubrange(140..<144, with: [0x47, 0x4E, 0x55, 0])
    file.replaceSubrange(144..<149, with: [0, 1, 0xAB, 0xFF, 0x10])
    #expect(ELFBuildID.find(in: file) == "0001abff10")
    #expect(ELFBuildID.find(in: Array(file.prefix(140))) == nil)
    #expect(ELFBuildID.find(in: []) == nil)
    #expect(!Invocation.build.isEmpty)
  }
}
