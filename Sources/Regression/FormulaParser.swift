/// A set of terms and whether there is an intercept: what the formula operators work on.
struct TermSet {
  var intercept = false
  var terms: [Formula.Term] = []

  mutating func formUnion(_ other: TermSet) {
    intercept = intercept || other.intercept
    for term in other.terms where !terms.contains(term) { terms.append(term) }
  }

  /// Every product of a term of one with a term of the other; an intercept is the empty product.
  func product(_ other: TermSet) -> TermSet {
    var result = TermSet(intercept: intercept && other.intercept)
    let left = terms.map { Optional($0) } + (intercept ? [nil] : [])
    let right = other.terms.map { Optional($0) } + (other.intercept ? [nil] : [])
    for a in left {
      for b in right {
        var variables = a?.variables ?? []
        for variable in b?.variables ?? [] where !variables.contains(variable) { variables.append(variable) }
        let term = Formula.Term(variables: variables, position: a?.position ?? b?.position ?? 0)
        if !variables.isEmpty, !result.terms.contains(term) { result.terms.append(term) }
      }
    }
    return result
  }
}

/// Recursive descent over R's formula grammar: `~` below `+ -` below `* /` below `:` below `^`.
struct FormulaParser {
  private let tokens: [(token: FormulaToken, position: Int)]
  private var at = 0
  private var special = SpecialTerms()
  private var depth = 0

  /// What stands in the sum of terms without being a fixed term.
  struct SpecialTerms {
    var offsets: [Expression] = []
    var groups: [Formula.Group] = []
    var smooths: [Formula.Smooth] = []
    var ridges: [Formula.Ridge] = []

    var count: Int { offsets.count + groups.count + smooths.count + ridges.count }
  }

  struct Parsed {
    let response: Formula.Response
    let right: TermSet
    let special: SpecialTerms
  }

  init(_ text: String) throws(FormulaError) {
    var lexer = FormulaLexer(text)
    tokens = try lexer.tokens()
  }

  mutating func parse() throws(FormulaError) -> Parsed {
    if isNext("~") { throw .missingResponse }
    let left = try sum()
    try expect("~")
    let right = try terms(intercept: true)
    guard token == .end else { throw unexpected() }
    let response: Formula.Response
    if case .binary(.divide, let successes, let trials) = left {
      response = .proportion(successes: successes, trials: trials)
    } else {
      response = .value(left)
    }
    return Parsed(response: response, right: right, special: special)
  }

  // MARK: Tokens

  fileprivate var token: FormulaToken { tokens[at].token }
  private var position: Int { tokens[at].position }
  private func isNext(_ symbol: String) -> Bool { token == .symbol(symbol) }

  private mutating func skip(_ symbol: String) -> Bool {
    guard isNext(symbol) else { return false }
    at += 1
    return true
  }

  private mutating func expect(_ symbol: String) throws(FormulaError) {
    guard skip(symbol) else { throw unexpected() }
  }

  fileprivate func unexpected() -> FormulaError {
    switch token {
    case .end: .unexpectedEnd(position: position)
    case .name(let name): .unexpected(name, position: position)
    case .number(let value): .unexpected(numberLabel(value), position: position)
    case .text(let text): .unexpected("\"\(text)\"", position: position)
    case .symbol(let symbol): .unexpected(symbol, position: position)
    }
  }

  // MARK: Terms

  private mutating func terms(intercept: Bool) throws(FormulaError) -> TermSet {
    var result = TermSet(intercept: intercept)
    var subtract = skip("-")
    if !subtract { _ = skip("+") }
    while true {
      let start = position
      let isZero = token == .number(0)
      let specials = special.count
      let term = try termProduct()
      if isZero {
        result.intercept = subtract
      } else if subtract {
        if term.intercept { result.intercept = false }
        result.terms.removeAll { term.terms.contains($0) }
      } else {
        result.formUnion(term)
      }
      if subtract, special.count > specials { throw .misplacedGroup(position: start) }
      if skip("+") {
        subtract = false
      } else if skip("-") {
        subtract = true
      } else {
        return result
      }
    }
  }

  private mutating func termProduct() throws(FormulaError) -> TermSet {
    let specials = special.count
    var left = try interaction()
    while isNext("*") || isNext("/") {
      if isNext("/") { throw .notYetSupported("/", position: position) }
      let operatorPosition = position
      at += 1
      if special.count > specials { throw .misplacedGroup(position: operatorPosition) }
      let right = try interaction()
      if special.count > specials { throw .misplacedGroup(position: operatorPosition) }
      let cross = left.product(right)
      left.formUnion(right)
      left.formUnion(cross)
    }
    return left
  }

