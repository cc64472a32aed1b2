// `gatehouse store backup`: a copy of the store that is whole, beside a server that may be running.

import Authorizations
import Configuration
import GatehouseServer

enum StoreBackup: Subcommand {
  static let name = "store backup"
  static let summary = "copy the store of logins and tokens, also while a server uses it"
  static let options: [Option] = [.configuration]
  static let operand: String? = "FILE"
  static let details =
    """
    Makes FILE with mode 0600, one SQLite file with everything that was stored when it began; a file that is there is
    left alone. A plain copy of a store in use lacks what still stands in the -wal file beside it. To go back to a
    backup, stop the server, put the file in the store's place, and remove the -wal and -shm files of the old one.
    """

  static func run(_ arguments: Arguments) throws(CommandFailure) {
    guard arguments.operands.count == 1, let destination = arguments.operands.first, !destination.isEmpty else {
      throw .usage("'store backup' needs the one FILE to make")
    }
    let configuration = try ConfigurationFile.load(try arguments.required("--config"), needs: .values)
    do throws(StoreError) {
      try OpenStore.backUp(configuration, to: destination)
    } catch {
      throw .failed(error.description)
    }
  }
}
