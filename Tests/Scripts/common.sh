# shellcheck shell=bash disable=SC2034
# What the scripts share. Sourced after `set -euo pipefail`.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# Everything that the scripts make stands here or in .build; `make clean` removes both.
made=$root/build
influx_programs=$made/influxdb/usr/bin
venv=$made/venv

# One line about the step that begins now.
step() { printf '\n\033[1m==> %s\033[0m\n' "$*"; }

say() { printf '    %s\n' "$*"; }

fail() {
    printf '\n\033[1mfailed:\033[0m %s\n' "$*" >&2
    exit 1
}

# Prints a port of 127.0.0.1 that nobody listens on, the preferred one if it is free. The others are ports to avoid.
free_port() {
    python3 - "$@" <<'PYTHON'
import socket, sys

preferred, avoided = int(sys.argv[1]), {int(port) for port in sys.argv[2:]}
for port in [preferred] + [0] * 100:
    if port in avoided:
        continue
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        chosen = probe.getsockname()[1]
    if chosen not in avoided:
        print(chosen)
        sys.exit(0)
sys.exit("no free port")
PYTHON
}

# Waits until a command succeeds: await SECONDS PID COMMAND... It fails at once when the process is gone.
await() {
    local deadline=$((SECONDS + $1)) pid=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        kill -0 "$pid" 2>/dev/null || return 1
        ((SECONDS < deadline)) || return 1
        sleep 0.1
    done
}
