#!/bin/bash
# Plays what schemathesis makes of config/openapi.yml, and of ../shared/contract/legacy.yml where it is, against the release: contract.sh [EXAMPLES].
set -euo pipefail
# shellcheck source=Tests/Scripts/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

examples=${1:-100}
gatehouse=${GATEHOUSE_BINARY:-$root/.build/release/gatehouse}
tools=$made/contract-venv
checks=not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,unsupported_method

if ! [[ -x $tools/bin/schemathesis ]]; then
    step "Installing schemathesis into ${tools#"$root"/}"
    python3 -m venv "$tools"
    "$tools/bin/pip" install --disable-pip-version-check --progress-bar off schemathesis==4.32.5
fi

folder=$(mktemp -d)
started=()
finish() {
    local pid
    for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
    rm -rf "$folder"
}
trap finish EXIT

port=$(free_port 18086)
upstream=$(free_port 18087 "$port")
python3 "$root/Tests/Fixtures/contract/upstream.py" "$upstream" &
started+=($!)
cat >"$folder/gatehouse.toml" <<TOML
[[listener]]
address = "127.0.0.1:$port"
plaintext = true
[upstream]
dialect = "influxdb-2"
members = ["http://127.0.0.1:$upstream"]
token = "token-of-the-gateway"
[log]
access = false
[passwords]
cost = 4
TOML
chmod 600 "$folder/gatehouse.toml"
"$gatehouse" serve --config "$folder/gatehouse.toml" >"$folder/log" 2>&1 &
server=$!
started+=("$server")
await 30 "$server" curl -fsS "http://127.0.0.1:$port/health" || fail "$(cat "$folder/log")"
token=$("$gatehouse" token create --operator --config "$folder/gatehouse.toml")
await 10 "$server" curl -fsS -H "Authorization: Token $token" "http://127.0.0.1:$port/api/v2/me" || fail "$(cat "$folder/log")"

# Identifiers that exist, so that what is made up of them can succeed as well.
python3 - "$root/config/openapi.yml" "$folder/known.yml" <<'PYTHON'
import sys

text = open(sys.argv[1]).read()
start, end = text.index("    NewAuthorization:"), text.index("    AuthorizationUpdate:")
creation = text[start:end].replace(
    "orgID: {$ref: '#/components/schemas/ID'}", "orgID: {type: string, enum: [1f2e3d4c5b6a7988]}"
).replace("userID: {$ref: '#/components/schemas/ID'}", "userID: {type: string, enum: [0b0b0b0b0b0b0b0b]}").replace(
    "items: {$ref: '#/components/schemas/Permission'}",
    "items: {type: object, required: [action, resource], properties: {action: {type: string, enum: [read, write]}, resource: "
    "{type: object, required: [type, id], properties: {type: {type: string, enum: [buckets]}, id: {type: string, enum: [00aa11bb22cc33dd]}}}}}",
)
open(sys.argv[2], "w").write(text[:start] + creation + text[end:])
PYTHON

failed=0
# play TEXT CHECKS OPTIONS...
play() {
    step "schemathesis with ${1##*/}"
    "$tools/bin/schemathesis" run "$1" --url "http://127.0.0.1:$port" -H "Authorization: Token $token" --checks "$2" \
        --max-examples "$examples" --generation-deterministic --warnings off --no-color "${@:3}" || failed=1
    kill -0 "$server" || fail "gatehouse is gone: $(cat "$folder/log")"
}

cd "$folder"
play "$root/config/openapi.yml" "$checks"
play "$folder/known.yml" "$checks"
published=$root/../shared/contract/legacy.yml
if [[ -f $published ]]; then
    # It calls links absolute, which InfluxDB 2.9.1 itself answers relative, and /query no place for POST, which every InfluxDB reads.
    sed 's/format: uri$/format: uri-reference/' "$published" >"$folder/legacy.yml"
    play "$folder/legacy.yml" "$checks" --exclude-path /query
    play "$folder/legacy.yml" "${checks%,unsupported_method}" --include-path /query
fi
((failed == 0)) || fail "schemathesis found something"
