#!/usr/bin/env python3
"""A model of what gatehouse may forward, written without its code, played against a running one.

Draws logins with random permissions, makes requests out of statements whose meaning is known because they were built
from it, spells and encodes them at random, sends them, and looks at what a scripted upstream was sent: whatever was
forwarded must be allowed by the model, and what is plainly spelled and allowed must have been forwarded.

  policy_model.py --gatehouse BINARY [--seed N] [--cases N | --seconds S]
"""

import argparse
import base64
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

# The hash of the one password that all logins have, of the lowest cost.
PASSWORD, HASH = "reader-password", "$2b$04$aaaaaaaaaaaaaaaaaaaaau0.zbdm5HMLyKdVZNfZZ/wiZBX5nfu0m"

# Databases that the upstream has: their policies, the first is the default. Names that some reader could take for
# another: case, canonical equivalence, quotes, keywords, dots.
DATABASES = {
    "metrics": ["autogen", "weekly"],
    "Metrics": ["autogen"],
    "secret": ["deep", "autogen"],
    "caf\u00e9": ["autogen"],
    "cafe\u0301": ["autogen"],
    'a"b': ["autogen"],
    "metrics.autogen": ["autogen"],
    "select": ["autogen", "from"],
    "sp ace": ["p 1", "autogen"],
}
UNKNOWN = ["nowhere"]
MEASUREMENTS = ["cpu", "mem", "vault", "secret..vault", "FROM", "a'b", "\u00e9"]


class Login:
    def __init__(self, name, grants):
        self.name, self.grants = name, grants  # {("read"|"write", "db" or "db/rp")}

    def policy(self, action, database, policy):
        return (action, database) in self.grants or (action, f"{database}/{policy}") in self.grants


class Model:
    """What v1-auth.md says that a statement needs, in front of 1.x."""

    def __init__(self, login, database, policy):
        self.login, self.database, self.policy = login, database, policy

    def one(self, action, source, database=None):
        """One retention policy of one database."""
        name = source["db"] or (self.database if database is None else database)
        if name not in DATABASES:
            return False
        policy = source["rp"] or self.policy or DATABASES[name][0]
        return policy in DATABASES[name] and self.login.policy(action, name, policy)

    def whole(self, action, name):
        return name in DATABASES and all(self.login.policy(action, name, p) for p in DATABASES[name])

    def some(self, action, name):
        return name in DATABASES and any(self.login.policy(action, name, p) for p in DATABASES[name])

    def selection(self, select, database=None):
        for source in select["from"]:
            if "from" in source:
                if not self.selection(source, database):
                    return False
            elif not self.one("read", source, database):
                return False
        return select["into"] is None or self.one("write", select["into"], database)

    def allows(self, statement):
        kind = statement["kind"]
        if kind in ("select", "explain"):
            return self.selection(statement)
        if kind == "cq":
            # Recorded: the request's database, and only where there is none the one behind ON.
            inner = self.database or statement["on"]
            return self.some("read", statement["on"]) and self.selection(statement, inner)
        if kind == "drop cq":
            return self.some("write", statement["on"])
        if kind == "show databases":
            return True
        if kind == "show some":
            return self.some("read", statement["on"] or self.database)
        if kind == "show":
            on = statement["on"] or self.database
            if not statement["from"]:
                return self.whole("read", on)
            for source in statement["from"]:
                of_policy = statement["exact"] or (statement["what"] == "FIELD KEYS" and not statement["count"])
                fine = self.one("read", source, on) if of_policy else self.whole("read", source["db"] or on)
                if not fine:
                    return False
            return self.some("read", on)
        if kind == "delete":
            return self.whole("write", self.database)
        return False  # An administrator's, or about logins.

    def changes(self, statement):
        kind = statement["kind"]
        if kind in ("select", "explain"):
            return self.writes(statement)
        return kind in ("cq", "drop cq", "delete", "admin change")

    def writes(self, select):
        return select["into"] is not None or any("from" in s and self.writes(s) for s in select["from"])