  private mutating func interaction() throws(FormulaError) -> TermSet {
    let specials = special.count
    var left = try termPower()
    while isNext(":") {
      let operatorPosition = position
      at += 1
      left = left.product(try termPower())
      if special.count > specials { throw .misplacedGroup(position: operatorPosition) }
    }
    return left
  }

  private mutating func termPower() throws(FormulaError) -> TermSet {
    let base = try atom()
    guard skip("^") else { return base }
    guard case .number(let exponent) = token, exponent >= 1, exponent <= 16, exponent == exponent.rounded() else {
      throw unexpected()
    }
    at += 1
    var result = base
    for _ in 1..<Int(exponent) {
      let cross = result.product(base)
      result.formUnion(cross)
    }
    return result
  }

  private mutating func atom() throws(FormulaError) -> TermSet {
    let start = position
    depth += 1
    defer { depth -= 1 }
    guard depth < 200 else { throw unexpected() }
    switch token {
    case .number(0), .number(1):
      let isOne = token == .number(1)
      at += 1
      return TermSet(intercept: isOne)
    case .symbol("("):
      at += 1
      if let group = try groupTerm(start) {
        special.groups += group
        return TermSet()
      }
      let inner = try terms(intercept: false)
      try expect(")")
      return inner
    case .name(let name):
      let isCall = tokens[at + 1].token == .symbol("(")
      guard isCall else {
        at += 1
        return single(.column(name), start)
      }
      return try call(name, start)
    default: throw unexpected()
    }
  }

  private func single(_ variable: Formula.Variable, _ position: Int) -> TermSet {
    TermSet(terms: [Formula.Term(variables: [variable], position: position)])
  }

  private static func term(_ expression: Expression) -> Formula.Term {
    if case .column(let name, let position) = expression {
      return Formula.Term(variables: [.column(name)], position: position)
    }
    return Formula.Term(variables: [.numeric(expression)], position: expression.columns.first?.position ?? 0)
  }

  private mutating func call(_ name: String, _ start: Int) throws(FormulaError) -> TermSet {
    switch name {
    case "factor": return single(try factor(), start)
    case "offset":
      at += 2
      special.offsets.append(try sum())
      try expect(")")
      return TermSet()
    case "ridge":
      let ridge = try ridge(start)
      // Without penalty they are ordinary terms.
      if ridge.lambda == 0 { return TermSet(terms: ridge.variables.map(FormulaParser.term)) }
      special.ridges.append(ridge)
      return TermSet()
    case "s", "rw", "trend":
      special.smooths.append(try smooth(name, start))
      return TermSet()
    default:
      return single(.numeric(try primary().canonical), start)
    }
  }

  private mutating func factor() throws(FormulaError) -> Formula.Variable {
    at += 2
    guard case .name(let column) = token else { throw unexpected() }
    at += 1
    var levels: [String] = []
    while skip(",") {
      switch token {
      case .text(let level): levels.append(level)
      case .number(let value): levels.append(numberLabel(value))
      default: throw unexpected()
      }
      if levels.dropLast().contains(levels.last ?? "") { throw unexpected() }
      at += 1
    }
    try expect(")")
    return .factor(column, levels: levels.isEmpty ? nil : levels)
  }

  // MARK: Smooth terms

  /// `name=` before a value, if it stands here.
  private mutating func argumentName() -> String? {
    guard case .name(let name) = token, tokens[at + 1].token == .symbol("=") else { return nil }
    at += 2
    return name
  }

  private mutating func smooth(_ name: String, _ start: Int) throws(FormulaError) -> Formula.Smooth {
    at += 2
    let variable = try sum()
    var by: String?
    var (size, damping) = (10, 0.98)
    while skip(",") {
      let place = position
      guard let argument = argumentName() else { throw unexpected() }
      switch (argument, token) {
      case ("by", .name(let column)): by = column
      case ("k", .number(let value)) where name == "s" && value >= 4 && value <= 200 && value == value.rounded():
        size = Int(value)
      case ("damping", .number(let value)) where name == "trend" && value >= 0 && value <= 1: damping = value
      default: throw .badArgument(argument, of: name, position: place)
      }
      at += 1
    }
    try expect(")")
    let kind: Formula.Smooth.Kind = name == "s" ? .spline(size: size) : name == "rw" ? .randomWalk : .trend(damping: damping)
    return Formula.Smooth(kind: kind, variable: variable, by: by, position: start)
  }

