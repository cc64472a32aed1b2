#!/usr/bin/env python3
"""An InfluxDB 2.x as far as a gateway sees it: its directory, content with every write and query. upstream.py PORT"""
import http.server, json, sys, urllib.parse

ORG = {"id": "1f2e3d4c5b6a7988", "name": "plant"}
USER = {"id": "0b0b0b0b0b0b0b0b", "name": "mio", "status": "active"}
BUCKET = {"id": "00aa11bb22cc33dd", "orgID": ORG["id"], "name": "metrics/autogen"}
MAPPING = {
    "id": "00aa11bb22cc33de", "orgID": ORG["id"], "bucketID": BUCKET["id"], "database": "metrics",
    "retention_policy": "autogen", "default": True,
}
DIRECTORY = {
    "/api/v2/orgs": {"orgs": [ORG]}, "/api/v2/users": {"users": [USER]}, "/api/v2/buckets": {"buckets": [BUCKET]},
    "/api/v2/dbrps": {"content": [MAPPING]},
}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            while size := int(self.rfile.readline().split(b";")[0], 16):
                self.rfile.read(size + 2)
            self.rfile.readline()
        else:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url = urllib.parse.urlsplit(self.path)
        if url.path in ("/ping", "/write", "/api/v2/write"):
            return self.send(204, None)
        # What gatehouse forwards with a credential of its own bears one; the rest of the API is for those who have one.
        if url.path.startswith("/api/") and "Authorization" not in self.headers:
            return self.send(401, {"code": "unauthorized", "message": "unauthorized access"})
        if url.path in DIRECTORY:
            offset = urllib.parse.parse_qs(url.query).get("offset", ["0"])[0]
            found = DIRECTORY[url.path]
            return self.send(200, found if offset == "0" else {name: [] for name in found})
        self.send(200, {"results": [{"statement_id": 0}]})

    do_GET = do_POST = do_HEAD = answer

    def send(self, status, value):
        body = b"" if value is None else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("X-Influxdb-Version", "v2.9.1")
        self.send_header("X-Influxdb-Build", "OSS")
        if value is not None:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
