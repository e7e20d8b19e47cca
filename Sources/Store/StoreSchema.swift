import GRDB

/// The tables of plads.sqlite. A released migration is never changed; later ones are added below it.
enum StoreSchema {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { try $0.execute(sql: runs + publications) }
    migrator.registerMigration("2") { try $0.execute(sql: findings) }
    return migrator
  }

  private static let runs = """
    CREATE TABLE run (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      key TEXT NOT NULL,
      recorded TEXT NOT NULL,
      command TEXT NOT NULL,
      spec TEXT NOT NULL,
      form TEXT NOT NULL,
      origin TEXT NOT NULL,
      horizon INTEGER NOT NULL,
      draws INTEGER NOT NULL,
      seed INTEGER NOT NULL,
      inputs TEXT NOT NULL,
      version TEXT NOT NULL,
      build TEXT NOT NULL,
      kernel TEXT NOT NULL,
      rows INTEGER NOT NULL,
      warnings INTEGER NOT NULL,
      result BLOB NOT NULL
    );
    CREATE INDEX run_key ON run (key);
    CREATE TABLE input (
      run INTEGER NOT NULL REFERENCES run (id),
      name TEXT NOT NULL,
      file TEXT NOT NULL,
      sha256 TEXT NOT NULL
    );
    CREATE INDEX input_run ON input (run);
    """

  private static let publications = """
    CREATE TABLE publication (
      label TEXT PRIMARY KEY,
      run INTEGER NOT NULL REFERENCES run (id),
      published TEXT NOT NULL,
      level REAL NOT NULL,
      panel BLOB NOT NULL
    );
    CREATE TABLE published_values (
      label TEXT NOT NULL REFERENCES publication (label),
      grouping TEXT NOT NULL,
      numbers BLOB NOT NULL,
      PRIMARY KEY (label, grouping)
    );
    """

  /// What was found out once about the inputs of a digest, such as which model did best.
  private static let findings = """
    CREATE TABLE finding (
      subject TEXT NOT NULL,
      key TEXT NOT NULL,
      recorded TEXT NOT NULL,
      value BLOB NOT NULL,
      PRIMARY KEY (subject, key)
    );
    """
}
