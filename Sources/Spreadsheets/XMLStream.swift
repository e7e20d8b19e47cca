internal import CExpat

/// What an `XMLStream` calls, with names without their prefix.
protocol XMLHandler: AnyObject {
  func start(_ name: XMLName, _ attributes: XMLAttributes)
  func end(_ name: XMLName)
  func text(_ bytes: UnsafeBufferPointer<UInt8>)
  /// Nil to go on; otherwise reading ends with it after the call in which it appeared.
  var problem: WorkbookProblem? { get }
  /// True once nothing more is wanted.
  var isDone: Bool { get }
}

extension XMLHandler {
  func end(_ name: XMLName) {}
  func text(_ bytes: UnsafeBufferPointer<UInt8>) {}
  var problem: WorkbookProblem? { nil }
  var isDone: Bool { false }
}

/// A name without its prefix. Valid during the call that brings it.
struct XMLName {
  private let pointer: UnsafePointer<CChar>

  init(_ pointer: UnsafePointer<CChar>) {
    var local = pointer
    var position = pointer
    while position.pointee != 0 {
      if position.pointee == 0x3A { local = position + 1 }
      position += 1
    }
    self.pointer = local
  }

  static func == (name: XMLName, text: StaticString) -> Bool {
    var position = name.pointer
    for index in 0..<text.utf8CodeUnitCount {
      if UInt8(bitPattern: position.pointee) != text.utf8Start[index] { return false }
      position += 1
    }
    return position.pointee == 0
  }

  static func != (name: XMLName, text: StaticString) -> Bool { !(name == text) }
}

/// An element's attributes. Valid during the call that brings them.
struct XMLAttributes {
  private let list: UnsafeMutablePointer<UnsafePointer<CChar>?>

  init(_ list: UnsafeMutablePointer<UnsafePointer<CChar>?>) {
    self.list = list
  }

  /// The value as bytes that end with 0.
  func bytes(_ name: StaticString) -> UnsafePointer<CChar>? {
    var position = list
    while let key = position.pointee {
      if XMLName(key) == name { return position[1] }
      position += 2
    }
    return nil
  }

  subscript(_ name: StaticString) -> String? { bytes(name).map { String(cString: $0) } }

  func integer(_ name: StaticString) -> Int? { self[name].flatMap { Int($0) } }

  func flag(_ name: StaticString) -> Bool { ["1", "true"].contains(self[name]) }
}

/// Reads XML piece by piece. Documents with a type declaration are refused: workbooks have none, and entities may grow without bound.
final class XMLStream {
  private let parser: XML_Parser
  private let part: String
  private let handler: any XMLHandler
  private var hasDeclaration = false
  /// Bytes read since the last event: what the parser holds back of a tag, a comment or the like.
  private var held = 0

  /// No tag of a workbook is longer. The parser reads a tag that is not whole yet anew with every piece.
  static let longestTag = 1 << 20

  init(part: String, handler: any XMLHandler) {
    parser = XML_ParserCreate(nil)
    self.part = part
    self.handler = handler
    XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
    XML_SetElementHandler(
      parser,
      { data, name, attributes in
        let stream = XMLStream.from(data)
        stream.held = 0
        stream.handler.start(XMLName(name!), XMLAttributes(attributes!))
      },
      { data, name in
        let stream = XMLStream.from(data)
        stream.held = 0
        stream.handler.end(XMLName(name!))
      })
    XML_SetCharacterDataHandler(parser) { data, text, count in
      let stream = XMLStream.from(data)
      stream.held = 0
      text!.withMemoryRebound(to: UInt8.self, capacity: Int(count)) {
        stream.handler.text(UnsafeBufferPointer(start: $0, count: Int(count)))
      }
    }
    XML_SetStartDoctypeDeclHandler(parser) { data, _, _, _, _ in
      let stream = XMLStream.from(data)
      stream.hasDeclaration = true
      XML_StopParser(stream.parser, XML_Bool(XML_FALSE))
    }
  }

  deinit { XML_ParserFree(parser) }

  private static func from(_ data: UnsafeMutableRawPointer?) -> XMLStream { Unmanaged.fromOpaque(data!).takeUnretainedValue() }

  /// Bytes of the document before the event that is being handled.
  var eventStart: Int { XML_GetCurrentByteIndex(parser) }

  /// Bytes of the document up to the end of the event that is being handled.
  var eventEnd: Int { XML_GetCurrentByteIndex(parser) + Int(XML_GetCurrentByteCount(parser)) }

  /// - Returns: whether more is wanted.
  /// - Throws: `tooLarge` for a tag longer than `longestTag`, `damaged`, or the handler's problem.
  func read(_ piece: UnsafeBufferPointer<UInt8>) throws(WorkbookProblem) -> Bool {
    var position = 0
    while position < piece.count {
      let count = min(piece.count - position, 1 << 18)
      held += count
      let state = (piece.baseAddress! + position).withMemoryRebound(to: CChar.self, capacity: count) {
        XML_Parse(parser, $0, Int32(count), 0)
      }
      try check(state)
      if handler.isDone { return false }
      if held > XMLStream.longestTag { throw .tooLarge(part: part) }
      position += count
    }
    return true
  }

  func finish() throws(WorkbookProblem) {
    if !handler.isDone { try check(XML_Parse(parser, nil, 0, 1)) }
  }

  private func check(_ state: XML_Status) throws(WorkbookProblem) {
    if let problem = handler.problem { throw problem }
    guard state == XML_STATUS_OK, !hasDeclaration else { throw .damaged(part: part) }
  }
}

extension ZipArchive {
  /// Reads a part as XML.
  func parse(_ entry: Entry, budget: inout Int, _ handler: any XMLHandler) throws(WorkbookProblem) {
    let stream = XMLStream(part: entry.name, handler: handler)
    try unpack(entry, budget: &budget) { piece throws(WorkbookProblem) in try stream.read(piece) }
    try stream.finish()
  }
}
