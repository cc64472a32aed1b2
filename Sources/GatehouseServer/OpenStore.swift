// The store of a configuration, behind its seam: the one place that knows which kind of store there is.

public import Authorizations
public import Configuration
import Glibc

public enum OpenStore {
  /// For the server, and for commands beside it that change something: made where there is none, and brought to the
  /// newest schema.
  public static func forChanges(_ configuration: Configuration) throws(StoreError) -> any AuthorizationStore {
    try SQLiteAuthorizationStore(path: configuration.store.path)
  }

  /// For those who ask without a server; nil where there is none yet. Nothing is made and nothing brought to a newer
  /// schema.
  public static func forReading(_ configuration: Configuration) throws(StoreError) -> (any AuthorizationStore)? {
    let path = configuration.store.path
    guard access(path, F_OK) == 0 else { return nil }
    return try SQLiteAuthorizationStore(path: path, migrates: false)
  }

  /// Copies everything that is stored, which others may use meanwhile, into a new file of mode 0600.
  public static func backUp(_ configuration: Configuration, to destination: String) throws(StoreError) {
    try SQLiteAuthorizationStore.backUp(configuration.store.path, to: destination)
  }
}
