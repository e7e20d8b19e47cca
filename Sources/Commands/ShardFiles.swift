internal import Analysis
internal import Groundwork
internal import Ingest

/// The files that `plads sweep --shard` wrote, joined to the bytes of one run.
struct ShardFiles {
  static let shardColumn = "shard"
  /// Of the inputs and the command but for the shard; parts of different ones do not belong together.
  static let digestColumn = "digest"

  let paths: [String]

  private struct Line {
    let point: Int
    let text: Substring
  }

  private struct Part {
    let path: String
    let header: Substring
    let number: Int
    let count: Int
    let digest: Substring
    let lines: [Line]
  }

  /// - Throws: `UsageError` without files; `FindingsError` naming files that are no parts or of another run, and shards that are missing or there twice.
  func merged() throws -> String {
    guard !paths.isEmpty else { throw UsageError(Phrase(da: "Nævn delenes filer.", en: "Name the parts' files.")) }
    let parts = try paths.map(Self.read)
    let first = parts[0]
    var findings: [Finding] = []
    for part in parts.dropFirst() where part.header != first.header || part.digest != first.digest || part.count != first.count {
      findings.append(
        Finding(
          .error, file: part.path, value: "\(part.number)/\(part.count)",
          message: Phrase(da: "er ikke af samme kørsel som \(first.path).", en: "is not of the same run as \(first.path)."),
          remedy: Phrase(da: "Andre data, en anden kommando eller en anden opdeling: kør delen igen.", en: "Other data, another command or division: run the part again.")))
    }
    guard findings.isEmpty else { throw FindingsError(findings) }
    let byNumber = Dictionary(grouping: parts, by: \.number)
    for number in 1...first.count {
      let own = byNumber[number] ?? []
      if own.isEmpty {
        findings.append(
          Finding(
            .error, value: "\(number)/\(first.count)", message: Phrase(da: "delen mangler.", en: "the part is missing."),
            remedy: Phrase(da: "Kør plads sweep … --shard \(number)/\(first.count).", en: "Run plads sweep … --shard \(number)/\(first.count).")))
      } else if own.count > 1 {
        findings.append(
          Finding(
            .error, file: own[1].path, value: "\(number)/\(first.count)",
            message: Phrase(da: "delen er der allerede (\(own[0].path)).", en: "the part is there already (\(own[0].path))."),
            remedy: Phrase(da: "Nævn kun den ene fil.", en: "Name one of the files only.")))
      }
    }
    guard findings.isEmpty else { throw FindingsError(findings) }
    let lines = parts.flatMap(\.lines).enumerated().sorted { ($0.element.point, $0.offset) < ($1.element.point, $1.offset) }
    return ([first.header] + lines.map(\.element.text)).map { $0 + "\n" }.joined()
  }

  private static func read(_ path: String) throws -> Part {
    let lines = String(decoding: try TextFile.read(path), as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: true)
    func refusal(_ row: Int) -> FindingsError {
      FindingsError(
        Finding(
          .error, file: path, row: row, message: Phrase(da: "er ikke en del, som plads sweep --shard har skrevet.", en: "is not a part that plads sweep --shard wrote."),
          remedy: Phrase(da: "Kør delen igen.", en: "Run the part again.")))
    }
    guard let header = lines.first, let names = split(header), names.shard == shardColumn, names.digest == digestColumn, names.rest.hasPrefix("point,") else {
      throw refusal(1)
    }
    var own: [Line] = []
    var shard: Shard?
    var digest: Substring = ""
    for (number, line) in lines.enumerated().dropFirst() {
      guard let cells = split(line), let comma = cells.rest.firstIndex(of: ","), let point = Int(cells.rest[..<comma]) else { throw refusal(number + 1) }
      if shard == nil { (shard, digest) = (try? Shard(String(cells.shard)), cells.digest) }
      guard let shard, cells.shard == shard.text, cells.digest == digest else { throw refusal(number + 1) }
      own.append(Line(point: point, text: cells.rest))
    }
    guard let shard else { throw refusal(2) }
    return Part(path: path, header: names.rest, number: shard.number, count: shard.count, digest: digest, lines: own)
  }

  /// A line without its last two cells, and these, neither of which holds a comma.
  private static func split(_ line: Substring) -> (rest: Substring, shard: Substring, digest: Substring)? {
    guard let last = line.lastIndex(of: ","), let before = line[..<last].lastIndex(of: ",") else { return nil }
    return (line[..<before], line[line.index(after: before)..<last], line[line.index(after: last)...])
  }
}