class Writer:
    """Statements, and one of their many spellings."""

    def __init__(self, rng):
        self.rng = rng
        self.parameters = {}

    def name(self, text, bindable=True):
        rng = self.rng
        if bindable and rng.random() < 0.05:
            key = f"p{len(self.parameters)}"
            self.parameters[key] = {rng.choice(["identifier", "ident"]): text}
            return f"${key}"
        bare = re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", text) and text.lower() not in KEYWORDS
        if bare and rng.random() < 0.6:
            return text
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'

    def word(self, words):
        rng = self.rng
        out = []
        for word in words.split(" "):
            style = rng.random()
            out.append(word if style < 0.6 else word.lower() if style < 0.9 else word.title())
        return self.gap().join(out)

    def gap(self, comments=False):
        rng = self.rng
        if rng.random() < 0.9:
            return " "
        blanks = ["  ", "\t", "\n", "\r\n "]
        # Where a regular expression could stand, the servers take a comment for one.
        return rng.choice([" /* FROM secret..vault */ ", " -- ON secret\n", " /**/ "] if comments else blanks)

    def source(self, source):
        rng = self.rng
        if "from" in source:
            return "(" + self.select(source) + ")"
        last = source["m"]
        tail = "/" + last[1] + "/" if isinstance(last, tuple) else self.name(last)
        db, rp = source["db"], source["rp"]
        if db:
            return f"{self.name(db)}.{self.name(rp) if rp else ''}.{tail}"
        return f"{self.name(rp)}.{tail}" if rp else tail

    def sources(self, sources):
        # Before a regular expression the servers want the blank.
        return ", ".join(self.source(s) for s in sources)

    def select(self, select, aggregate=False):
        rng = self.rng
        field = "mean(v)" if aggregate else rng.choice(["v", '"v"', "v AS x", "v * 2"])
        into = f" {self.word('INTO')} {self.source(select['into'])}" if select["into"] else ""
        text = f"{self.word('SELECT')} {field}{self.gap(comments=True)}{into} {self.word('FROM')} {self.sources(select['from'])}"
        if not aggregate and rng.random() < 0.3:
            text += f"{self.gap()}{self.word('WHERE')} {rng.choice(CONDITIONS)}"
        if aggregate:
            text += " GROUP BY time(1m)"
        return text

    def statement(self, statement):
        kind = statement["kind"]
        if kind == "select":
            return self.select(statement)
        if kind == "explain":
            return f"{self.word('EXPLAIN')} {self.rng.choice(['', self.word('ANALYZE') + ' '])}{self.select(statement)}"
        if kind == "cq":
            body = self.select(statement, aggregate=True)
            return f"{self.word('CREATE CONTINUOUS QUERY')} c {self.word('ON')} {self.name(statement['on'])} BEGIN {body} END"
        if kind == "drop cq":
            return f"{self.word('DROP CONTINUOUS QUERY')} c {self.word('ON')} {self.name(statement['on'])}"
        if kind == "show databases":
            return self.word("SHOW DATABASES")
        if kind == "show some":
            on = f" {self.word('ON')} {self.name(statement['on'])}" if statement["on"] else ""
            return self.word("SHOW " + statement["what"]) + on
        if kind == "show":
            text = self.word("SHOW " + statement["what"])
            if statement["count"]:
                text = self.word(
                    "SHOW " + statement["count"] + (" EXACT" if statement["exact"] else "") + " CARDINALITY")
            if statement["on"]:
                text += f" {self.word('ON')} {self.name(statement['on'])}"
            if statement["from"]:
                text += f" {self.word('FROM')} {self.sources(statement['from'])}"
            if statement["what"] == "TAG VALUES":
                text += f" {self.word('WITH KEY')} = host"
            return text
        if kind == "delete":
            return self.word(statement["what"]) + f" {self.word('FROM')} {self.name(statement['m'], False)}"
        return statement["text"]


KEYWORDS = set(
    """all alter analyze any as asc begin by cardinality continuous create database databases default delete desc
    destinations diagnostics distinct drop duration end every exact explain field for from future grant grants group groups
    in inf insert into key keys kill limit measurement measurements name offset on order password past policies policy
    privileges queries query read replication resample retention revoke select series set shard shards show slimit
    soffset stats subscription subscriptions tag to ttl user users values verbose where with write""".split())
