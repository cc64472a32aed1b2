// What an event loop has taken of what is published, as one value.

import Authorizations
import Formats
import Threading

/// Never changes: whatever is published since makes a new one, so that a decision sees one state from its first phase to
/// its last. A class, because then handing it on copies one reference.
final class DecisionState: Sendable {
  let settings: GatewaySettings
  let snapshot: AuthorizationSnapshot
  let directory: Directory
  let status: UpstreamStatus
  let generations: Generations
  /// Whose data the gateway's own credential reaches; nil where that is not known.
  let servedOrganization: Identifier?

  /// What is published now.
  init(_ sources: DecisionSources) {
    // The numbers first: a value that is published in between is then taken once more, and never missed.
    generations = Generations(
      snapshot: sources.authorizations.generation, directory: sources.directory.generation,
      status: sources.status.generation)
    snapshot = sources.authorizations.value
    directory = sources.directory.value
    status = sources.status.value
    settings = sources.settings.value
    switch status.organization {
    case .one(let id, let credential) where credential == settings.authorizations.identity: servedOrganization = id
    case .one, .unknown: servedOrganization = nil
    }
  }

  /// Whether nothing was published since.
  func isCurrent(_ sources: DecisionSources) -> Bool {
    sources.authorizations.generation == generations.snapshot && sources.directory.generation == generations.directory
      && sources.status.generation == generations.status
  }
}
