// A permission as the command line writes it: `write:authorizations`, `read:buckets/metrics/autogen`.

import Authorizations
import Formats

struct PermissionArgument: Equatable {
  let text: PermissionText

  var action: Action { text.action }
  var type: ResourceType { text.type }
  var object: String? { text.object }

  init(_ text: String) throws(CommandFailure) {
    do throws(NameProblem) { self.text = try PermissionText(describing: text) } catch {
      throw .usage(error.description)
    }
  }

  func permission(in organization: Organization, _ directory: Directory) throws(CommandFailure) -> Permission {
    do throws(NameProblem) { return try text.permission(in: organization.id, directory) } catch {
      throw .failed(error.description)
    }
  }
}