CONDITIONS = [
    "time > now() - 1h", "host = 'FROM secret..vault'", "host = 'it\\'s; DROP DATABASE secret'", "host =~ /secret..vault/",
    "a = 1 AND (b = 2 OR c != 3)", "\"secret..vault\" = 'x'",
]
ADMIN = [
    ("admin change", "CREATE DATABASE x"), ("admin change", "DROP DATABASE metrics"), ("admin", "SHOW STATS"),
    ("admin change", "DROP RETENTION POLICY weekly ON metrics"), ("admin", "SHOW SHARDS"), ("admin", "SHOW USERS"),
    ("admin change", "DROP MEASUREMENT cpu"), ("admin change", "KILL QUERY 1"), ("admin", "SHOW MEASUREMENTS ON *.*"),
    ("admin change", "GRANT ALL TO x"), ("admin", "SHOW SUBSCRIPTIONS"), ("admin", "SHOW GRANTS FOR x"),
    ("admin change", "SET PASSWORD FOR x = 'y'"), ("admin", "SHOW DIAGNOSTICS"), ("admin change", "DROP SHARD 1"),
]


class Generator:
    def __init__(self, rng):
        self.rng = rng

    def database(self):
        rng = self.rng
        if rng.random() < 0.002:
            return rng.choice(UNKNOWN)
        return rng.choice(["metrics"] * 9 + ["secret", *DATABASES])

    def source(self, depth=0, plain=False):
        rng = self.rng
        if not plain and depth < 3 and rng.random() < 0.15:
            return {"from": [self.source(depth + 1)], "into": None}
        db = self.database() if rng.random() < 0.4 else None
        rp = None
        if rng.random() < 0.3:
            rp = rng.choice(DATABASES.get(db or "metrics", ["autogen"]) + ["autogen"])
        m = rng.choice(MEASUREMENTS) if rng.random() < 0.85 else ("regex", rng.choice([".*", "v.*", "[a-z]+"]))
        return {"db": db, "rp": rp, "m": m}

    def target(self):
        return {**self.source(plain=True), "m": self.rng.choice(["copy", "x"])}

    def statement(self):
        rng = self.rng
        kind = rng.choices(
            ["select", "explain", "cq", "drop cq", "show databases", "show some", "show", "delete", "admin"],
            [40, 4, 8, 2, 3, 6, 25, 6, 4])[0]
        on = self.database() if rng.random() < 0.5 else None
        if kind in ("select", "explain"):
            into = self.target() if rng.random() < 0.15 else None
            return {"kind": kind, "from": [self.source() for _ in range(rng.choice([1, 1, 1, 2]))], "into": into}
        if kind == "cq":
            return {"kind": kind, "on": self.database(), "from": [self.source()], "into": self.target()}
        if kind == "drop cq":
            return {"kind": kind, "on": self.database()}
        if kind == "show some":
            what = rng.choice(["RETENTION POLICIES", "QUERIES", "CONTINUOUS QUERIES"])
            return {"kind": kind, "what": what, "on": on if what == "RETENTION POLICIES" else None}
        if kind == "show":
            what = rng.choice(["SERIES", "TAG KEYS", "TAG VALUES", "FIELD KEYS", "MEASUREMENTS"])
            count = ""
            if rng.random() < 0.4:
                count = {"TAG KEYS": "TAG KEY", "FIELD KEYS": "FIELD KEY", "MEASUREMENTS": "MEASUREMENT"}.get(what, what)
            takes_sources = what != "MEASUREMENTS" or count
            sources = [self.source(plain=True)] if takes_sources and rng.random() < 0.5 else []
            exact = bool(count) and rng.random() < 0.5
            return {"kind": kind, "what": what, "count": count, "exact": exact, "on": on, "from": sources}
        if kind == "delete":
            return {"kind": kind, "what": rng.choice(["DELETE", "DROP SERIES"]), "m": rng.choice(MEASUREMENTS)}
        if kind == "admin":
            kind, text = rng.choice(ADMIN)
            return {"kind": kind, "text": text}
        return {"kind": kind}


class Encoding:
    """One of the many ways to put values into a request, and what a server would read out of it."""

    def __init__(self, rng):
        self.rng = rng

    def quote(self, text):
        rng = self.rng
        if isinstance(text, str):
            text = text.encode()
        out = ""
        for byte in text:
            char = chr(byte)
            if re.fullmatch("[A-Za-z0-9._~-]", char) and rng.random() < 0.97:
                out += char
            elif byte == 0x20 and rng.random() < 0.5:
                out += "+"
            else:
                out += ("%%%02x" if rng.random() < 0.5 else "%%%02X") % byte
        return out

    def pairs(self, pairs):
        return "&".join(f"{self.quote(name)}={self.quote(value)}" for name, value in pairs)


