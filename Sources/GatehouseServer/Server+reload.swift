// A reload: the file is read again, everything is made ready and checked, and then it counts everywhere; or nowhere.

import Configuration
import Decision
import Gateway
import Observation
import Threading
import Transport

extension Server {
  /// Why nothing was changed, for the operator, without secrets.
  private struct ReloadRefusal: Error {
    let problems: [String]

    init(_ problems: [String]) { self.problems = problems }
  }

  /// For how long one thread may be busy before it gets ready.
  private static let reloadPatience = Interval.seconds(30)

  /// Takes over what `ReloadKey` says can be changed while running.
  func reload() {
    do throws(ReloadRefusal) {
      let read = try readAgain()
      let plan = GatewayPlan(read, ticketKeys: ticketKeys, budget: budget)
      try prepareLoops(plan, read)
      // From here on nothing can fail.
      apply(plan, read)
    } catch {
      for problem in error.problems { events.log(.error, "reload refused", ["problem": .text(problem)]) }
      return
    }
    events.log(.info, "reloaded")
  }

  private func readAgain() throws(ReloadRefusal) -> Configuration {
    let read: Configuration
    do throws(Problems) { read = try Configuration.load(path: path) } catch {
      throw ReloadRefusal(error.all.map { "\($0)" })
    }
    let refused = ReloadKey.refused(configuration, read)
    guard refused.isEmpty else {
      throw ReloadRefusal(["cannot be changed while running, restart for it: \(refused.joined(separator: ", "))"])
    }
    return read
  }

  /// Every thread that may fail makes ready what it will use; then the declarations, which the store's journal may refuse.
  private func prepareLoops(_ plan: GatewayPlan, _ read: Configuration) throws(ReloadRefusal) {
    do throws(StartProblem) { try Self.check(plan, members: read.upstream.members) } catch {
      throw ReloadRefusal([error.description])
    }
    let settings = plan.listeners.map(\.tls)
    var problems: [String] = []
    for worker in workers {
      switch worker.handle.wait(atMost: Self.reloadPatience, for: { $0.prepareTLS(settings) }) {
      case .ready?: break
      case .failed(let problem)?: problems.append("\(worker.name): \(problem)")
      case nil: problems.append("\(worker.name) does not answer")
      }
    }
    guard problems.isEmpty else { throw ReloadRefusal(problems) }
    let declarations = Declarations(read)
    let declared = management.handle.wait(atMost: Self.reloadPatience) { $0.reload(declarations) }
    switch declared {
    case true?: break
    case false?: throw ReloadRefusal(["the declared logins and tokens cannot be loaded"])
    case nil: throw ReloadRefusal(["\(management.name) does not answer"])
    }
  }

  private func apply(_ plan: GatewayPlan, _ read: Configuration) {
    let hasOtherUpstream = configuration.upstream != read.upstream
    configuration = read
    shared.replaceSettings(plan.settings)
    let limits = plan.upstreamLimits
    for worker in workers { worker.handle.tell { $0.takePrepared(limits) } }
    guard hasOtherUpstream else { return }
    let (authorization, credentials) = (plan.inquiryAuthorization, plan.credentials)
    let identity = plan.settings.authorizations.identity
    directory.handle.tell {
      $0.replace(authorization: authorization, credentials: credentials, identity: identity)
    }
  }
}
