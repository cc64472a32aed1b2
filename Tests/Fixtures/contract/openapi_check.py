#!/usr/bin/env python3
"""Compares config/openapi.yml with a running gatehouse: every operation and status of the text is provoked, each answer must be as the text says, and what the text has not must be 405.

  openapi_check.py openapi.yml --base URL --ca FILE --token T --none T --declared ID --store FILE --down URL --down-token T

`--token` may do everything and `--none` nothing. `--declared` is a login of the configuration file. `--down` is a second gatehouse whose InfluxDB never answered, so that it has no directory.
The store file is deleted for the last steps.
"""
import argparse, datetime, json, os, re, sys, urllib.parse

import yaml

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "conformance"))
import exchange

METHODS = ("get", "head", "post", "put", "patch", "delete")


class Text:
    def __init__(self, path):
        with open(path) as file:
            self.root = yaml.safe_load(file)
        self.operations = {
            (method.upper(), path): operation
            for path, item in self.root["paths"].items() for method, operation in item.items() if method in METHODS
        }

    def resolve(self, value):
        while "$ref" in value:
            found = self.root
            for part in value["$ref"][2:].split("/"):
                found = found[part]
            value = found
        return value

    def statuses(self):
        return {(*key, int(status)) for key, operation in self.operations.items() for status in operation["responses"]}

    def problem(self, method, path, status, headers, body):
        """What is wrong with an answer by the text, or None."""
        responses = self.operations[method, path]["responses"]
        if str(status) not in responses:
            return "the status is not in the text"
        content = self.resolve(responses[str(status)]).get("content")
        if content is None:
            return None if not body else "a body where the text has none"
        kind = headers.get("content-type", "").split(";")[0]
        if kind not in content:
            return f"the content type {kind!r} is not in the text"
        try:
            value = json.loads(body)
        except ValueError:
            return "no JSON"
        return next(self.violations(value, content[kind]["schema"], "$"), None)

    def violations(self, value, schema, place):
        schema = self.resolve(schema)
        known = {
            "type", "required", "properties", "additionalProperties", "items", "enum", "pattern", "nullable", "format", "description", "minLength",
            "maxLength", "minItems", "maxItems", "minimum", "maximum", "default",
        }
        assert schema.keys() <= known, f"{place}: this checker does not know {schema.keys() - known}"
        if value is None and schema.get("nullable"):
            return
        kinds = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int}
        # To Python a boolean is an integer as well.
        if not isinstance(value, kinds[schema["type"]]) or (isinstance(value, bool) and schema["type"] != "boolean"):
            yield f"{place}: {value!r} is no {schema['type']}"
            return
        if "enum" in schema and value not in schema["enum"]:
            yield f"{place}: {value!r} is none of {schema['enum']}"
        if isinstance(value, int) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
            yield f"{place}: {value} is out of range"
        if isinstance(value, str):
            yield from self.of_string(value, schema, place)
        if isinstance(value, list):
            if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
                yield f"{place}: too few or too many"
            for index, one in enumerate(value):
                yield from self.violations(one, schema["items"], f"{place}[{index}]")
        if isinstance(value, dict):
            yield from self.of_object(value, schema, place)

    def of_string(self, value, schema, place):
        if "pattern" in schema and not re.search(schema["pattern"], value):
            yield f"{place}: {value!r} does not match"
        if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
            yield f"{place}: {value[:100]!r} is too short or too long"
        if schema.get("format") == "date-time":
            try:
                datetime.datetime.fromisoformat(re.sub(r"\.(\d{1,6})\d*", r".\1", value).replace("Z", "+00:00"))
            except ValueError:
                yield f"{place}: {value!r} is no date"

    def of_object(self, value, schema, place):
        for name in schema.get("required", []):
            if name not in value:
                yield f"{place}: {name} is missing"
        properties, others = schema.get("properties", {}), schema.get("additionalProperties")
        for name, one in value.items():
            if name in properties:
                yield from self.violations(one, properties[name], f"{place}.{name}")
            elif isinstance(others, dict):
                yield from self.violations(one, others, f"{place}.{name}")
            else:
                # Stricter than JSON Schema: the text names all that is answered.
                yield f"{place}: {name} is not in the text"


