// The question to the upstream that a command line asks by itself.

public import Authorizations
public import Configuration
public import Threading
import Transport
import Upstream

extension DirectoryPlan {
  /// The directory of a 2.x upstream, asked for now; blocks.
  ///
  /// - Parameter timeout: for each question.
  public static func ask(
    _ configuration: Configuration, timeout: Interval = .seconds(10)
  ) throws(StartProblem) -> Directory {
    let members = configuration.upstream.members.map { UpstreamMember($0) }
    let tls: ClientTLSContext?
    do throws(TransportFailure) {
      tls = members.contains(where: \.isTLS) ? try ClientTLSContext(caPath: configuration.upstream.caPath) : nil
    } catch {
      throw StartProblem(error.description)
    }
    let inquiry = UpstreamInquiry(
      dialect: configuration.upstream.dialect, members: members, tls: tls,
      authorization: GatewayPlan(configuration, ticketKeys: []).inquiryAuthorization,
      timeout: timeout)
    do throws(UpstreamInquiry.Problem) { return try inquiry.influxDB2Directory().directory } catch {
      throw StartProblem("the directory cannot be read: \(error)")
    }
  }
}