class Upstream:
    """Plays the directory to gatehouse itself, and keeps what was forwarded."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.forwarded = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            peer, _ = self.listener.accept()
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.serve, args=(peer,), daemon=True).start()

    def serve(self, peer):
        stream = peer.makefile("rb")
        while True:
            line = stream.readline()
            if not line:
                return
            fields = {}
            while (field := stream.readline()) not in (b"\r\n", b""):
                name, _, value = field.partition(b":")
                fields[name.strip().lower()] = value.strip()
            body = stream.read(int(fields.get(b"content-length", b"0")))
            method, target, _ = line.decode("latin-1").split(" ")
            path, _, query = target.partition("?")
            if b"via" not in fields:
                answer = self.directory(urllib.parse.parse_qs(query).get("q", [""])[0])
            else:
                self.forwarded.append((method, path, query, fields, body))
                answer = {"results": [{"statement_id": 0}]}
            text = json.dumps(answer).encode()
            peer.sendall(
                b"HTTP/1.1 200 OK\r\nX-Influxdb-Version: 1.8.10\r\nContent-Type: application/json\r\nContent-Length: "
                + str(len(text)).encode() + b"\r\n\r\n" + text)

    def directory(self, text):
        if text == "SHOW DATABASES":
            rows, columns = [[name] for name in DATABASES], ["name"]
        elif text.startswith("SHOW RETENTION POLICIES ON "):
            name = text[len("SHOW RETENTION POLICIES ON ") + 1:-1].replace('\\"', '"')
            columns = ["name", "default"]
            rows = [[policy, i == 0] for i, policy in enumerate(DATABASES[name])]
        else:
            return {}
        return {"results": [{"statement_id": 0, "series": [{"columns": columns, "values": rows}]}]}


class Gatehouse:
    def __init__(self, binary, upstream, logins):
        self.folder = tempfile.TemporaryDirectory()
        path = os.path.join(self.folder.name, "gatehouse.toml")
        text = f"""
