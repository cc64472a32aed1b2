// Loads the configuration for a command, or says everything that is wrong with it.

import Configuration

enum ConfigurationFile {
  /// What of the file a command needs.
  enum Needs {
    case everything
    /// Not its certificates, keys and secrets, which whoever asks may not be permitted to read.
    case values
  }

  static func load(_ path: String, needs: Needs = .everything) throws(CommandFailure) -> Configuration {
    do throws(Problems) {
      return try Configuration.load(path: path, readsSecrets: needs == .everything)
    } catch {
      Terminal.standardError.line(error.description)
      throw .reported
    }
  }
}
