// What `gatehouse check` finds out on this machine: files, certificates, descriptors, and names that nothing has.

public import Configuration
import Formats
import Glibc
public import Threading
import Transport

/// Reads, and changes nothing: a store that is not there is not made.
public struct InstallationCheck {
  let configuration: Configuration
  /// The configuration file, as messages name it.
  let file: String
  let asksUpstream: Bool
  let timeout: Interval
  var findings: [CheckFinding] = []

  /// Seconds before the end of a certificate from which on it is told: those who renew by a program do it long before.
  private static let renewalTime = 14 * 86_400

  /// - Parameters:
  ///   - file: the configuration file, as messages name it.
  ///   - asksUpstream: compares names with what the upstream has now, not with what the store last kept of it.
  ///   - timeout: for each question to the upstream.
  public init(
    _ configuration: Configuration, file: String, asksUpstream: Bool, timeout: Interval = .seconds(10)
  ) {
    self.configuration = configuration
    self.file = file
    self.asksUpstream = asksUpstream
    self.timeout = timeout
  }

  /// Everything that was found, in the order of the file's sections.
  public static func findings(
    _ configuration: Configuration, file: String, asksUpstream: Bool
  ) -> [CheckFinding] {
    var check = InstallationCheck(configuration, file: file, asksUpstream: asksUpstream)
    check.checkCertificates(now: Int(WallClock.system() / 1_000_000_000))
    check.checkLogs()
    check.checkDescriptors()
    check.checkStore()
    return check.findings
  }

  mutating func say(_ weight: CheckFinding.Weight, _ key: String, _ text: String, line: Int? = nil) {
    let place = line.map { "\(file):\($0)" } ?? file
    findings.append(CheckFinding(weight: weight, text: "\(place): \(key): \(text)"))
  }

  // MARK: Certificates

  private mutating func checkCertificates(now: Int) {
    let ticketKeys = (try? ServerTLSSettings.randomTicketKeys()) ?? []
    let plans = GatewayPlan(configuration, ticketKeys: ticketKeys).listeners
    for (listener, plan) in zip(configuration.listeners, plans) {
      guard let tls = plan.tls else { continue }
      do throws(TransportFailure) {
        _ = try ServerTLSContext(tls)
        try checkValidity(of: tls.certificatePath, "listener.certificate", now: now, line: listener.line)
      } catch {
        say(.problem, "[[listener]]", error.description, line: listener.line)
      }
    }
    guard configuration.upstream.members.contains(where: \.isTLS) else { return }
    do throws(TransportFailure) {
      _ = try ClientTLSContext(caPath: configuration.upstream.caPath)
      if let path = configuration.upstream.caPath { try checkValidity(of: path, "upstream.ca", now: now) }
    } catch {
      say(.problem, "upstream", error.description)
    }
  }

  private mutating func checkValidity(
    of path: String, _ key: String, now: Int, line: Int? = nil
  ) throws(TransportFailure) {
    for certificate in try CertificateFile(path: path).certificates {
      let name = "certificate \(path) (\(certificate.subject))"
      if certificate.notAfter < now {
        say(.problem, key, "\(name) has expired, at \(spoken(certificate.notAfter))", line: line)
      } else if certificate.notBefore > now {
        say(.problem, key, "\(name) is not valid before \(spoken(certificate.notBefore))", line: line)
      } else if certificate.notAfter < now + Self.renewalTime {
        let days = (certificate.notAfter - now) / 86_400
        let left = days == 0 ? "within a day" : days == 1 ? "in 1 day" : "in \(days) days"
        say(.warning, key, "\(name) expires at \(spoken(certificate.notAfter)), \(left)", line: line)
      }
    }
  }

  /// Seconds since 1970 as RFC 3339 writes them.
  private func spoken(_ seconds: Int) -> String {
    Timestamp(nanoseconds: Int64(clamping: seconds) &* 1_000_000_000).rfc3339
  }

  // MARK: Descriptors

  private mutating func checkDescriptors() {
    for shortage in DescriptorBudget.expected(for: configuration).shortages {
      say(.warning, shortage.key, shortage.text)
    }
  }
}
