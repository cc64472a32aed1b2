// The tables of the store, version by version, and the way from each version to the next and back.

struct SQLiteMigration: Sendable {
  let up: String
  /// Takes the file back one version, for the operator who returns to an earlier gatehouse.
  let down: String
}

/// `PRAGMA user_version` holds how many of the migrations have been made.
struct SQLiteSchema: Sendable {
  /// `PRAGMA application_id`, "ghse": another program's file is never taken for a store.
  static let applicationID: Int64 = 0x6768_7365

  let migrations: [SQLiteMigration]

  static let current = SQLiteSchema(migrations: [
    SQLiteMigration(
      up: """
        CREATE TABLE authorizations (
          id INTEGER PRIMARY KEY NOT NULL, token BLOB NOT NULL UNIQUE, status TEXT NOT NULL,
          description BLOB NOT NULL, organization INTEGER NOT NULL, owner INTEGER NOT NULL, password_hash TEXT,
          revision INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE tokens (
          id INTEGER PRIMARY KEY NOT NULL, salt BLOB NOT NULL, digest BLOB NOT NULL, status TEXT NOT NULL,
          description BLOB NOT NULL, organization INTEGER NOT NULL, owner INTEGER NOT NULL,
          revision INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE authorization_permissions (
          holder INTEGER NOT NULL REFERENCES authorizations (id) ON DELETE CASCADE, position INTEGER NOT NULL,
          action TEXT NOT NULL, type TEXT NOT NULL, resource INTEGER, organization INTEGER, name BLOB,
          PRIMARY KEY (holder, position)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE token_permissions (
          holder INTEGER NOT NULL REFERENCES tokens (id) ON DELETE CASCADE, position INTEGER NOT NULL,
          action TEXT NOT NULL, type TEXT NOT NULL, resource INTEGER, organization INTEGER, name BLOB,
          PRIMARY KEY (holder, position)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE identifiers (
          kind TEXT NOT NULL, name BLOB NOT NULL, id INTEGER NOT NULL UNIQUE, PRIMARY KEY (kind, name)
        ) STRICT, WITHOUT ROWID;
        """,
      down: """
        DROP TABLE identifiers;
        DROP TABLE token_permissions;
        DROP TABLE authorization_permissions;
        DROP TABLE tokens;
        DROP TABLE authorizations;
        """),
    // Taken back, what had a date of expiry becomes inactive: an earlier gatehouse would let it in for ever.
    SQLiteMigration(
      up: """
        ALTER TABLE authorizations ADD COLUMN expires_at INTEGER;
        ALTER TABLE authorizations ADD COLUMN previous_hash TEXT;
        ALTER TABLE authorizations ADD COLUMN previous_expires_at INTEGER;
        ALTER TABLE tokens ADD COLUMN expires_at INTEGER;
        """,
      down: """
        UPDATE authorizations SET status = 'inactive', revision = revision + 1 WHERE expires_at IS NOT NULL;
        UPDATE tokens SET status = 'inactive', revision = revision + 1 WHERE expires_at IS NOT NULL;
        ALTER TABLE tokens DROP COLUMN expires_at;
        ALTER TABLE authorizations DROP COLUMN previous_expires_at;
        ALTER TABLE authorizations DROP COLUMN previous_hash;
        ALTER TABLE authorizations DROP COLUMN expires_at;
        """),
    // What changed, so that a process need not load everything for one change of another. Written by triggers, whoever
    // changes a row; the newest is never pruned, so that the numbers only grow.
    SQLiteMigration(
      up: """
        CREATE TABLE changes (number INTEGER PRIMARY KEY NOT NULL, kind TEXT NOT NULL, id INTEGER NOT NULL) STRICT;
        CREATE TRIGGER changes_pruned AFTER INSERT ON changes
          BEGIN DELETE FROM changes WHERE number <= NEW.number - 10000; END;
        CREATE TRIGGER authorization_inserted AFTER INSERT ON authorizations
          BEGIN INSERT INTO changes (kind, id) VALUES ('authorization', NEW.id); END;
        CREATE TRIGGER authorization_updated AFTER UPDATE ON authorizations
          BEGIN INSERT INTO changes (kind, id) VALUES ('authorization', NEW.id); END;
        CREATE TRIGGER authorization_deleted AFTER DELETE ON authorizations
          BEGIN INSERT INTO changes (kind, id) VALUES ('authorization', OLD.id); END;
        CREATE TRIGGER token_inserted AFTER INSERT ON tokens
          BEGIN INSERT INTO changes (kind, id) VALUES ('token', NEW.id); END;
        CREATE TRIGGER token_updated AFTER UPDATE ON tokens
          BEGIN INSERT INTO changes (kind, id) VALUES ('token', NEW.id); END;
        CREATE TRIGGER token_deleted AFTER DELETE ON tokens
          BEGIN INSERT INTO changes (kind, id) VALUES ('token', OLD.id); END;
        """,
      down: """
        DROP TRIGGER token_deleted;
        DROP TRIGGER token_updated;
        DROP TRIGGER token_inserted;
        DROP TRIGGER authorization_deleted;
        DROP TRIGGER authorization_updated;
        DROP TRIGGER authorization_inserted;
        DROP TABLE changes;
        """),
    SQLiteMigration(
      up: """
        CREATE TABLE last_uses (id INTEGER PRIMARY KEY NOT NULL, time INTEGER NOT NULL) STRICT;
        CREATE TRIGGER authorization_forgotten AFTER DELETE ON authorizations
          BEGIN DELETE FROM last_uses WHERE id = OLD.id; END;
        CREATE TRIGGER token_forgotten AFTER DELETE ON tokens
          BEGIN DELETE FROM last_uses WHERE id = OLD.id; END;
        """,
      down: """
        DROP TRIGGER token_forgotten;
        DROP TRIGGER authorization_forgotten;
        DROP TABLE last_uses;
        """),
    // The directory last seen, its lists in their order.
    SQLiteMigration(
      up: """
        CREATE TABLE directory_source (dialect TEXT NOT NULL) STRICT;
        CREATE TABLE directory_organizations (
          position INTEGER PRIMARY KEY NOT NULL, id INTEGER NOT NULL, name BLOB NOT NULL
        ) STRICT;
        CREATE TABLE directory_users (
          position INTEGER PRIMARY KEY NOT NULL, id INTEGER NOT NULL, name BLOB NOT NULL,
          organization INTEGER NOT NULL, status TEXT NOT NULL
        ) STRICT;
        CREATE TABLE directory_buckets (
          position INTEGER PRIMARY KEY NOT NULL, id INTEGER NOT NULL, name BLOB NOT NULL,
          organization INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE directory_mappings (
          position INTEGER PRIMARY KEY NOT NULL, id INTEGER NOT NULL, organization INTEGER NOT NULL,
          database BLOB NOT NULL, policy BLOB NOT NULL, bucket INTEGER NOT NULL, is_default INTEGER NOT NULL,
          is_virtual INTEGER NOT NULL
        ) STRICT;
        """,
      down: """
        DROP TABLE directory_mappings;
        DROP TABLE directory_buckets;
        DROP TABLE directory_users;
        DROP TABLE directory_organizations;
        DROP TABLE directory_source;
        """),
    // Of the password before the present one alone: a new one begins anew.
    SQLiteMigration(
      up: """
        CREATE TABLE previous_password_uses (id INTEGER PRIMARY KEY NOT NULL, time INTEGER NOT NULL) STRICT;
        CREATE TRIGGER previous_password_forgotten AFTER DELETE ON authorizations
          BEGIN DELETE FROM previous_password_uses WHERE id = OLD.id; END;
        CREATE TRIGGER previous_password_replaced AFTER UPDATE ON authorizations
          WHEN OLD.previous_hash IS NOT NEW.previous_hash
          BEGIN DELETE FROM previous_password_uses WHERE id = OLD.id; END;
        """,
      down: """
        DROP TRIGGER previous_password_replaced;
        DROP TRIGGER previous_password_forgotten;
        DROP TABLE previous_password_uses;
        """),
  ])

  /// Brings the file to `version`, in one transaction; a file of a version that is not known is refused unchanged.
  func migrate(_ connection: SQLiteConnection, to version: Int) throws(StoreError) {
    try connection.transaction(.writing) { () throws(StoreError) in
      try checkApplication(connection)
      let present = try connection.integer("PRAGMA user_version")
      guard present >= 0, present <= Int64(migrations.count), version <= migrations.count else {
        throw connection.unavailable(
          "schema version \(present), but this gatehouse knows versions up to \(migrations.count)")
      }
      var step = Int(present)
      guard step != version else { return }
      while step < version {
        try connection.execute(migrations[step].up)
        step += 1
      }
      while step > version {
        step -= 1
        try connection.execute(migrations[step].down)
      }
      try connection.execute("PRAGMA application_id = \(Self.applicationID)")
      try connection.execute("PRAGMA user_version = \(version)")
    }
  }

  private func checkApplication(_ connection: SQLiteConnection) throws(StoreError) {
    if try connection.integer("PRAGMA application_id") == Self.applicationID { return }
    guard try connection.integer("SELECT count(*) FROM sqlite_schema") == 0 else {
      throw connection.unavailable("an SQLite file, but not gatehouse's")
    }
  }
}
