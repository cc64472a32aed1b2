// Loads the configuration for a command, or says everything that is wrong with it.

import Configuration

enum ConfigurationFile {
  static func load(_ path: String) throws(CommandFailure) -> Configuration {
    do throws(Problems) {
      return try Configuration.load(path: path)
    } catch {
      Terminal.standardError.line(error.description)
      throw .reported
    }
  }
}
