public import Groundwork

/// What a body's reading of a file found wrong; empty where nothing was. Any other error is thrown on.
public func raisedFindings<Value>(_ body: () throws -> Value) throws -> [Finding] {
  do {
    _ = try body()
    return []
  } catch let error as FindingsError {
    return error.findings
  }
}