[[listener]]
address = "127.0.0.1:0"
plaintext = true
[upstream]
dialect = "influxdb-1"
members = ["http://127.0.0.1:{upstream.port}"]
username = "gatehouse"
password = "upstream-password"
[store]
path = "gatehouse.db"
[log]
access = false
[passwords]
cost = 4
"""
        for login in logins:
            text += f'[[authorization]]\ntoken = "{login.name}"\npassword_hash = "{HASH}"\n'
            for action in ("read", "write"):
                names = [json.dumps(name, ensure_ascii=False) for a, name in sorted(login.grants) if a == action]
                text += f"{action} = [{', '.join(names)}]\n"
        with open(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
            file.write(text)
        self.child = subprocess.Popen([binary, "serve", "--config", path], stderr=subprocess.PIPE)
        self.log = []
        for line in self.child.stderr:
            self.log.append(line)
            event = json.loads(line)
            if event.get("message") == "listening":
                self.port = int(event["address"].rsplit(":", 1)[1])
                break
        else:
            sys.exit("gatehouse did not start: " + b"".join(self.log).decode())
        threading.Thread(target=lambda: self.log.extend(self.child.stderr), daemon=True).start()
        client = Client(self.port)
        while client.send(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n") != 200:
            time.sleep(0.02)

    def stop(self):
        self.child.send_signal(signal.SIGTERM)
        return self.child.wait(60)


class Client:
    def __init__(self, port):
        self.port, self.socket = port, None

    def send(self, request):
        if self.socket is None:
            self.socket = socket.create_connection(("127.0.0.1", self.port), 60)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.stream = self.socket.makefile("rb")
        self.socket.sendall(request)
        status, length, closes, chunked = None, 0, False, False
        line = self.stream.readline()
        status = int(line.split(b" ")[1])
        while (field := self.stream.readline()) not in (b"\r\n", b""):
            name, _, value = field.lower().partition(b":")
            length = int(value) if name == b"content-length" else length
            closes = closes or (name == b"connection" and b"close" in value)
            chunked = chunked or name == b"transfer-encoding"
        if status != 204:
            self.stream.read(length)
        if chunked:
            while (size := int(self.stream.readline(), 16)) > 0:
                self.stream.read(size + 2)
            self.stream.readline()
        if closes:
            self.socket.close()
            self.socket = None
        return status


REGEX = r"/(?:\\/|[^/\n])+/"
TOKEN = r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|[A-Za-z_][A-Za-z0-9_]*|[\s\S]"
# Words behind which an operand begins, or a source.
BEFORE_OPERANDS = {"SELECT", "FROM", "WHERE", "AND", "OR", "BY", "ON", "INTO", "MEASUREMENT", "KEY", "IN", "DISTINCT"}


def chains(text):
    """The databases that a forwarded text names: `db.rp.m`, `db..m` and `ON db`, read by a reader of its own."""
    tokens = []
    while text := text.lstrip():
        # Behind an operand a slash divides.
        divides = bool(tokens) and tokens[-1].upper() not in BEFORE_OPERANDS and bool(
            re.match(r"[A-Za-z0-9_\"')]", tokens[-1][-1]))
        token = re.match(TOKEN if divides else REGEX + "|" + TOKEN, text)[0]
        tokens.append(token)
        text = text[len(token):]

    def value(token):
        if token.startswith('"'):
            return re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], token[1:-1])
        return token if re.match("[A-Za-z_]", token) else None

    found = set()
    for i, token in enumerate(tokens):
        name = value(token)
        if name is None:
            continue
        if i and tokens[i - 1].upper() == "ON":
            found.add(name)
        rest = tokens[i + 1:i + 4]
        if (i == 0 or tokens[i - 1] != ".") and rest[:1] == ["."]:
            if rest[1:2] == ["."] or (len(rest) == 3 and rest[2] == "."):
                found.add(name)
    return found


class Play:
    def __init__(self, rng, gatehouse, upstream, logins):
        self.rng, self.gatehouse, self.upstream, self.logins = rng, gatehouse, upstream, logins
        self.client = Client(gatehouse.port)
        self.counts = {"cases": 0, "forwarded": 0, "refused": 0}

    def credential(self, login, encoding):
        """Fields, URL pairs, whether they are right, whether they are plain."""
        rng = self.rng
        right = rng.random() < 0.97
        password = PASSWORD if right else PASSWORD + "x"
        basic = base64.b64encode(f"{login.name}:{password}".encode()).decode()
        style = rng.random()
        if style < 0.7:
            return f"Authorization: Basic {basic}\r\n", [], right
        if style < 0.85:
            other = rng.choice(self.logins)
            field = base64.b64encode(f"{other.name}:{PASSWORD}".encode()).decode()
            # The URL counts before the field.
            field = f"Authorization: Basic {field}\r\n" if rng.random() < 0.5 else ""
            return field, [("u", login.name), ("p", password)], right
        return f"Authorization: Token {login.name}:{password}\r\n", [], right

    def play(self):
        rng = self.rng
        login = rng.choice(self.logins)
        kind = rng.choices(["query", "write", "bucket", "prom", "delete", "flux", "path"], [75, 10, 4, 3, 3, 1, 4])[0]
        encoding = Encoding(rng)
        field, credential, right = self.credential(login, encoding)
        getattr(self, kind)(login, encoding, field, credential, right)

    def judge(self, request, allowed, plain, login, checks):
        before = len(self.upstream.forwarded)
        try:
            status = self.client.send(request)
        except (OSError, ValueError, IndexError):
            self.client = Client(self.gatehouse.port)
            raise SystemExit(f"no answer to {request!r}")
        seen = self.upstream.forwarded[before:]
        self.counts["cases"] += 1
        self.counts["forwarded" if seen else "refused"] += 1

        def fail(why):
            raise SystemExit(
                f"{why}\nlogin {login.name}: {sorted(login.grants)}\nrequest {request!r}\nstatus {status}\n"
                f"forwarded {seen!r}\n")

        if status >= 500 and status not in (500, 503):
            fail("a failure of the gateway")
        if len(seen) > 1:
            fail("forwarded twice")
        if seen and not allowed:
            fail("forwarded, and the model does not allow it")
        if plain and allowed and not seen and status not in (200, 204):
            fail("plain and allowed, and not forwarded")
        if seen:
            checks(seen[0], fail)

    def values(self, forwarded, fail):
        method, path, query, fields, body = forwarded
        pairs = urllib.parse.parse_qsl(query, keep_blank_values=True)
        if path == "/query" and method == "POST":
            pairs += urllib.parse.parse_qsl(body.decode(), keep_blank_values=True)
        names = [name for name, _ in pairs]
        if len(set(names)) != len(names) or set(names) & {"u", "p"}:
            fail("a name twice, or a credential")
        if fields[b"authorization"] != b"Basic " + base64.b64encode(b"gatehouse:upstream-password"):
            fail("not the gateway's credential")
        return dict(pairs)

    def query(self, login, encoding, field, credential, right):
        rng = self.rng
        generator, writer = Generator(rng), Writer(rng)
        statements = [generator.statement() for _ in range(rng.choice([1, 1, 1, 1, 2, 3]))]
        text = rng.choice([";", "; ", " ;\n"]).join(writer.statement(s) for s in statements)
        database = generator.database() if rng.random() < 0.85 else ""
        policy = rng.choice(DATABASES.get(database, ["autogen"])) if rng.random() < 0.2 else ""
        mutated = rng.random() < 0.1
        if mutated:
            at = rng.randrange(len(text) + 1)
            text = text[:at] + rng.choice(["", ";", "'", '"', ".", "/", "\\", "\u00a0", "-- ", "/*", "secret", " ", "("]) + (
                text[at + rng.randrange(2):])
        model = Model(login, database, policy)
        pairs = [("db", database)] if database or rng.random() < 0.2 else []
        if policy or rng.random() < 0.1:
            pairs.append(("rp", policy))
        if writer.parameters or rng.random() < 0.1:
            pairs.append(("params", json.dumps(writer.parameters)))
        if rng.random() < 0.2:
            pairs.append(rng.choice([("epoch", "ms"), ("chunked", "true"), ("pretty", ""), ("evil", "1"), ("async", "true")]))
        pairs.append(("q", text))
        rng.shuffle(pairs)
        is_post = rng.random() < 0.5
        # Behind the first of a name nothing counts; a form counts before the URL.
        decoys = [("db", generator.database()), ("rp", "autogen"), ("q", "SELECT v FROM secret..vault"), ("params", "{}")]
        decoys = [d for d in decoys if d[0] in dict(pairs) and rng.random() < 0.15]
        if is_post:
            url = decoys + [p for p in pairs if rng.random() < 0.2]
            form = pairs + [p for p in decoys if rng.random() < 0.3]
        else:
            url, form = pairs + decoys, []
        site = rng.choice(["Origin: https://evil.example\r\n", "Sec-Fetch-Site: cross-site\r\n"]) if rng.random() < 0.1 else ""
        body = encoding.pairs(form).encode()
        target = "/query?" + encoding.pairs(credential + url)
        head = f"{'POST' if is_post else 'GET'} {target} HTTP/1.1\r\nHost: gate\r\n{field}{site}"
        if is_post:
            head += f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
        allowed = right and all(model.allows(s) for s in statements)
        if site and any(model.changes(s) for s in statements):
            allowed = False

        def checks(forwarded, fail):
            values = self.values(forwarded, fail)
            if values.get("db", "") != database:
                fail("another database than the request's")
            if forwarded[1] != "/query" or "params" in values:
                fail("not a canonical query")
            for name in chains(values.get("q", "")):
                if name in DATABASES and not any(g.split("/")[0] == name for _, g in login.grants):
                    fail(f"the text names {name}")

        if mutated:
            # What it means now is not known: what is forwarded may name nothing foreign.
            self.judge(head.encode() + b"\r\n" + body, right, False, login, checks)
        else:
            plain = not any(s["kind"] == "admin" for s in statements)
            self.judge(head.encode() + b"\r\n" + body, allowed, plain, login, checks)

    def post(self, target, field, pairs, encoding, login, allowed, plain, database, type="text/plain", method="POST"):
        body = b"cpu v=1"
        head = (
            f"{method} {target}?{encoding.pairs(pairs)} HTTP/1.1\r\nHost: gate\r\n{field}Content-Type: {type}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n")

        def checks(forwarded, fail):
            values = self.values(forwarded, fail)
            name = values.get("db") or values.get("bucket", "").split("/")[0]
            if name != database:
                fail("another database than the request's")

        self.judge(head.encode() + body, allowed, plain, login, checks)

    def named(self, login, right, action):
        rng = self.rng
        database = Generator(rng).database()
        policy = rng.choice(DATABASES.get(database, ["autogen"]) + ["autogen"]) if rng.random() < 0.4 else ""
        allowed = right and Model(login, database, policy).one(action, {"db": None, "rp": None})
        return database, policy, allowed

    def write(self, login, encoding, field, credential, right):
        database, policy, allowed = self.named(login, right, "write")
        pairs = credential + [("db", database)] + ([("rp", policy)] if policy else [])
        if self.rng.random() < 0.2:
            pairs += [("db", "secret"), ("rp", "autogen")][: 2 if policy else 1]
        self.post("/write", field, pairs, encoding, login, allowed, True, database)

    def bucket(self, login, encoding, field, credential, right):
        database, policy, allowed = self.named(login, right, "write")
        pairs = credential + [("bucket", f"{database}/{policy}" if policy else database), ("org", "x")]
        self.post("/api/v2/write", field, pairs, encoding, login, allowed, True, database)

    def prom(self, login, encoding, field, credential, right):
        action = self.rng.choice(["read", "write"])
        database, policy, allowed = self.named(login, right, action)
        pairs = credential + [("db", database)] + ([("rp", policy)] if policy else [])
        self.post(
            f"/api/v1/prom/{action}", field, pairs, encoding, login, allowed, True, database, "application/x-protobuf")

    def delete(self, login, encoding, field, credential, right):
        database = Generator(self.rng).database()
        allowed = right and Model(login, database, "").whole("write", database)
        self.post(
            "/api/v2/delete", field, credential + [("bucket", database)], encoding, login, allowed, True, database,
            "application/json")

    def flux(self, login, encoding, field, credential, right):
        self.post("/api/v2/query", field, credential + [("org", "x")], encoding, login, False, False, "")

    def path(self, login, encoding, field, credential, right):
        target = self.rng.choice([
            "//query", "/query/", "/QUERY", "/%71uery", "/./query", "/x/../query", "/query%2f", "/query;a", "/write/",
            "/api/v2/write/", "/API/v2/write", "/metrics", "/debug/vars", "/api/v2/setup", "/api/v2/tasks", "/", "/queryx",
            "/api/v2/buckets", "/legacy/authorizations", "/private/legacy/authorizations", "/api/v1/prom", "/ping"])
        pairs = credential + [("db", "metrics"), ("q", "SELECT v FROM cpu")]
        method = self.rng.choice(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
        if method == "HEAD":
            method = "GET"
        self.post(target, field, pairs, encoding, login, False, False, "metrics", method=method)


def logins(rng, count):
    names = list(DATABASES) + [f"{db}/{rp}" for db, policies in DATABASES.items() for rp in policies]
    made = []
    for i in range(count):
        grants = set()
        for _ in range(rng.choice([0, 1, 2, 4, 8, 16, 24])):
            name = rng.choice(["metrics", "metrics", *names])
            grants |= {(action, name) for action in rng.choice([["read"], ["read"], ["write"], ["read", "write"]])}
        made.append(Login(f"login-{i}", grants))
    return made


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--gatehouse", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", type=int, default=3000)
    parser.add_argument("--seconds", type=float, default=0)
    options = parser.parse_args()
    started, seed, total = time.monotonic(), options.seed, {}
    while True:
        rng = random.Random(seed)
        upstream = Upstream()
        drawn = logins(rng, 40)
        gatehouse = Gatehouse(options.gatehouse, upstream, drawn)
        play = Play(rng, gatehouse, upstream, drawn)
        try:
            for case in range(options.cases):
                play.play()
        except SystemExit as failure:
            print(f"seed {seed}, case {case}: {failure}")
            return 1
        finally:
            status = gatehouse.stop()
        if status != 0:
            print(f"seed {seed}: gatehouse ended with {status}")
            return 1
        for name, count in play.counts.items():
            total[name] = total.get(name, 0) + count
        seed += 1
        if time.monotonic() - started >= options.seconds:
            break
    print(json.dumps({**total, "seeds": seed - options.seed}))
    # A test that forwards next to nothing would prove nothing.
    return 0 if total["forwarded"] * 8 > total["cases"] else 1


if __name__ == "__main__":
    sys.exit(main())
