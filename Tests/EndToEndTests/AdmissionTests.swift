// Guessing costs whoever guesses, and nobody else (B4, rows 33, 35 and 36 without their figures).

import Foundation
import Testing

@Suite struct AdmissionTests {
  private static func basic(_ name: String, _ password: String) -> String {
    "Authorization: Basic \(Data("\(name):\(password)".utf8).base64EncodedString())\r\n"
  }

  private static func guess(_ name: String, _ password: String) -> String {
    Request.query("SHOW MEASUREMENTS", login: nil, fields: basic(name, password))
  }

  @Test func neverLosesWriteOfVerifiedLoginToFloodOfGuesses() throws {
    try Scene.play(settings: { $0.tables["passwords"] = ["workers = 1", "queue = 4"] }) { scene in
      let good = try scene.connect()
      #expect(try good.exchange(Request.write("cpu v=0")).status == 204)
      let statuses = Awaited<[Int: Int]>([:])
      let threads = (0..<8).map { worker in
        Background.start { [gatehouse = scene.gatehouse] in
          for round in 0..<60 {
            guard let client = try? RawClient(gatehouse, tls: false),
              let answer = try? client.exchange(Self.guess("ghost\(worker)-\(round)", "guess\(round)"))
            else { continue }
            statuses.change { $0[answer.status, default: 0] += 1 }
            if answer.status == 503, answer["Retry-After"] == nil { statuses.change { $0[0, default: 0] += 1 } }
          }
        }
      }
      for index in 1...200 {
        let client = index % 20 == 0 ? try scene.connect() : good
        #expect(try client.exchange(Request.write("cpu v=\(index)")).status == 204)
      }
      for thread in threads { thread.join() }
      let seen = statuses.current
      #expect(Set(seen.keys).isSubset(of: [401, 503]), "\(seen)")
      #expect(seen.values.reduce(0, +) == 480)
      #expect(scene.upstream.requests.count == 201)
    }
  }

  @Test func slowsDownWhoGuessesOneLogin() throws {
    try Scene.play { scene in
      // Verified before: the guesses of others from the same address do not lock it out.
      let owner = try scene.connect()
      #expect(try owner.exchange(Request.query("SHOW MEASUREMENTS")).status == 200)
      var statuses: [Int] = []
      for round in 0..<40 {
        let answer = try scene.connect(tls: false).exchange(Self.guess("reader-one", "guess\(round)"))
        statuses.append(answer.status)
        if answer.status == 503 { #expect(Int(answer["Retry-After"] ?? "") ?? 0 > 0) }
      }
      #expect(Set(statuses).isSubset(of: [401, 503]), "\(statuses)")
      #expect(statuses.first == 401 && statuses.last == 503, "\(statuses)")
      #expect(try owner.exchange(Request.query("SHOW MEASUREMENTS")).status == 200)
      #expect(try scene.connect().exchange(Request.query("SHOW MEASUREMENTS")).status == 200)
      // Another login from the same address is not concerned.
      #expect(try scene.connect().exchange(Request.write("cpu v=1")).status == 204)
    }
  }

  @Test func verifiesCrowdOfFirstLoginsOnce() throws {
    try Scene.play(settings: { $0.tables["passwords"] = ["workers = 1", "queue = 16"] }) { scene in
      let clients = try (0..<200).map { _ in try scene.connect(tls: false) }
      for client in clients { client.send(Request.query("SHOW MEASUREMENTS")) }
      // One verification serves them all, and more may wait for it than for a verification of their own.
      for client in clients {
        let answer = try client.readAnswer()
        #expect(answer.status == 200, "\(answer.status) \(answer.text)")
      }
    }
  }
}
