#!/usr/bin/env python3
"""Plays recorded steps against gatehouse and compares with what the recorded server answered, as `exchange.py check`, but stricter with overrides.

  replay.py CASES.json --base URL --ca FILE --recorded FILE [--expect OVERRIDES.json]... [--rewrite PREFIX=OTHER] [--members A,B] --set NAME=VALUE ... [--save VARIABLES.json]

Overrides may stand in several files. One that names no step, or whose step agrees without it, fails; so does one without a reason, and a step without a recording.
"""
import argparse, json, sys

import exchange


def agrees(got, want, members):
    return (
        got.get("status") == want.get("status")
        and exchange.equal(exchange.only(got.get("body"), members), exchange.only(want.get("body"), members))
        and not exchange.headers_differ(got, want)
    )


def obeys(got, override):
    if got.get("status") != override["status"]:
        return False
    return "body" not in override or got.get("body") == override["body"]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("cases")
    p.add_argument("--base", required=True)
    p.add_argument("--ca")
    p.add_argument("--recorded", required=True)
    for name in ("--set", "--rewrite", "--expect"):
        p.add_argument(name, action="append", default=[])
    p.add_argument("--members")
    a = p.parse_args()
    with open(a.recorded) as file:
        recorded = {one["name"]: one for one in map(json.loads, file)}
    overrides = {}
    problems = []
    for name in a.expect:
        with open(name) as file:
            for step, override in json.load(file).items():
                if len(override.get("why", "")) < 20 or not isinstance(override.get("status"), int):
                    problems.append(f"{step}: an override without a status or a reason")
                if step in overrides:
                    problems.append(f"{step}: has two overrides")
                overrides[step] = override
    members = set(a.members.split(",")) if a.members else None
    played = set()
    for step, got in exchange.play(a):
        name = step["name"]
        played.add(name)
        want = recorded.get(name)
        override = overrides.get(name)
        shown = json.dumps({k: got.get(k) for k in ("status", "headers", "body", "closed") if k in got}, ensure_ascii=False)[:900]
        if want is None:
            problems.append(f"{name}: was not recorded")
        elif override is None:
            if not agrees(got, want, members):
                was = json.dumps({k: want.get(k) for k in ("status", "headers", "body")}, ensure_ascii=False)[:900]
                problems.append(f"{name}: {step['method']} {step['path']}\n  want {was}\n  got  {shown}")
        elif agrees(got, want, members):
            problems.append(f"{name}: agrees, its override is idle")
        elif not obeys(got, override):
            problems.append(f"{name}: {step['method']} {step['path']}\n  override {json.dumps(override, ensure_ascii=False)[:900]}\n  got  {shown}")
    problems += [f"{name}: an override of no step" for name in overrides if name not in played]
    for one in problems:
        print(one)
    print(f"{len(played)} played, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
