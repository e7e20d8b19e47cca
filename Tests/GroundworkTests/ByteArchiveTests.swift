import Groundwork
import Testing

@Suite("ByteArchive")
struct ByteArchiveTests {
  @Test(
    "Numbers come back with every bit",
    arguments: [0, -0.0, 1, 179, 180, 181, 255, 256, 15_999, 16_000, -1, 0.1, 1e300, .infinity, .leastNonzeroMagnitude] as [Double])
  func doubles(value: Double) throws {
    var writer = ByteWriter()
    writer.write(value)
    var reader = ByteReader(writer.bytes)
    #expect(try reader.double().bitPattern == value.bitPattern)
    #expect(reader.isAtEnd)
  }

  @Test("Whole numbers of any size", arguments: [0, 1, -1, 63, 64, -64, -65, 1 << 40, .max, .min])
  func integers(value: Int) throws {
    var writer = ByteWriter()
    writer.write(value)
    var reader = ByteReader(writer.bytes)
    #expect(try reader.integer() == value)
  }

  @Test("Texts, also repeated and empty, and what is not there")
  func texts() throws {
    var writer = ByteWriter()
    let texts = ["", "æøå", "æøå", "", "b"]
    writer.write(texts) { $0.write($1) }
    writer.write(String?.none) { $0.write($1) }
    writer.write(.nan as Double)
    var reader = ByteReader(writer.bytes)
    #expect(try reader.list { reader throws(ByteReader.Damaged) in try reader.text() } == texts)
    #expect(try reader.optional { reader throws(ByteReader.Damaged) in try reader.text() } == nil)
    #expect(try reader.double().isNaN)
  }

  @Test("Bytes that nobody wrote are damaged", arguments: [[0x80], [0x0A, 1], [0, 0xFF, 0xFF, 0x7F], Array(repeating: 0xFF, count: 20)] as [[UInt8]])
  func damaged(bytes: [UInt8]) {
    var reader = ByteReader(bytes)
    #expect(throws: ByteReader.Damaged.self) { try reader.text() }
  }
}
