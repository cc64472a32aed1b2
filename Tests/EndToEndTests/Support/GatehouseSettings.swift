// The configuration file of one gatehouse under test.

struct GatehouseSettings: Sendable {
  /// URLs of the upstream's members.
  var members: [String]
  var logins = Login.all
  var upstreamPassword = "canary-upstream-8Kd2"
  /// The gateway's token before a 2.x upstream; nil for a 1.x one.
  var upstreamToken: String?
  /// Whole sections, e.g. a declared directory.
  var sections = ""
  /// Further keys by table, e.g. `["timeouts": ["head = \"500ms\""]]`.
  var tables: [String: [String]] = [:]
  /// `-`, a path, or nil for none.
  var accessLog: String? = "-"
  /// Of new passwords.
  var passwordCost = 4
  /// Whether to wait until the upstream's directory is loaded.
  var awaitsDirectory = true
  /// Further keys of the plaintext listener.
  var plaintextListener: [String] = []
  /// Descriptors that it may hold at most; nil for as many as the suite.
  var descriptors: Int?
  /// Whether an operator token is made with the command line before the start.
  var hasOperatorToken = false

  init(upstreamPorts: UInt16...) { members = upstreamPorts.map { "http://127.0.0.1:\($0)" } }

  /// The first listener speaks TLS, the second is plaintext.
  func toml(certificate: Certificate) -> String {
    var text = """
      [[listener]]
      address = "127.0.0.1:0"
      certificate = "\(certificate.certificate)"
      key = "\(certificate.key)"

      [[listener]]
      address = "127.0.0.1:0"
      plaintext = true
      \(plaintextListener.joined(separator: "\n"))

      [upstream]
      dialect = "\(upstreamToken == nil ? "influxdb-1" : "influxdb-2")"
      members = [\(members.map { "\"\($0)\"" }.joined(separator: ", "))]

      """
    text +=
      upstreamToken.map { "token = \"\($0)\"\n" } ?? "username = \"gatehouse\"\npassword = \"\(upstreamPassword)\"\n"
    if let keys = tables["upstream"] { text += keys.joined(separator: "\n") + "\n" }
    text += "\n"
    var rest = tables.filter { $0.key != "upstream" }
    rest["store", default: []].append("path = \"gatehouse.db\"")
    rest["log", default: []].append("access = \(accessLog.map { "\"\($0)\"" } ?? "false")")
    rest["passwords", default: []].append("cost = \(passwordCost)")
    for (table, keys) in rest.sorted(by: { $0.key < $1.key }) {
      text += "[\(table)]\n\(keys.joined(separator: "\n"))\n\n"
    }
    text += sections + "\n"
    for login in logins { text += login.toml }
    return text
  }
}
