/// Finds the name that a misspelt one most likely meant.
public enum NearestName {
  /// The candidate with the smallest restricted Damerau-Levenshtein distance, ignoring case and Danish letters' spelling;
  /// nil when nothing is within a third of the longer name's length (at least 2 edits are always allowed) or the name is longer
  /// than 1,000 bytes.
  /// Ties go to the first in the given order. Cost: product of the lengths for each candidate.
  public static func find(_ name: String, among candidates: [String]) -> String? {
    guard name.utf8.count <= 1000 else { return nil }
    let wanted = fold(name)
    var best: (name: String, distance: Int)?
    for candidate in candidates {
      let folded = fold(candidate)
      // One wrong digit of a code is a slip; with two it is another code.
      let isCode = wanted.allSatisfy { ("0"..."9").contains($0) }
      let limit = isCode ? 1 : max(2, max(wanted.count, folded.count) / 3)
      let distance = editDistance(wanted, folded)
      if distance <= limit, distance < max(wanted.count, 1), distance < (best?.distance ?? Int.max) {
        best = (candidate, distance)
      }
    }
    return best?.name
  }

  /// The first names of the pairs of which one is nearest, however far; the nearest first, of equal ones the first in the given order.
  /// A name that begins with the wanted one or holds it is nearer than any other.
  public static func nearest(_ name: String, among pairs: [(String, String)], count: Int) -> [String] {
    guard !name.isEmpty, name.utf8.count <= 1000 else { return [] }
    let wanted = fold(name)
    func distance(_ candidate: String) -> Int {
      let own = fold(candidate)
      let holds = own.count >= wanted.count && (0...own.count - wanted.count).contains { Array(own[$0..<$0 + wanted.count]) == wanted }
      return holds ? 0 : editDistance(wanted, own)
    }
    return pairs.enumerated().map { (distance: min(distance($1.0), distance($1.1)), place: $0) }
      .sorted { ($0.distance, $0.place) < ($1.distance, $1.place) }.prefix(count).map { pairs[$0.place].0 }
  }

  /// The sentence "Did you mean …?", or the list of what is valid when nothing is near.
  public static func hint(_ name: String, among candidates: [String], listAtMost limit: Int = 12) -> Phrase {
    if let nearest = find(name, among: candidates) {
      return Phrase(da: "Mente du »\(nearest)«?", en: "Did you mean “\(nearest)”?")
    }
    guard !candidates.isEmpty, candidates.count <= limit else { return Phrase("") }
    let list = candidates.joined(separator: ", ")
    return Phrase(da: "Gyldige: \(list).", en: "Valid: \(list).")
  }

  /// Lower case with æ, ø, å as ae, oe, aa, and blanks, points and hyphens as underscores: the form of machine names.
  public static func machineForm(_ text: String) -> String {
    if text.utf8.allSatisfy({ isPlain($0) }) { return text }
    var form = ""
    for character in text.lowercased() {
      switch character {
      case "æ", "ä": form += "ae"
      case "ø", "ö": form += "oe"
      case "å": form += "aa"
      case "ü": form += "ue"
      case "é", "è": form += "e"
      case " ", "-", ".", "/", "\u{A0}", "_": if !form.hasSuffix("_") { form += "_" }
      case "(", ")", "\"", "'", ":", ",": continue
      default: form.append(character)
      }
    }
    while form.hasSuffix("_") { form.removeLast() }
    while form.hasPrefix("_") { form.removeFirst() }
    return form
  }

  /// Letters and digits that machine names keep as they are; underscores may need trimming.
  private static func isPlain(_ byte: UInt8) -> Bool { (byte >= 0x61 && byte <= 0x7A) || (byte >= 0x30 && byte <= 0x39) }

  private static func fold(_ text: String) -> [Unicode.Scalar] {
    Array(machineForm(text).unicodeScalars)
  }

  private static func editDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    if left.isEmpty || right.isEmpty { return max(left.count, right.count) }
    var beforePrevious = [Int](repeating: 0, count: right.count + 1)
    var previous = Array(0...right.count)
    var current = previous
    for i in 1...left.count {
      current[0] = i
      for j in 1...right.count {
        let substitution = previous[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1)
        current[j] = min(substitution, previous[j] + 1, current[j - 1] + 1)
        if i > 1, j > 1, left[i - 1] == right[j - 2], left[i - 2] == right[j - 1] {
          current[j] = min(current[j], beforePrevious[j - 2] + 1)
        }
      }
      (beforePrevious, previous, current) = (previous, current, beforePrevious)
    }
    return previous[right.count]
  }
}
