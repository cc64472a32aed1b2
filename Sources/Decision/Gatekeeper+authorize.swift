// authorize and rebuild: the only place where a permit meets the gateway's credential.

import Access
import Authorizations
import HTTP

extension Gatekeeper {
  func understand(
    _ route: Route, _ view: RequestView, _ parameters: URLParameters, _ identity: Identity, _ progress: Progress,
    notes: inout DecisionNotes
  ) throws(Interruption) -> Understanding {
    guard status.hasDirectory else { throw .refuse(.unavailable("the directory is not loaded yet")) }
    switch route {
    case .write: return .data(try understandWrite(view, parameters, notes: &notes))
    case .bucketWrite: return .data(try understandBucketWrite(view, parameters, identity, notes: &notes))
    case .query: return try understandQuery(view, parameters, identity, progress, notes: &notes)
    case .prometheusWrite: return .data(try understandPrometheus(.write, view, parameters, notes: &notes))
    case .prometheusRead: return .data(try understandPrometheus(.read, view, parameters, notes: &notes))
    case .flux: return .data(try understandFlux(view, identity))
    case .deletion: return .data(try understandDeletion(view, parameters, identity, notes: &notes))
    case .ping, .health, .management, .directory, .other, .closed, .undecodable: throw .refuse(.notFound)
    }
  }

  func rebuild(
    _ data: DataRequest, _ view: RequestView, _ identity: Identity, _ progress: Progress
  ) throws(Interruption) -> UpstreamRequest {
    switch identity {
    case .principal(let principal):
      let permit: Permit
      do throws(Denial) {
        permit = try Authorizer(directory: directory, readings: progress.policyReadings)
          .permit(data.requirements, for: principal)
      } catch {
        try askFirst(error, data.requirements, principal, progress)
        throw data.refuse(error, principal)
      }
      let permitted = PermittedRequest(permit, data)
      if let key = data.key { decisions.remember(permitted, for: key, generations) }
      return UpstreamRequest(permitted, hop: view.client.hop, settings: settings)
    case .upstreamToken(let token):
      return UpstreamRequest(
        token, presented: view.authorizationValue, data, hop: view.client.hop, settings: settings)
    }
  }

  /// A parameter as text; names that are no UTF-8 name nothing here.
  func text(_ bytes: [UInt8]?, _ name: StaticString) throws(Interruption) -> String? {
    do throws(Refusal) { return try QueryRequest.text(bytes, name) } catch { throw .refuse(error) }
  }
}
