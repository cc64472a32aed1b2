// Over TLS an orderly end is told, and a cut is not: a client can tell the two apart (issue 10, C3).

import Glibc
import Testing

@Suite struct OrderlyEndTests {
  @Test func saysGoodbyeAtTheIdleLimit() throws {
    try Scene.play(settings: { $0.tables["timeouts"] = ["idle = \"300ms\""] }) { scene in
      let client = try scene.connect()
      #expect(try client.exchange(Request.write("cpu v=1")).status == 204)
      #expect(try client.isClosedByPeer())
      #expect(client.wasToldOfEnd)
    }
  }

  @Test func saysGoodbyeAtAStop() throws {
    try Scene.play { scene in
      let client = try scene.connect()
      #expect(try client.exchange(Request.write("cpu v=1")).status == 204)
      scene.gatehouse.signal(SIGTERM)
      #expect(try client.isClosedByPeer())
      #expect(client.wasToldOfEnd)
    }
  }

  @Test func saysGoodbyeAfterTheLastAnswer() throws {
    try Scene.play { scene in
      let client = try scene.connect()
      let answer = try client.exchange(Request.write("cpu v=1", fields: "Connection: close\r\n"))
      #expect(answer.status == 204)
      #expect(try client.isClosedByPeer())
      #expect(client.wasToldOfEnd)
    }
  }

  @Test func saysGoodbyeToWhoLeaves() throws {
    try Scene.play { scene in
      let client = try scene.connect()
      #expect(try client.exchange(Request.write("cpu v=1")).status == 204)
      client.finishWriting()
      #expect(try client.isClosedByPeer())
      #expect(client.wasToldOfEnd)
    }
  }

  @Test func saysNothingAfterACutAnswer() throws {
    try Scene.play(script: { connection in
      _ = try connection.readRequest()
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf of it")
      connection.close()
    }) { scene in
      let client = try scene.connect()
      client.send(Request.query("SHOW MEASUREMENTS"))
      #expect(try client.readHead()?.status == 200)
      _ = try client.readToEnd()
      #expect(!client.wasToldOfEnd)
    }
  }
}
