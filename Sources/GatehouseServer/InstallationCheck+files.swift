// The files that a server will write to: whether they, or the folders they will be made in, are there and usable.

import Authorizations
import Configuration
import Glibc
import Observation

extension InstallationCheck {
  mutating func checkLogs() {
    if let path = configuration.log.access, path != "-" { checkPlace("log.access", path) }
    guard let path = configuration.log.audit, checkPlace("log.audit", path), exists(path) else { return }
    // As the server opens it; what is there is only looked at.
    do throws(AuditFile.Problem) { _ = try AuditFile(path: path) } catch {
      tell(error)
    }
  }

  /// Whether a file can be written to, or made, at a path; what stands against it is told.
  @discardableResult
  mutating func checkPlace(_ key: String, _ path: String) -> Bool {
    var status = stat()
    if stat(path, &status) == 0 {
      if status.st_mode & S_IFMT == S_IFDIR {
        say(.problem, key, "\(path) is a folder")
        return false
      }
      return checkAccess(key, path, W_OK, "cannot be written to")
    }
    guard errno == ENOENT || errno == ENOTDIR else {
      say(.problem, key, "\(path): \(String(cString: strerror(errno)))")
      return false
    }
    let folder = Self.folder(of: path)
    guard stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      say(.problem, key, "\(path): there is no folder \(folder)")
      return false
    }
    return checkAccess(key, folder, W_OK | X_OK, "is a folder that nothing can be made in")
  }

  private mutating func checkAccess(_ key: String, _ path: String, _ mode: Int32, _ words: String) -> Bool {
    guard access(path, mode) != 0 else { return true }
    say(.problem, key, "\(path) \(words): \(String(cString: strerror(errno)))")
    return false
  }

  /// A problem that says by itself what it is about.
  private mutating func tell(_ problem: any CustomStringConvertible) {
    findings.append(CheckFinding(weight: .problem, text: "\(file): \(problem)"))
  }

  func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The store, and what it and the file say of logins and tokens.
  mutating func checkStore() {
    let path = configuration.store.path
    guard checkPlace("store.path", path) else { return }
    do throws(StoreError) {
      let store = try OpenStore.forReading(configuration)
      if store == nil { say(.fact, "store.path", "\(path) is not there yet: `gatehouse serve` makes it, empty") }
      checkNames(try KeptState(configuration, store: store, contents: upstreamContents()))
    } catch {
      tell(error)
    }
  }
}
