// The text that a test's configuration begins with.

public enum MinimalConfiguration {
  /// The least that is a configuration.
  public static let text = """
    [[listener]]
    address = "127.0.0.1:8086"
    plaintext = true

    [upstream]
    dialect = "influxdb-1"
    members = ["http://127.0.0.1:8087"]
    username = "gatehouse"
    password = "secret"

    """
}
