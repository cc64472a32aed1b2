// The store of a configuration, opened beside a server that may be running.

import Authorizations
import Formats
import Configuration
import GatehouseServer
import Glibc
import Management
import Observation
import Threading

/// What the `token` commands work on. A running server sees each change within a second.
struct TokenStore {
  let registry: AuthorizationRegistry
  private let configuration: Configuration
  private let configurationPath: String
  private let trail: AuditTrail?

  init(_ arguments: Arguments) throws(CommandFailure) {
    configurationPath = try arguments.required("--config")
    configuration = try ConfigurationFile.load(configurationPath, needs: .values)
    do throws(AuditFile.Problem) {
      let file = try configuration.log.audit.map { (path) throws(AuditFile.Problem) in try AuditFile(path: path) }
      trail = file.map { file in
        AuditTrail(file) { problem in
          if let problem { Terminal.standardError.line("gatehouse: \(problem)") }
        }
      }
    } catch {
      throw .failed(error.description)
    }
    do throws(StoreError) {
      registry = AuthorizationRegistry(
        store: try OpenStore.forChanges(configuration), publication: Publication(.empty), journal: trail,
        now: WallClock.system)
    } catch {
      throw .failed(error.description)
    }
    do throws(ChangeError) { try registry.load() } catch { throw .failed(error.description) }
    try loadDeclared()
  }

  /// Organizations and users, with the identifiers that the server gives them. Only a 2.x upstream is asked for them.
  func owners() throws(CommandFailure) -> Directory {
    do throws(StoreError) {
      if let owners = try DirectoryPlan(configuration).owners(identifiers) { return owners }
    } catch {
      throw .failed(error.description)
    }
    // Only this takes a credential.
    let whole = try ConfigurationFile.load(configurationPath)
    do throws(StartProblem) { return try DirectoryPlan.ask(whole) } catch {
      throw .failed(error.description)
    }
  }

  private func identifiers(_ names: [String], _ kind: String) throws(StoreError) -> [Identifier] {
    try registry.allot(names, kind: kind)
  }

  /// Takes in what the file declares as well.
  private func loadDeclared() throws(CommandFailure) {
    guard !configuration.tokens.isEmpty, let owners = try? owners() else { return }
    let resolved = Declarations(configuration).resolve(in: owners, loadedAt: WallClock.system())
    for problem in resolved.problems { Terminal.standardError.line("gatehouse: \(problem)") }
    do throws(ChangeError) {
      try registry.load(declaring: [], tokens: resolved.tokens)
    } catch {
      throw .failed(error.description)
    }
  }

  /// Makes a change in the name of the user who runs this.
  func change<Result>(
    _ body: (AuthorizationRegistry, ChangeAuthor) throws(ChangeError) -> Result
  ) throws(CommandFailure) -> Result {
    let author = ChangeAuthor(.process(user: getuid()))
    do throws(ChangeError) {
      let result = try body(registry, author)
      trail?.conclude(author)
      return result
    } catch {
      throw .failed(error.description)
    }
  }
}