  private mutating func ridge(_ start: Int) throws(FormulaError) -> Formula.Ridge {
    at += 2
    var variables: [Expression] = []
    var lambda: Double?
    var isScaled = true
    repeat {
      let place = position
      guard let argument = argumentName() else {
        variables.append(try sum())
        continue
      }
      switch (argument, token) {
      case ("lambda", .number(let value)): lambda = value
      case ("scale", .number(let value)) where value == 0 || value == 1: isScaled = value == 1
      case ("scale", .name(let word)) where ["true", "false", "t", "f"].contains(word.lowercased()):
        isScaled = word.lowercased().hasPrefix("t")
      default: throw .badArgument(argument, of: "ridge", position: place)
      }
      at += 1
    } while skip(",")
    try expect(")")
    guard !variables.isEmpty else { throw .badArgument("x", of: "ridge", position: start) }
    return Formula.Ridge(variables: variables, lambda: lambda, isScaled: isScaled, position: start)
  }

  // MARK: Groups

  /// Nil where the bracket holds no bar.
  private mutating func groupTerm(_ start: Int) throws(FormulaError) -> [Formula.Group]? {
    guard let bar = barAhead() else { return nil }
    let specials = special.count
    let inner = try terms(intercept: true)
    let isIndependent = token == .symbol("||")
    guard at == bar, special.count == specials else { throw unexpected() }
    guard inner.intercept || !inner.terms.isEmpty else { throw unexpected() }
    at += 1
    let nested = try groupings()
    try expect(")")
    return nested.map { columns in
      Formula.Group(
        columns: columns, hasIntercept: inner.intercept, terms: Formula.sorted(inner.terms),
        isCorrelated: !isIndependent, position: start, variables: Formula.variables(of: inner.terms))
    }
  }

  /// `g`, `a:b`, or the nested `a/b`: `a` and `a:b`.
  private mutating func groupings() throws(FormulaError) -> [[String]] {
    var result: [[String]] = [[]]
    while true {
      guard case .name(let name) = token else { throw unexpected() }
      at += 1
      result[result.count - 1].append(name)
      if skip("/") {
        result.append(result[result.count - 1])
      } else if !skip(":") {
        return result
      }
    }
  }

  /// The index of the bar that belongs to the bracket just opened.
  private func barAhead() -> Int? {
    var level = 0
    for i in at..<tokens.count {
      switch tokens[i].token {
      case .symbol("("): level += 1
      case .symbol(")"):
        if level == 0 { return nil }
        level -= 1
      case .symbol("|"), .symbol("||"): if level == 0 { return i }
      default: break
      }
    }
    return nil
  }

  // MARK: Arithmetic

  fileprivate mutating func sum() throws(FormulaError) -> Expression {
    var left = try product()
    while isNext("+") || isNext("-") {
      let op: Expression.Operator = isNext("+") ? .add : .subtract
      at += 1
      left = .binary(op, left, try product())
    }
    return left
  }

  private mutating func product() throws(FormulaError) -> Expression {
    var left = try unary()
    while isNext("*") || isNext("/") {
      let op: Expression.Operator = isNext("*") ? .multiply : .divide
      at += 1
      left = .binary(op, left, try unary())
    }
    return left
  }

  private mutating func unary() throws(FormulaError) -> Expression {
    depth += 1
    defer { depth -= 1 }
    guard depth < 200 else { throw unexpected() }
    if skip("-") { return .negative(try unary()) }
    if skip("+") { return try unary() }
    let base = try primary()
    return skip("^") ? .binary(.power, base, try unary()) : base
  }

  private mutating func primary() throws(FormulaError) -> Expression {
    let start = position
    switch token {
    case .number(let value):
      at += 1
      return .number(value)
    case .name(let name):
      at += 1
      guard skip("(") else { return .column(name, position: start) }
      guard let function = Expression.Function(rawValue: name) else {
        throw .unknownFunction(name, position: start)
      }
      let inner = try sum()
      try expect(")")
      return .call(function, inner)
    case .symbol("("):
      at += 1
      let inner = try sum()
      try expect(")")
      return inner
    default: throw unexpected()
    }
  }
}

extension Expression {
  /// Arithmetic on columns by itself, such as an offset `log(service)`. Throws `FormulaError`.
  public init(parsing text: String) throws(FormulaError) {
    var parser = try FormulaParser(text)
    self = try parser.parseExpression()
  }
}

extension FormulaParser {
  mutating func parseExpression() throws(FormulaError) -> Expression {
    let result = try sum()
    guard token == .end else { throw unexpected() }
    return result
  }
}
