#!/usr/bin/env python3
"""Plays each exchange of clients.jsonl through a gatehouse, byte for byte as far as it was recorded, and compares what comes back.

  clients.py clients.jsonl --port PORT --ca FILE --set op=TOKEN --expect clients.overrides.json

Bodies were recorded inflated and cut at 300 characters: they end here at their last whole line (or field, of one line), and are zipped and chunked anew as the fields say.
Each bears its index in X-Request-Id (`step-0` is the first), so that a scripted upstream knows which answer is wanted. Of management and of Flux the status alone is compared.
Overrides name exchanges by their index: {"3": {"status": 400, "why": "…"}}; one that names no difference is a difference. Standard library only.
"""
import argparse, gzip, http.client, json, re, socket, ssl, sys

V1 = ("/ping", "/write", "/query", "/api/v2/write")


def chunked(body):
    # Telegraf's way: the gzip header alone, the rest in pieces of 240 bytes.
    pieces = [body[:10]] + [body[i:i + 240] for i in range(10, len(body), 240)] if body else []
    return [b"%x\r\n%s\r\n" % (len(p), p) for p in pieces if p] + [b"0\r\n\r\n"]


def fill(text, values):
    for key, value in values.items():
        text = text.replace("{" + key + "}", value)
    return text.replace("<id>", values.get("id", "<id>"))


def request(index, o, values):
    body = fill(o["body"], values).encode()
    if o["path"].split("?")[0] not in V1:
        pass
    elif o["body_bytes"] > len(body) or len(o["body"]) >= 300:
        body = body[:body.rfind(b"\n") + 1] or body[:body.rfind(b",")]
    fields = {name.lower(): value for name, value in o["headers"]}
    if body and fields.get("content-encoding") == "gzip":
        body = gzip.compress(body)
    lines = [f"{o['method']} {fill(o['path'], values)} HTTP/1.1", f"X-Request-Id: step-{index}"]
    for name, value in o["headers"]:
        value = fill(value, values)
        lines.append(f"{name}: {len(body) if name.lower() == 'content-length' else value}")
    head = ("\r\n".join(lines) + "\r\n\r\n").encode()
    if "transfer-encoding" in fields:
        first, *rest = chunked(body)
        return [head, first, b"".join(rest)]
    return [head, body] if body else [head]


class Kept(http.client.HTTPResponse):
    """A response over a connection that stays open."""

    def _close_conn(self):
        pass


def normal(text):
    return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "<time>", text)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("recorded")
    p.add_argument("--port", type=int, required=True)
    p.add_argument("--ca", required=True)
    p.add_argument("--set", action="append", default=[])
    p.add_argument("--expect")
    a = p.parse_args()
    values = dict(x.split("=", 1) for x in a.set)
    over = json.load(open(a.expect)) if a.expect else {}
    context = ssl.create_default_context(cafile=a.ca)
    played = wrong = 0
    client = connection = None
    for index, line in enumerate(open(a.recorded)):
        o = json.loads(line)
        is_v1 = o["path"].split("?")[0] in V1
        if o["client"] != client:  # each client keeps its connection
            client = o["client"]
            raw = socket.create_connection(("127.0.0.1", a.port), timeout=30)
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = context.wrap_socket(raw, server_hostname="localhost")
        for piece in request(index, o, values):
            connection.sendall(piece)
        response = Kept(connection, method=o["method"])
        response.begin()
        body = response.read()
        if response.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        if o["status"] == 201 and response.status == 201:
            values["id"] = json.loads(body)["id"]
        got = normal(body.decode("utf-8", "replace"))
        expected = over.pop(str(index), {})
        status = expected.get("status", o["status"])
        problems = [] if response.status == status else [f"status {response.status} instead of {status}"]
        binary = "msgpack" in response.headers.get("Content-Type", "") or "\ufffd" in o["answer"] or o["answer"].startswith("\ufffd")
        accepts = dict((n.lower(), v) for n, v in o["headers"]).get("accept", "")
        if not problems and "status" not in expected and "answer" not in expected and is_v1 and not binary and "msgpack" not in accepts and o["status"] == 200:
            want = normal(o["answer"])
            if not got.startswith(want) and not want.startswith(got) or bool(want) != bool(got):
                problems.append(f"answer {got[:300]!r} instead of {want!r}")
        if expected and expected["status"] == o["status"] and "answer" not in expected:
            problems.append("the override names no difference")
        if "answer" in expected and expected["answer"] not in got:
            problems.append(f"answer {got[:300]!r} without {expected['answer']!r}")
        if "Content-Length" not in response.headers and "chunked" not in response.headers.get("Transfer-Encoding", "") and response.status != 204:
            problems.append("no framing")
        played += 1
        wrong += bool(problems)
        if problems:
            print(f"DIFFERS {index} {o['client']}: {o['method']} {o['path']}: {'; '.join(problems)} {got[:200]!r}")
        if (response.headers.get("Connection") or "").lower() == "close":
            client = None
    for index in over:
        wrong += 1
        print(f"the override {index} is of no exchange")
    print(f"{played - wrong} as expected, {wrong} differ")
    return 1 if wrong or played < 66 else 0


if __name__ == "__main__":
    sys.exit(main())
