#!/bin/bash
# Starts a real InfluxDB 1.6.7 with gatehouse before it and shows what gatehouse does: demo.sh run | demo.
# `run` then serves until Ctrl-C. Both keep to loopback, free ports and build/run or build/demo.
set -euo pipefail
# shellcheck source=Tests/Scripts/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

mode=${1:-run}
gatehouse=${GATEHOUSE_BINARY:-$root/.build/release/gatehouse}
here=$made/$mode
influxd_pid=
gatehouse_pid=

# Ends what this script started, and nothing else.
stop_all() {
    local status=$? pid
    trap - EXIT INT TERM HUP
    for pid in $gatehouse_pid $influxd_pid; do
        kill -TERM "$pid" 2>/dev/null || true
    done
    for pid in $gatehouse_pid $influxd_pid; do
        await_end "$pid" 20 || kill -KILL "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    [[ -z $gatehouse_pid$influxd_pid ]] || say "gatehouse and InfluxDB are stopped."
    exit "$status"
}

await_end() {
    local deadline=$((SECONDS + $2))
    while kill -0 "$1" 2>/dev/null; do
        ((SECONDS < deadline)) || return 1
        sleep 0.1
    done
}

prepare_folder() {
    mkdir -p "$here/tls"
    # Two of them would share ports and files.
    exec 9>"$here/lock"
    flock -n 9 || fail "\`make $mode\` is running here already"
    rm -rf "$here/influxdb" "$here"/gatehouse.db* "$here"/*.log "$here/operator-token"
    mkdir -p "$here/influxdb"
    umask 077
}

make_certificate() {
    local certificate=$here/tls/server.crt
    if [[ -s $here/tls/server.key ]] && openssl x509 -in "$certificate" -noout -checkend 86400 >/dev/null 2>&1; then
        return
    fi
    step "Making a development certificate for localhost"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 90 -subj /CN=localhost \
        -addext "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1" \
        -keyout "$here/tls/server.key" -out "$certificate" 2>"$here/openssl.log" || fail "openssl: see $here/openssl.log"
    say "$certificate"
}

start_influxd() {
    step "Starting InfluxDB 1.6.7 on 127.0.0.1:$influx_port, with authentication"
    cat >"$here/influxdb.conf" <<CONF
reporting-disabled = true
bind-address = "127.0.0.1:$rpc_port"
[meta]
dir = "$here/influxdb/meta"
[data]
dir = "$here/influxdb/data"
wal-dir = "$here/influxdb/wal"
[http]
bind-address = "127.0.0.1:$influx_port"
auth-enabled = true
log-enabled = false
[monitor]
store-enabled = false
CONF
    "$influx_programs/influxd" -config "$here/influxdb.conf" >"$here/influxdb.log" 2>&1 9>&- &
    influxd_pid=$!
    await 60 "$influxd_pid" curl -fsS --max-time 2 "http://127.0.0.1:$influx_port/ping" ||
        fail "InfluxDB did not start: see $here/influxdb.log"
    say "Its admin user is \"gatehouse\", with a password that only gatehouse has."
    openssl rand -hex 24 >"$here/upstream-password"
    # Passwords go through standard input: the arguments of a process can be seen by everyone.
    printf "CREATE USER gatehouse WITH PASSWORD '%s' WITH ALL PRIVILEGES" "$(<"$here/upstream-password")" |
        curl -fsS --max-time 10 -o /dev/null --data-urlencode q@- "http://127.0.0.1:$influx_port/query"
    local database
    for database in metrics secret; do
        printf 'user = "gatehouse:%s"\n' "$(<"$here/upstream-password")" |
            curl -fsS --max-time 10 -o /dev/null -K - --data-urlencode "q=CREATE DATABASE $database" \
                "http://127.0.0.1:$influx_port/query"
    done
    say "It holds the databases \"metrics\" and \"secret\"."
}

start_gatehouse() {
    step "Starting gatehouse on $url"
    cat >"$here/gatehouse.toml" <<CONF
# Made by \`make $mode\`. Every key is explained in config/reference.toml.
[[listener]]
address     = "127.0.0.1:$port"
certificate = "tls/server.crt"
key         = "tls/server.key"

[upstream]
dialect  = "influxdb-1"
members  = ["http://127.0.0.1:$influx_port"]
username = "gatehouse"
password = { file = "upstream-password" }

[store]
path = "gatehouse.db"

[log]
access = "access.log"
CONF
    "$gatehouse" check --config "$here/gatehouse.toml" >"$here/check.log" || fail "$(<"$here/check.log")"
    "$gatehouse" serve --config "$here/gatehouse.toml" >"$here/gatehouse.out.log" 2>"$here/gatehouse.log" 9>&- &
    gatehouse_pid=$!
    await 30 "$gatehouse_pid" curl -fsS --max-time 2 --cacert "$here/tls/server.crt" "$url/ping" ||
        fail "gatehouse did not start: see $here/gatehouse.log"
    say "configuration $here/gatehouse.toml"
    say "access log    $here/access.log"
}

# gatehouse_api ARGUMENTS...: `gatehouse auth` with the operator token.
gatehouse_api() {
    GATEHOUSE_TOKEN=$(<"$here/operator-token") "$gatehouse" auth "$@" --host "$url" --ca "$here/tls/server.crt" | sed 's/^/    /'
}

make_login() {
    step "Creating an operator token and a v1 login with the command line"
    "$gatehouse" token create --config "$here/gatehouse.toml" --operator --description "make $mode" \
        --out "$here/operator-token"
    say "operator token: $here/operator-token"
    openssl rand -hex 12 >"$here/telegraf-password"
    say "\$ gatehouse auth create --username telegraf --read metrics --write metrics"
    gatehouse_api create --username telegraf --read metrics --write metrics <"$here/telegraf-password"
    say "password of telegraf: $here/telegraf-password"
}

# as_telegraf EXPECTED-STATUS WHAT CURL-ARGUMENTS...: one request with the login, over TLS.
as_telegraf() {
    local expected=$1 what=$2 status
    shift 2
    status=$(printf 'user = "telegraf:%s"\n' "$(<"$here/telegraf-password")" |
        curl -sS --max-time 30 -K - --cacert "$here/tls/server.crt" -o "$here/answer" -w '%{http_code}' "$@")
    say "$what → $status $(head -c 400 "$here/answer")"
    [[ $status == "$expected" ]] || fail "expected $expected, got $status: see $here/gatehouse.log and $here/access.log"
}

write_point() {
    as_telegraf "$1" "$2" --data-binary "weather,place=gate temperature=$3" "$url/write?db=metrics"
}

read_points() {
    as_telegraf "$1" "$2" --get --data-urlencode "db=metrics" \
        --data-urlencode "q=SELECT temperature FROM weather ORDER BY time DESC LIMIT 3" "$url/query"
}

show() {
    step "Writing and reading through TLS as \"telegraf\""
    write_point 204 "write" 21.5
    read_points 200 "read"
    grep -q 21.5 "$here/answer" || fail "the point that was written did not come back"
    as_telegraf 403 "read of another database" --get --data-urlencode "db=secret" \
        --data-urlencode "q=SELECT * FROM vault" "$url/query"

    step "Setting the login inactive: it is refused from the next request on"
    say "\$ gatehouse auth set-inactive --username telegraf"
    gatehouse_api set-inactive --username telegraf
    read_points 401 "read"
    write_point 401 "write" 22.5
    say "\$ gatehouse auth set-active --username telegraf"
    gatehouse_api set-active --username telegraf
    write_point 204 "write" 23.5
    read_points 200 "read"
}

recipes() {
    step "Point your clients at it"
    cat <<RECIPES
    Telegraf
        [[outputs.influxdb]]
          urls = ["$url"]
          database = "metrics"
          skip_database_creation = true
          username = "telegraf"
          password = "$(<"$here/telegraf-password")"
          tls_ca = "$here/tls/server.crt"

    Grafana       data source InfluxDB, language InfluxQL, URL $url, database metrics,
                  user telegraf and the password above, "With CA Cert" and the contents of
                  $here/tls/server.crt

    influx        $influx_programs/influx -ssl -unsafeSsl -host localhost -port $port \\
                      -username telegraf -password "\$(cat $here/telegraf-password)" -database metrics

    curl          curl --cacert $here/tls/server.crt -u telegraf \\
                      --get --data-urlencode 'q=SHOW MEASUREMENTS' "$url/query?db=metrics"

    Another login
        export GATEHOUSE_TOKEN=\$(cat $here/operator-token)
        $gatehouse auth create --username NAME --read metrics --host $url --ca $here/tls/server.crt
RECIPES
}

[[ $mode == run || $mode == demo ]] || fail "demo.sh run | demo"
[[ -x $gatehouse ]] || fail "there is no $gatehouse: \`make build\`"
trap stop_all EXIT
trap 'exit 0' INT TERM HUP
prepare_folder
port=$(free_port 8086)
influx_port=$(free_port 8087 "$port")
rpc_port=$(free_port 8088 "$port" "$influx_port")
url=https://localhost:$port
make_certificate
start_influxd
start_gatehouse
make_login
show
recipes
if [[ $mode == run ]]; then
    step "Serving on $url until Ctrl-C"
    wait -n "$gatehouse_pid" "$influxd_pid" || true
    fail "a server ended by itself: see $here/gatehouse.log and $here/influxdb.log"
fi
step "Done"
