#!/usr/bin/env python3
"""Makes every call of the `influx v1 auth` commands of InfluxDB's own client 2.8.0, as recorded and in its order; each answer must be one that the client was content with.

  influx_cli.py recorded/influx-cli-2.8.0-v1-auth.jsonl --base URL --ca FILE --set NAME=VALUE ...

The client decodes JSON of the right content type alone, reads X-Influxdb-Build of errors, and goes on with the identifiers that it was given.
"""
import argparse, http.client, json, ssl, sys, urllib.parse

import exchange

# What is in the recorded answers and no command of the client reads.
UNREAD = {"createdAt", "updatedAt", "links"}


def is_list(value):
    return isinstance(value, dict) and "authorizations" in value


def read_members(value):
    if isinstance(value, dict):
        return {k: read_members(v) for k, v in value.items() if k not in UNREAD}
    return [read_members(v) for v in value] if isinstance(value, list) else value


class Client:
    def __init__(self, arguments):
        self.base, self.ca = arguments.base, arguments.ca
        self.variables = dict(one.split("=", 1) for one in arguments.set)
        # The client was recorded with the user of this name.
        self.variables["mename"] = self.variables.get("mename", "admin")
        self.id = "0" * 16
        self.problems = []
        self.calls = 0

    def text(self, recorded):
        named = recorded.replace("user=admin", "user={mename}").replace('"admin"', '"{mename}"')
        return exchange.fill(named, self.variables).replace("<id>", self.id)

    def call(self, one):
        path = self.text(one["path"])
        headers = {name: self.text(value) for name, value in one["headers"] if name != "Host"}
        headers["User-Agent"] = headers["User-Agent"].replace(" …", "")
        body = self.text(one["body"]).encode() if one["body"] else None
        if body is not None:
            # In one chunk, as it was sent.
            body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        self.calls += 1
        return path, self.send(one["method"], path, headers, body)

    def send(self, method, path, headers, body):
        if body is None:
            return exchange.send(self.base, self.ca, method, path, headers, None)
        # `exchange` adds a length to what has none, and this body is framed already.
        url = urllib.parse.urlsplit(self.base)
        context = ssl.create_default_context(cafile=self.ca)
        connection = http.client.HTTPSConnection(url.hostname, url.port, context=context, timeout=30)
        try:
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def expect(self, holds, what):
        if not holds:
            self.problems.append(what)

    def play(self, one):
        path, (status, headers, body) = self.call(one)
        where = f"{one['method']} {path}"
        self.expect(status == one["status"], f"{where}: {status} {body[:300]!r}, recorded {one['status']}")
        if status == 204:
            self.expect(body == b"", f"{where}: a body of 204")
            return
        kind = headers.get("content-type", "").split(";")[0]
        self.expect(kind == "application/json", f"{where}: {kind}")
        if status >= 400:
            self.expect(headers.get("x-influxdb-build") == "OSS", f"{where}: no build")
        try:
            value = json.loads(body)
        except ValueError:
            self.problems.append(f"{where}: {body[:300]!r}")
            return
        # The client goes on with what it was given.
        if is_list(value) and "token=" in path and value["authorizations"]:
            self.id = value["authorizations"][0]["id"]
        elif status == 201:
            self.id = value["id"]
        self.compare(where, path, value, self.text(one["answer"]))

    def compare(self, where, path, value, recorded):
        if recorded.endswith(" characters)"):
            self.compare_rows(where, path, value)
            return
        want = json.loads(recorded)
        if is_list(want):
            self.expect(isinstance(value.get("links"), dict), f"{where}: links")
        self.expect(read_members(value) == read_members(want), f"{where}: {value}, recorded {want}")

    def compare_rows(self, where, path, value):
        """A long list, of which the recording has the beginning: the rows of that server were its own."""
        rows = value.get("authorizations", [])
        self.expect(any(row["token"] == "edge" for row in rows), f"{where}: its row is missing")
        self.expect(isinstance(value.get("links"), dict), f"{where}: links")
        for row in rows:
            kinds = {"id": str, "token": str, "status": str, "description": str, "userID": str, "user": str, "orgID": str, "permissions": list}
            self.expect(all(isinstance(row.get(k), t) for k, t in kinds.items()), f"{where}: {row}")
            self.expect(all({"action", "resource"} <= p.keys() and "type" in p["resource"] for p in row["permissions"]), f"{where}: {row}")
        if "authID=" in path:
            # The recorded server ignored it; the client was content with less as well.
            self.expect(len(rows) == 1, f"{where}: {len(rows)} rows")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recording")
    parser.add_argument("--base", required=True)
    parser.add_argument("--ca")
    parser.add_argument("--set", action="append", default=[])
    arguments = parser.parse_args()
    client = Client(arguments)
    with open(arguments.recording) as file:
        for one in map(json.loads, file):
            for _ in range(one.get("repeated", 1) if "command" not in one else 0):
                client.play(one)
    for problem in client.problems:
        print(problem)
    print(f"{client.calls} calls, {len(client.problems)} problems")
    return 1 if client.problems else 0


if __name__ == "__main__":
    sys.exit(main())
