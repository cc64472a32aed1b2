// What a failure of the store is called in a log or on a terminal.

extension StoreError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .nameTaken: "another authorization has this name"
    case .identifierTaken: "another object has this identifier"
    case .notFound: "not found"
    case .stale: "changed by another process"
    case .unavailable(let text): text
    }
  }
}

extension ChangeError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .nameTaken: "another authorization has this name"
    case .notFound: "not found"
    case .readOnly: "declared in the configuration file"
    case .unavailable(let text), .unrecorded(let text): text
    }
  }
}