class Play:
    def __init__(self, text, arguments):
        self.text, self.a = text, arguments
        self.problems, self.seen = [], set()

    def call(self, method, path, wanted, target=None, body=None, token=None, fields=None, base=None):
        """Sends a request of an operation; the JSON of the answer, which must have the wanted status."""
        headers = {"Content-Type": "application/json", **(fields or {})}
        token = self.a.token if token is None else token
        if token:
            headers["Authorization"] = f"Token {token}"
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        status, got, answer = exchange.send(base or self.a.base, self.a.ca, method, target or path, headers, data)
        where = f"{method} {target or path}: {status} {answer[:300]!r}"
        if status != wanted:
            self.problems.append(f"{where}: wanted {wanted}")
        if (method, path) in self.text.operations:
            problem = self.text.problem(method, path, status, got, answer)
            if problem:
                self.problems.append(f"{where}: {problem}")
            else:
                self.seen.add((method, path, status))
        elif status == 405 and method not in got.get("allow", ""):
            documented = sorted(m for m, p in self.text.operations if p == path)
            if sorted(x.strip() for x in got.get("allow", "").split(",")) != documented:
                self.problems.append(f"{where}: Allow {got.get('allow')}, the text has {documented}")
        else:
            self.problems.append(f"{where}: not in the text")
        return json.loads(answer) if answer and "json" in got.get("content-type", "") else None

    def refusals(self):
        """What every operation with a token refuses alike, and the methods that no operation has."""
        for path in self.text.root["paths"]:
            target = path.replace("{id}", "0000000000000007")
            for method in METHODS:
                method = method.upper()
                operation = self.text.operations.get((method, path))
                if operation is None:
                    self.call(method, path, 405, target)
                elif operation.get("security") != []:
                    self.call(method, path, 401, target, token="")
                    self.call(method, path, 403, target, fields={"Origin": "https://elsewhere.example"})
                    self.call(method, path, 413, target, body=b" " * (1 << 20) + b" ")
                    self.call(method, path, 415, target, body=b"x", fields={"Content-Encoding": "br"})

    def authorizations(self, prefix):
        one, password = prefix + "/{id}", prefix + "/{id}/password"
        organization = self.call("GET", "/api/v2/orgs", 200)["orgs"][0]["id"]
        bucket = self.call("GET", "/api/v2/buckets", 200)["buckets"][0]["id"]

        def creation(**members):
            permission = {"action": "read", "resource": {"type": "buckets", "id": bucket, "orgID": organization}}
            return {"token": f"contract {prefix}", "orgID": organization, "permissions": [permission], **members}

        self.call("POST", prefix, 400, body=b"{")
        id = self.call("POST", prefix, 201, body=creation(token="a " + prefix))["id"]
        extended = {"expiresAt": "2099-01-31T12:00:00Z", "status": "inactive", "description": "with all of it"}
        self.call("POST", prefix, 201, f"{prefix}?extensions=true", body=creation(**extended))
        self.call("POST", prefix, 422, body=creation())
        unknown = {"action": "read", "resource": {"type": "buckets", "id": "00000000000f00ff", "orgID": organization}}
        self.call("POST", prefix, 404, body=creation(token="x", permissions=[unknown]))
        self.call("GET", prefix, 200)
        self.call("GET", prefix, 200, f"{prefix}?extensions=true")
        for name, value, status in (
            ("authID", id, 200), ("id", id, 200), ("token", "a " + prefix, 200), ("orgID", organization, 200), ("userID", "00000000000f00ff", 200),
            ("token", "nobody", 404), ("user", "nobody", 404), ("org", "nowhere", 404), ("id", "x", 400),
        ):
            self.call("GET", prefix, status, f"{prefix}?{name}={urllib.parse.quote(value, safe='')}")
        for wrong, status in (("x", 400), ("%12%C2%80", 400), ("00000000000f00ff", 404)):
            self.call("GET", one, status, f"{prefix}/{wrong}")
            self.call("PATCH", one, status, f"{prefix}/{wrong}", body={})
            self.call("DELETE", one, status, f"{prefix}/{wrong}")
            self.call("POST", password, status, f"{prefix}/{wrong}/password", body={"password": "long enough"})
        self.call("GET", one, 200, f"{prefix}/{id}?extensions=true")
        self.call("GET", one, 401, f"{prefix}/{id}", token=self.a.none)
        self.call("PATCH", one, 200, f"{prefix}/{id}?extensions=true", body={"description": "d", "expiresAt": None})
        self.call("PATCH", one, 400, f"{prefix}/{id}", body={"status": "asleep"})
        self.call("PATCH", one, 403, f"{prefix}/{self.a.declared}", body={})
        self.call("DELETE", one, 403, f"{prefix}/{self.a.declared}")
        self.call("POST", password, 204, f"{prefix}/{id}/password", body={"password": "long enough"})
        until = {"password": "long enough 2", "previousPasswordExpiresAt": "2099-01-31T12:00:00Z"}
        self.call("POST", password, 204, f"{prefix}/{id}/password?extensions=true", body=until)
        self.call("GET", one, 200, f"{prefix}/{id}?extensions=true")
        self.call("POST", password, 400, f"{prefix}/{id}/password", body={"password": "short"})
        self.call("POST", password, 403, f"{prefix}/{self.a.declared}/password", body={"password": "long enough"})
        self.call("DELETE", one, 204, f"{prefix}/{id}")
        return creation

    def directory(self):
        user = self.call("GET", "/api/v2/me", 200)["id"]
        organization = self.call("GET", "/api/v2/orgs", 200)["orgs"][0]["id"]
        bucket = self.call("GET", "/api/v2/buckets", 200)["buckets"][0]["id"]
        self.call("GET", "/api/v2/dbrps", 200, f"/api/v2/dbrps?orgID={organization}&default=true&virtual=false")
        for path, id in (("users", user), ("orgs", organization), ("buckets", bucket)):
            path = f"/api/v2/{path}/{{id}}"
            for one, status in ((id, 200), ("x", 400), ("00000000000f00ff", 404)):
                self.call("GET", path, status, path.replace("{id}", one))
        for path in ("/api/v2/orgs", "/api/v2/buckets", "/api/v2/dbrps"):
            self.call("GET", path, 404, f"{path}?org=nowhere")
            self.call("GET", path, 400, f"{path}?orgID=x")
        self.call("GET", "/api/v2/buckets", 400, "/api/v2/buckets?limit=101")
        self.call("GET", "/api/v2/me", 401, token=self.a.none)
        for path in ("/api/v2/me", "/api/v2/users/{id}", "/api/v2/orgs", "/api/v2/orgs/{id}", "/api/v2/buckets", "/api/v2/buckets/{id}", "/api/v2/dbrps"):
            target = path.replace("{id}", "0000000000000007") + ("?orgID=0000000000000007" if path.endswith("dbrps") else "")
            self.call("GET", path, 503, target, base=self.a.down, token=self.a.down_token)

    def health(self):
        for method in ("GET", "HEAD"):
            self.call(method, "/health", 200, token="")
            self.call(method, "/health", 503, token="", base=self.a.down)
            for path in ("/ping", "/status"):
                self.call(method, path, 204, token="")
                self.call(method, path, 200, f"{path}?verbose=true", token="")
                self.call(method, path, 503, token="", base=self.a.down)

    def outage(self, prefix, creation):
        id = self.call("GET", prefix, 200, f"{prefix}?token={urllib.parse.quote('contract ' + prefix, safe='')}")["authorizations"][0]["id"]
        one = prefix + "/{id}"
        self.call("POST", prefix, 503, body=creation(token="never"))
        self.call("PATCH", one, 503, f"{prefix}/{id}", body={"description": "never"})
        self.call("POST", one + "/password", 503, f"{prefix}/{id}/password", body={"password": "long enough"})
        self.call("DELETE", one, 503, f"{prefix}/{id}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("text")
    for name in ("base", "token", "none", "declared", "store", "down", "down-token", "ca"):
        parser.add_argument("--" + name, required=True)
    arguments = parser.parse_args()
    text = Text(arguments.text)
    play = Play(text, arguments)
    play.refusals()
    play.directory()
    play.health()
    prefixes = ("/legacy/authorizations", "/private/legacy/authorizations")
    creations = [play.authorizations(prefix) for prefix in prefixes]
    os.unlink(arguments.store)
    for prefix, creation in zip(prefixes, creations):
        play.outage(prefix, creation)
    never = sorted(text.statuses() - play.seen)
    play.problems += [f"{method} {path}: {status} is in the text and was never answered" for method, path, status in never]
    for problem in play.problems:
        print(problem)
    print(f"{len(text.operations)} operations, {len(play.seen)} statuses, {len(play.problems)} problems")
    return 1 if play.problems else 0


if __name__ == "__main__":
    sys.exit(main())
