/// A diagram on two axes, ready to be drawn: what is computed is in its numbers.
public struct Plot: Sendable {
  public struct Point: Hashable, Sendable {
    public let x: Double
    public let y: Double

    public init(_ x: Double, _ y: Double) {
      self.x = x
      self.y = y
    }
  }

  /// A value at x with what it may be, `low ≤ middle ≤ high`.
  public struct Interval: Hashable, Sendable {
    public let x: Double
    public let low: Double
    public let middle: Double
    public let high: Double

    public init(x: Double, low: Double, middle: Double, high: Double) {
      self.x = x
      self.low = low
      self.middle = middle
      self.high = high
    }
  }

  /// Many points in one place: a rectangle and how full it is.
  public struct Tile: Hashable, Sendable {
    public let left: Double
    public let right: Double
    public let bottom: Double
    public let top: Double
    /// 0 to 1, 1 where most points lie.
    public let density: Double

    public init(left: Double, right: Double, bottom: Double, top: Double, density: Double) {
      self.left = left
      self.right = right
      self.bottom = bottom
      self.top = top
      self.density = density
    }
  }

  /// What is drawn, the first below the others.
  public enum Content: Sendable {
    case tiles([Tile])
    /// A filled stretch between `low` and `high`.
    case band([Interval])
    case points([Point])
    /// What should be: thin and broken.
    case reference([Point])
    /// What is: thick.
    case line([Point])
    /// Points with their intervals.
    case intervals([Interval])
  }

  public struct Layer: Sendable {
    public let content: Content
    /// What it means, for the legend; empty for none.
    public let meaning: Phrase

    public init(_ content: Content, _ meaning: Phrase = Phrase("")) {
      self.content = content
      self.meaning = meaning
    }
  }

  public struct Axis: Sendable {
    public enum Scale: Sendable {
      case linear
      /// Values must be above 0; others are left out.
      case logarithmic
      /// Whole years, such as 2026.83 of a month in it, without a sign between thousands.
      case years
    }

    public let label: Phrase
    public let scale: Scale

    public init(_ label: Phrase, _ scale: Scale = .linear) {
      self.label = label
      self.scale = scale
    }
  }

  public var title: Phrase
  /// Lines below the title: what is seen, what to look for.
  public var notes: [Phrase]
  public var x: Axis
  public var y: Axis
  public var layers: [Layer]

  public init(title: Phrase, notes: [Phrase] = [], x: Axis, y: Axis, layers: [Layer]) {
    self.title = title
    self.notes = notes
    self.x = x
    self.y = y
    self.layers = layers
  }
}

/// Named rows, each with a value on a common scale: a hundred municipalities under each other.
public struct RowPlot: Sendable {
  public struct Row: Sendable {
    public let label: String
    public let value: Double
    /// Stands at the row's right end, such as counts.
    public let note: Phrase

    public init(_ label: String, value: Double, note: Phrase = Phrase("")) {
      self.label = label
      self.value = value
      self.note = note
    }
  }

  public var title: Phrase
  public var notes: [Phrase]
  public var axis: Phrase
  /// Above the labels and above the notes of the rows.
  public var labelHeading: Phrase
  public var noteHeading: Phrase
  /// Where the values should be, 0 inside it; rows outside stand out.
  public var band: ClosedRange<Double>
  public var rows: [Row]

  public init(
    title: Phrase, notes: [Phrase] = [], axis: Phrase, labelHeading: Phrase, noteHeading: Phrase = Phrase(""), band: ClosedRange<Double>, rows: [Row]
  ) {
    self.title = title
    self.notes = notes
    self.axis = axis
    self.labelHeading = labelHeading
    self.noteHeading = noteHeading
    self.band = band
    self.rows = rows
  }
}

/// A page that shows pictures with their headings.
public struct PicturePage: Sendable {
  public struct Section: Sendable {
    public let heading: Phrase
    /// Lines above the pictures, such as a table as text.
    public let text: String
    /// File names beside the page, with what they show.
    public let pictures: [(file: String, description: Phrase)]

    public init(heading: Phrase, text: String = "", pictures: [(file: String, description: Phrase)]) {
      self.heading = heading
      self.text = text
      self.pictures = pictures
    }
  }

  public var title: Phrase
  /// What must not be missed, as above every table.
  public var notices: [Phrase]
  public var sections: [Section]

  public init(title: Phrase, notices: [Phrase] = [], sections: [Section]) {
    self.title = title
    self.notices = notices
    self.sections = sections
  }
}
