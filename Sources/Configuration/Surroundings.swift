// Where a configuration is decoded: its folder, the environment and the files it may name.

/// The seam between the text and the machine.
struct Surroundings {
  /// Folder of the configuration file, empty for the process's own.
  var folder: String
  /// Whether every user of the machine may read the configuration file itself.
  var isFileOpenToAll: Bool
  var environment: (String) -> String?
  var files: any FileAccess
  /// Whether certificates, keys and secrets are read; otherwise only the rules of the file matter, and a secret is empty.
  var readsSecrets = true

  /// A path of the file, which is relative to the file's folder.
  func resolved(_ path: String) -> String {
    if path.hasPrefix("/") || folder.isEmpty { return path }
    return folder.hasSuffix("/") ? folder + path : "\(folder)/\(path)"
  }

  /// The folder of a path: everything before the last slash.
  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "" }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
