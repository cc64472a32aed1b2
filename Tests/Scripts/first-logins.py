#!/usr/bin/env python3
"""Measures first log-ins under a flood of wrong passwords: first-logins.py [SECONDS]. Takes GATEHOUSE_BINARY or the release.

1,100 connections from 50 loopback addresses each send another name and another wrong password as soon as the last was
refused, at cost 10. Meanwhile logins that nobody has used before log in: from an address of which nothing failed, from
one that mistyped a moment ago, and from one that takes part in the flood. Ends with 1 where that takes too long.
"""
import asyncio, base64, json, os, re, resource, signal, subprocess, sys, tempfile, threading, time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
binary = os.environ.get("GATEHOUSE_BINARY", os.path.join(ROOT, ".build/release/gatehouse"))
seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60
SOURCES, CONNECTIONS, LOGINS, COST = 50, 1_100, 120, 10
CLEAN_LIMIT, SUSPECT_LIMIT = 2.0, 5.0
PATIENCE = 180


def configure(folder):
    config = os.path.join(folder, "gatehouse.toml")
    with open(config, "w") as file:
        file.write(
            '[[listener]]\naddress = "127.0.0.1:0"\nplaintext = true\n'
            '[upstream]\ndialect = "influxdb-1"\nmembers = ["http://127.0.0.1:1"]\nusername = "u"\n'
            'password = "not-used"\n[directory]\nsource = "declared"\n[[organization]]\nname = "plant"\n'
            '[[user]]\nname = "ops"\n[[bucket]]\nname = "metrics/autogen"\n[store]\npath = "gatehouse.db"\n'
            f'[passwords]\ncost = {COST}\n[log]\naccess = false\n')
    hashed = subprocess.run([binary, "hash-password", "--cost", str(COST)], input="right", check=True,
                            capture_output=True, text=True).stdout.strip()
    with open(config, "a") as file:
        for number in range(LOGINS):
            file.write(f'[[authorization]]\ntoken = "login-{number}"\npassword_hash = "{hashed}"\nread = ["metrics"]\n')
    return config


class Flood:
    def __init__(self, port):
        self.port = port
        self.sent = self.refused = self.unavailable = 0

    async def ask(self, streams, name, password):
        """The status of one request, and seconds after which to come again."""
        reader, writer = streams
        pair = base64.b64encode(f"{name}:{password}".encode()).decode()
        writer.write(f"GET /query?q=SHOW%20DATABASES HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {pair}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(re.search(rb"Content-Length: (\d+)", head)[1]))
        again = re.search(rb"Retry-After: (\d+)", head)
        return int(head.split()[1]), int(again[1]) if again else 0

    async def connect(self, source):
        return await asyncio.open_connection("127.0.0.1", self.port, local_addr=(source, 0))

    async def attack(self, source):
        streams = await self.connect(source)
        while True:
            self.sent += 1
            status, _ = await self.ask(streams, f"name-{self.sent}", f"wrong-{self.sent}")
            if status == 401:
                self.refused += 1
            else:
                self.unavailable += 1

    async def log_in(self, source, number):
        """Seconds until a login that was never used got in."""
        began = time.monotonic()
        streams = await self.connect(source)
        while time.monotonic() - began < PATIENCE:
            status, again = await self.ask(streams, f"login-{number}", "right")
            if status == 200:
                streams[1].close()
                return time.monotonic() - began
            await asyncio.sleep(again)
        return float("inf")

    async def mistype(self, source, number):
        streams = await self.connect(source)
        await self.ask(streams, f"login-{number}", "mistyped")
        streams[1].close()


async def measure(port):
    flood = Flood(port)
    alone = [await flood.log_in(f"127.9.0.{number + 1}", number) for number in range(3)]
    loop = asyncio.get_running_loop()
    attackers = [loop.create_task(flood.attack(f"127.0.1.{number % SOURCES + 1}")) for number in range(CONNECTIONS)]
    began = time.monotonic()
    times = {"clean": [], "suspect": [], "shared": []}
    shared = loop.create_task(flood.log_in("127.0.1.7", 3))
    number = 4
    # From the flood's first moment on, when nothing of it has failed yet.
    while time.monotonic() - began < seconds and number + 2 < LOGINS:
        times["clean"].append(await flood.log_in(f"127.0.2.{number}", number))
        await flood.mistype(f"127.0.3.{number}", number + 1)
        times["suspect"].append(await flood.log_in(f"127.0.3.{number}", number + 1))
        number += 2
        if shared.done():
            times["shared"].append(shared.result())
            shared = loop.create_task(flood.log_in(f"127.0.1.{number % SOURCES + 1}", number))
            number += 1
        await asyncio.sleep(0.3)
    times["shared"].append(await shared)
    took = time.monotonic() - began
    each = took / max(1, flood.refused)
    for task in attackers:
        task.cancel()
    await asyncio.gather(*attackers, return_exceptions=True)
    suspect_limit = max(SUSPECT_LIMIT, 2 * (SOURCES + 1) * each)
    print(f"{SOURCES} addresses, {CONNECTIONS} connections, cost {COST}, {took:.0f} s: {flood.refused} wrong passwords "
          f"refused, {flood.unavailable} times 503; one for each {1_000 * each:.0f} ms")
    print(f"first log-in without a flood     worst {max(alone):6.2f} s")
    for name, limit in (("clean", CLEAN_LIMIT), ("suspect", suspect_limit), ("shared", 2 * suspect_limit)):
        taken = sorted(times[name])
        print(f"first log-in, {name:8} address   worst {taken[-1]:6.2f} s   median {taken[len(taken) // 2]:6.2f} s   "
              f"of {len(taken)}   (at most {limit:.1f} s)")
    return (max(times["clean"]) < CLEAN_LIMIT and max(times["suspect"]) < suspect_limit
            and max(times["shared"]) < 2 * suspect_limit)


def main():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with tempfile.TemporaryDirectory() as folder:
        config = configure(folder)
        process = subprocess.Popen([binary, "serve", "--config", config], stderr=subprocess.PIPE, text=True)
        try:
            for line in process.stderr:
                entry = json.loads(line)
                if entry.get("message") == "listening":
                    break
            else:
                sys.exit("gatehouse did not start")
            # What it says further must not fill the pipe.
            threading.Thread(target=process.stderr.read, daemon=True).start()
            port = int(entry["address"].rsplit(":", 1)[1])
            passed = asyncio.run(measure(port))
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()
    sys.exit(0 if passed else 1)


main()
