#!/usr/bin/env python3
"""Plays or checks steps as exchange.py does, with the same arguments, but before an upstream that plays a recording.

Each request bears the number of its step in X-Request-Id (`step-0` is the first), so that the upstream knows which answer is wanted. An override of a step that answers as recorded
is a difference too: it names none. Standard library only.
"""
import json, sys

import exchange

number = -1
plain_send, plain_play = exchange.send, exchange.play


def send(base, ca, method, path, headers, body):
    global number
    number += 1
    return plain_send(base, ca, method, path, {**headers, "X-Request-Id": f"step-{number}"}, body)


def play(a):
    if not a.recorded:
        return (yield from plain_play(a))
    recorded = {o["name"]: o for o in map(json.loads, open(a.recorded))}
    unused = json.load(open(a.expect)) if a.expect else {}
    for step, observed in plain_play(a):
        name, want = step["name"], recorded.get(step["name"], {})
        if observed.get("status") != want.get("status") or not exchange.equal(observed.get("body"), want.get("body")) or exchange.headers_differ(observed, want):
            unused.pop(name, None)
        yield step, observed
    for name in unused:
        yield {"name": f"override of {name}", "method": "", "path": ""}, {"body": "answered as recorded"}


exchange.send, exchange.play = send, play
if __name__ == "__main__":
    sys.exit(exchange.main())
