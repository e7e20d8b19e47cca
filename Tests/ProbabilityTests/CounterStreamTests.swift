import Probability
import Testing

@Suite struct CounterStreamTests {
  /// Numbers had at once are those that come one by one.
  @Test func anyNumberCanBeHadAtOnce() {
    let key = CounterStream.key(7, 11)
    var stream = CounterStream(key: key)
    for index in 0..<100 { #expect(stream.nextUniform() == CounterStream.uniform(key: key, UInt64(index))) }
  }

  /// First numbers of neighbouring keys are uniform and uncorrelated; limits of five standard errors, fixed keys.
  @Test(arguments: [UInt64(0), 1, 99]) func neighbouringKeysAreUnrelated(parent: UInt64) {
    let n = 200_000
    let u = (0..<n).map { CounterStream.uniform(key: CounterStream.key(parent, UInt64($0)), 0) - 0.5 }
    let v = (0..<n).map { CounterStream.uniform(key: CounterStream.key(parent, UInt64($0)), 1) - 0.5 }
    #expect(abs(u.reduce(0, +) / Double(n)) < 5 * (1.0 / 12 / Double(n)).squareRoot())
    let limit = 5.0 / 12 / Double(n).squareRoot()
    #expect(abs(zip(u, u.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 } / Double(n)) < limit)
    #expect(abs(zip(u, v).reduce(0) { $0 + $1.0 * $1.1 } / Double(n)) < limit)
    let cells = 64
    var counts = [Int](repeating: 0, count: cells)
    for x in u { counts[Int((x + 0.5) * Double(cells))] += 1 }
    let expected = Double(n) / Double(cells)
    let chi = counts.reduce(0.0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
    // χ² with 63 degrees of freedom is above 126 with a probability of 5e-6.
    #expect(chi < 126)
  }
}
