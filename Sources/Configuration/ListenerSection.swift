// [[listener]]: where gatehouse can be reached, and with which certificate.

extension Configuration.Listener {
  /// Decodes every `[[listener]]`.
  static func all(in root: inout TableReader, _ surroundings: Surroundings) -> [Self] {
    if !root.has("listener") { root.problem("listener", "there must be at least one [[listener]]") }
    var addresses: [[UInt8]: Int] = [:]
    return root.decodeEach("listener") { table in
      var listener = Self()
      listener.line = table.position.line
      let address = table.address(of: &listener)
      listener.tls = table.tls(surroundings)
      listener.serves = table.services()
      if let address {
        let place = address.value.bytes + [UInt8(address.value.port >> 8), UInt8(address.value.port & 0xFF)]
        if address.value.port != 0, let line = addresses.updateValue(table.position.line, forKey: place) {
          table.problem("address", "is the address of the listener at line \(line) too", at: address.position)
        }
        table.warnAboutExposure(listener, address)
      }
      return listener
    }
  }
}

extension TableReader {
  fileprivate mutating func address(of listener: inout Configuration.Listener) -> Located<NumericAddress>? {
    if !has("address") { problem("address", "is missing; write \"127.0.0.1:8086\" or \"[::1]:8086\"") }
    guard let text = string("address") else { return nil }
    guard let address = NumericAddress(text.value) else {
      // As InfluxDB writes it.
      let everyInterface = "0.0.0.0\(text.value)"
      let hint = NumericAddress(everyInterface) == nil ? "" : "; for every interface write \"\(everyInterface)\""
      problem(
        "address", "must be a numeric address with a port, as \"127.0.0.1:8086\" or \"[::1]:8086\"\(hint)",
        at: text.position)
      return nil
    }
    listener.address = address.host
    listener.port = address.port
    return Located(value: address, position: text.position)
  }

  /// The TLS half of a listener; nil where it is plaintext, or where the problems have been reported.
  fileprivate mutating func tls(_ surroundings: Surroundings) -> Configuration.TLS? {
    let keys = ["certificate", "key", "minimum_version", "ciphers", "cipher_suites"]
    let isPlaintext = boolean("plaintext")?.value ?? false
    if isPlaintext {
      for key in keys where has(key) { problem(key, "has no meaning with `plaintext = true`") }
    } else if !has("certificate"), !has("key") {
      problem("certificate", "is missing; give `certificate` and `key`, or say `plaintext = true`")
    } else {
      if !has("certificate") { problem("certificate", "is missing beside `key`") }
      if !has("key") { problem("key", "is missing beside `certificate`") }
    }
    var tls = Configuration.TLS()
    let certificate = surroundings.pemFile("certificate", label: "BEGIN CERTIFICATE", of: &self)
    let key = surroundings.pemFile("key", label: "PRIVATE KEY", isSecret: true, of: &self)
    if let version: Configuration.TLSVersion = choice("minimum_version") { tls.minimumVersion = version }
    tls.ciphers = name("ciphers")?.value
    tls.cipherSuites = name("cipher_suites")?.value
    guard !isPlaintext, let certificate, let key else { return nil }
    tls.certificatePath = certificate.value
    tls.keyPath = key.value
    return tls
  }

  fileprivate mutating func services() -> Set<Configuration.Service> {
    let all = Set(Configuration.Service.allCases)
    guard let words = strings("serves") else { return all }
    if words.value.isEmpty { problem("serves", "must not be empty", at: words.position) }
    var services: Set<Configuration.Service> = []
    for word in words.value {
      guard let service = Configuration.Service(rawValue: word.value) else {
        problem("serves", notOneOf(Configuration.Service.self, word.value), at: word.position)
        continue
      }
      if !services.insert(service).inserted { problem("serves", "has \"\(word.value)\" twice", at: word.position) }
    }
    return services
  }

  fileprivate func warnAboutExposure(_ listener: Configuration.Listener, _ address: Located<NumericAddress>) {
    if listener.tls == nil, !address.value.isLoopback {
      warning("plaintext", "no TLS: passwords cross the network in the clear", at: address.position)
    } else if listener.tls == nil {
      warning("plaintext", "no TLS on this listener", at: address.position)
    }
    if listener.serves.contains(.management), !address.value.isLoopback {
      warning(
        "serves",
        "the management API is reachable from other machines; `serves = [\"data\"]` keeps it off this listener",
        at: address.position)
    }
  }
}
