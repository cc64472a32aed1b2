#!/usr/bin/env python3
"""Measures the management API with many logins in the store: many-logins.py [COUNT]. Needs a release (`make build`)."""
import http.client, json, os, re, signal, sqlite3, statistics, subprocess, sys, tempfile, threading, time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
binary = os.environ.get("GATEHOUSE_BINARY", os.path.join(ROOT, ".build/release/gatehouse"))
count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
PATH = "/legacy/authorizations"
HZ = os.sysconf("SC_CLK_TCK")


class Gatehouse:
    """A gatehouse of its own with so many logins in its store."""

    def __init__(self, folder, name, logins):
        self.folder = os.path.join(folder, name)
        os.mkdir(self.folder)
        self.config = os.path.join(self.folder, "gatehouse.toml")
        with open(self.config, "w") as file:
            file.write(
                '[[listener]]\naddress = "127.0.0.1:0"\nplaintext = true\n'
                '[upstream]\ndialect = "influxdb-1"\nmembers = ["http://127.0.0.1:1"]\n'
                'username = "u"\npassword = "not-used"\n'
                '[directory]\nsource = "declared"\n[[organization]]\nname = "plant"\n'
                '[[user]]\nname = "ops"\n[[bucket]]\nname = "metrics/autogen"\n'
                '[store]\npath = "gatehouse.db"\n[passwords]\ncost = 10\n[log]\naccess = false\n')
        self.token = self.command("token", "create", "--operator").strip()
        # The first start makes the identifiers that the rows need.
        self.start()
        self.stop()
        self.fill(logins)
        self.started = self.start()
        self.organization = self.call("GET", "/api/v2/orgs")[1]["orgs"][0]["id"]

    def command(self, *arguments):
        return subprocess.run([binary, *arguments, "--config", self.config], check=True, capture_output=True,
                              text=True).stdout

    def fill(self, logins):
        with sqlite3.connect(os.path.join(self.folder, "gatehouse.db")) as db:
            ids = dict(db.execute("SELECT kind, id FROM identifiers WHERE kind LIKE 'org%' OR kind LIKE 'user%'"))
            org = next(value for kind, value in ids.items() if kind.startswith("org"))
            user = next(value for kind, value in ids.items() if kind.startswith("user"))
            hashed = "$2b$10$abcdefghijklmnopqrstuuM6kD1Jv0sSd0ITdiRDCCzpvjMAjp3xy"
            first = 0x0A00000000000000
            db.executemany(
                "INSERT INTO authorizations (id, token, status, description, organization, owner, password_hash,"
                " revision, created_at, updated_at) VALUES (?, ?, 'active', ?, ?, ?, ?, 1, ?, ?)",
                ((first + i, f"login-{i:06}".encode(), f"machine {i} of the plant".encode(), org, user, hashed,
                  1767323045678900000 + i, 1767323045678900000 + i) for i in range(logins)))
            db.executemany(
                "INSERT INTO authorization_permissions (holder, position, action, type, resource, organization, name)"
                " VALUES (?, ?, ?, 'buckets', NULL, ?, ?)",
                ((first + i, p, action, org, f"database-{i % 100}/*".encode())
                 for i in range(logins) for p, action in enumerate(("read", "write"))))
        db.close()

    def start(self):
        began = time.monotonic()
        self.process = subprocess.Popen([binary, "serve", "--config", self.config], stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            entry = json.loads(line)
            if entry.get("message") == "listening":
                self.port = int(entry["address"].rsplit(":", 1)[1])
                break
        else:
            sys.exit("gatehouse did not start")
        started = time.monotonic() - began
        threading.Thread(target=self.process.stderr.read, daemon=True).start()
        self.client = self.connect()
        return started

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def call(self, method, target, body=None, client=None):
        client = client or self.client
        client.request(method, target, body=body and json.dumps(body), headers={"Authorization": f"Token {self.token}"})
        answer = client.getresponse()
        data = answer.read()
        return answer.status, json.loads(data) if data else None

    def memory(self, name="VmRSS"):
        with open(f"/proc/{self.process.pid}/status") as file:
            return int(re.search(rf"^{name}:\s+(\d+)", file.read(), re.M).group(1)) / 1024

    def cpu(self):
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / HZ


def spread(values):
    values = sorted(values)
    p99 = values[min(len(values) - 1, int(len(values) * 0.99))]
    return f"median {statistics.median(values) * 1e3:6.2f} ms   p99 {p99 * 1e3:6.2f} ms"


def timed(body):
    began = time.perf_counter()
    result = body()
    return time.perf_counter() - began, result


def look_ups(gatehouse, name, rounds=3000):
    status, found = gatehouse.call("GET", f"{PATH}?token={name}")
    assert status == 200, found
    login = found["authorizations"][0]["id"]
    for what, target in ("by name", f"{PATH}?token={name}"), ("by id", f"{PATH}/{login}"):
        cpu, times = gatehouse.cpu(), []
        for _ in range(rounds):
            seconds, (status, _) = timed(lambda: gatehouse.call("GET", target))
            assert status == 200
            times.append(seconds)
        used = (gatehouse.cpu() - cpu) / rounds
        print(f"    look-up {what:8} {spread(times)}   CPU {used * 1e6:5.0f} us")


def changes(gatehouse, rounds=300):
    """Each change with the request after it that shows it."""
    times, cpu = {"create": [], "PATCH": [], "DELETE": []}, gatehouse.cpu()
    for number in range(rounds):
        body = {"token": f"new-{number}", "orgID": gatehouse.organization, "permissions": [
            {"action": "read", "resource": {"type": "buckets", "orgID": gatehouse.organization, "name": "metrics/*"}}]}

        def create():
            status, made = gatehouse.call("POST", PATH, body)
            assert status == 201, made
            assert gatehouse.call("GET", f"{PATH}?token=new-{number}")[0] == 200
            return made["id"]

        def patch():
            assert gatehouse.call("PATCH", f"{PATH}/{login}", {"status": "inactive"})[0] == 200
            assert gatehouse.call("GET", f"{PATH}/{login}")[1]["status"] == "inactive"

        def delete():
            assert gatehouse.call("DELETE", f"{PATH}/{login}")[0] == 204
            assert gatehouse.call("GET", f"{PATH}/{login}")[0] == 404

        seconds, login = timed(create)
        times["create"].append(seconds)
        times["PATCH"].append(timed(patch)[0])
        times["DELETE"].append(timed(delete)[0])
    for what, values in times.items():
        print(f"    {what:7} durable and seen  {spread(values)}")
    print(f"    CPU of a change and the request that sees it {(gatehouse.cpu() - cpu) / rounds / 3 * 1e6:.0f} us")


def drain(gatehouse, pause=0.0):
    client = gatehouse.connect()
    client.request("GET", PATH, headers={"Authorization": f"Token {gatehouse.token}"})
    answer, total, held = client.getresponse(), 0, []
    while piece := answer.read(65536):
        total += len(piece)
        held.append(piece)
        if pause:
            time.sleep(pause)
    client.close()
    return total, held


def lists(gatehouse, expected):
    before = gatehouse.memory()
    peak, over = [before], threading.Event()

    def watch():
        while not over.is_set():
            peak[0] = max(peak[0], gatehouse.memory())
            time.sleep(0.02)

    results = []
    threading.Thread(target=watch, daemon=True).start()
    slow = threading.Thread(target=lambda: results.append(drain(gatehouse, 0.01)))
    slow.start()
    cpu = gatehouse.cpu()
    fast = [threading.Thread(target=lambda: results.append(drain(gatehouse))) for _ in range(4)]
    seconds = timed(lambda: ([t.start() for t in fast], [t.join() for t in fast]))[0]
    used = gatehouse.cpu() - cpu
    slow.join()
    over.set()
    time.sleep(0.5)
    for total, pieces in results:
        ids = [login["id"] for login in json.loads(b"".join(pieces))["authorizations"]]
        assert len(ids) == expected and ids == sorted(set(ids)), len(ids)
    print(f"    lists of {results[0][0] / 1e6:.1f} MB, 4 fast readers and a slow one: 4 in {seconds:.1f} s,"
          f" CPU {used / 4:.2f} s each")
    print(f"    resident before {before:.1f} MiB, peak {peak[0]:.1f} MiB, after {gatehouse.memory():.1f} MiB")


def busy_changes(gatehouse):
    """Changes while lists are read."""
    over = threading.Event()

    def read():
        while not over.is_set():
            drain(gatehouse)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    print("    while two clients read whole lists all the time:")
    changes(gatehouse, 100)
    over.set()
    for reader in readers:
        reader.join()


def elsewhere(gatehouse):
    """How long a change of another process takes to count, and what it costs."""
    lags, cpu = [], gatehouse.cpu()
    for _ in range(5):
        text = gatehouse.command("token", "create", "--operator").strip()
        began = time.perf_counter()
        while True:
            client = gatehouse.client
            client.request("GET", f"{PATH}?token=login-000000", headers={"Authorization": f"Token {text}"})
            answer = client.getresponse()
            answer.read()
            if answer.status == 200:
                break
        lags.append(time.perf_counter() - began)
    print(f"    a token made by the command line counts after  {spread(lags)}   (CPU {gatehouse.cpu() - cpu:.2f} s)")


def bare_disk(folder, rounds=300):
    """What one fsync of a few pages costs here."""
    times = []
    with open(os.path.join(folder, "probe"), "wb", buffering=0) as file:
        for _ in range(rounds):
            times.append(timed(lambda: (file.write(b"x" * 16384), os.fsync(file.fileno())))[0])
    print(f"an fsync of 16 KiB on this disk: {spread(times)}; {os.cpu_count()} processors,"
          f" load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        bare_disk(folder)
        for name, logins in ("one", 1), ("many", count):
            gatehouse = Gatehouse(folder, name, logins)
            print(f"\n{logins} logins: started in {gatehouse.started:.2f} s, resident {gatehouse.memory():.1f} MiB"
                  f" (peak {gatehouse.memory('VmHWM'):.1f})")
            if name == "one":
                alone = gatehouse.memory()
            else:
                print(f"    {(gatehouse.memory() - alone) * 1048576 / logins:.0f} bytes a login")
            look_ups(gatehouse, f"login-{logins // 2:06}")
            changes(gatehouse)
            if name == "many":
                lists(gatehouse, logins)
                busy_changes(gatehouse)
            elsewhere(gatehouse)
            gatehouse.stop()
