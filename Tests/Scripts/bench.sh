#!/bin/bash
# Measures gatehouse beside nginx and HAProxy with the rig in ../shared/bench: bench.sh [ARGUMENTS OF bench.py].
# The peers are not installed by this, since their packages start services: it says what is missing.
set -euo pipefail
# shellcheck source=Tests/Scripts/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

rig=${BENCH_RIG:-$root/../shared/bench}
gatehouse=${GATEHOUSE_BINARY:-$root/.build/release/gatehouse}
here=$made/bench
sink_port=19000 # the rig's own upstream
gatehouse_pid=

[[ -f $rig/bench.py ]] || fail "the rig is not at $rig (set BENCH_RIG)"
for program in nginx haproxy wrk h2load htpasswd taskset; do
    command -v "$program" >/dev/null || fail "there is no $program (Debian: nginx haproxy wrk nghttp2-client apache2-utils util-linux)"
done

stop_gatehouse() {
    [[ -z $gatehouse_pid ]] || kill -TERM "$gatehouse_pid" 2>/dev/null || true
    wait 2>/dev/null || true
}

mkdir -p "$here"
umask 077
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=localhost \
    -addext "subjectAltName=DNS:localhost,IP:127.0.0.1" -keyout "$here/server.key" -out "$here/server.crt" 2>/dev/null
port=$(free_port 18086)
# The login of the rig, with the strong hash that its peers cannot afford.
hash=$(printf 'benchpass-0123456789abcdef\n' | "$gatehouse" hash-password --cost 10)
cat >"$here/gatehouse.toml" <<CONF
[[listener]]
address     = "127.0.0.1:$port"
certificate = "server.crt"
key         = "server.key"
[upstream]
dialect  = "influxdb-1"
members  = ["http://127.0.0.1:$sink_port"]
username = "gatehouse"
password = "none"
[store]
path = "gatehouse.db"
[directory]
source = "declared"
[[bucket]]
name = "bench/autogen"
[[authorization]]
token         = "telegraf"
password_hash = "$hash"
read          = ["bench"]
write         = ["bench"]
[log]
access = "access.log"
CONF
rm -f "$here/access.log"
trap stop_gatehouse EXIT
step "Starting gatehouse on one processor, port $port"
taskset -c 0 "$gatehouse" serve --config "$here/gatehouse.toml" >"$here/gatehouse.out.log" 2>"$here/gatehouse.log" &
gatehouse_pid=$!
await 30 "$gatehouse_pid" curl -fsS --max-time 2 --cacert "$here/server.crt" "https://localhost:$port/ping" ||
    fail "gatehouse did not start: see $here/gatehouse.log"
step "Measuring"
python3 "$rig/bench.py" --extra "gatehouse=https://127.0.0.1:$port" --extra-pid "$gatehouse_pid" --extra-no-h2 \
    --peer nginx-noauth haproxy-noauth haproxy-plain --scenario write-small write-telegraf query flood \
    --out "$here/results.jsonl" "$@"
python3 "$rig/bench.py" --report --out "$here/results.jsonl"
