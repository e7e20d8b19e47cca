public import Groundwork
import Placements

extension StockTrial {
  /// The trial as bytes, to be read again by `init(archive:)`.
  public func archive() -> [UInt8] {
    var writer = ByteWriter()
    writer.write(chosen.name)
    writer.write(scores) { $0.write($1.recipe.name); $0.write($1.crps) }
    writer.write(origins) { $0.write($1.description) }
    return writer.bytes
  }

  /// - Throws: `ByteReader.Damaged` also for recipes that this version does not know.
  public init(archive: [UInt8]) throws(ByteReader.Damaged) {
    var reader = ByteReader(archive)
    let chosen = try Self.recipe(&reader)
    let scores = try reader.list { reader throws(ByteReader.Damaged) in Score(recipe: try Self.recipe(&reader), crps: try reader.double()) }
    let origins = try reader.list { reader throws(ByteReader.Damaged) in
      guard let period = Period(try reader.text()) else { throw ByteReader.Damaged() }
      return period
    }
    guard reader.isAtEnd else { throw ByteReader.Damaged() }
    self.init(chosen: chosen, scores: scores, origins: origins)
  }

  private static func recipe(_ reader: inout ByteReader) throws(ByteReader.Damaged) -> StockRecipe {
    let name = try reader.text()
    guard let known = StockRecipe.all.first(where: { $0.name == name }) else { throw ByteReader.Damaged() }
    return known
  }
}
