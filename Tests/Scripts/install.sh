#!/bin/bash
# Installs what is missing: install.sh build | run | test. Each includes those before it. Starts no service.
set -euo pipefail
# shellcheck source=Tests/Scripts/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

purpose=${1:-test}
packages=(g++ pkg-config libc6-dev libssl-dev zlib1g-dev libsqlite3-dev libcrypt-dev libtomlplusplus-dev)
case $purpose in
build) ;;
run) packages+=(ca-certificates curl openssl python3) ;;
test) packages+=(ca-certificates curl openssl python3 python3-venv shellcheck) ;;
*) fail "install.sh build | run | test" ;;
esac

install_packages() {
    local missing=() package
    for package in "${packages[@]}"; do
        [[ $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) == 'install ok installed' ]] || missing+=("$package")
    done
    ((${#missing[@]})) || return 0
    step "Installing ${missing[*]}"
    local command="apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
    if ((EUID == 0)); then
        DEBIAN_FRONTEND=noninteractive bash -c "$command"
    elif command -v sudo >/dev/null && { [[ -t 0 ]] || sudo -n true 2>/dev/null; }; then
        sudo DEBIAN_FRONTEND=noninteractive bash -c "$command"
    else
        fail "packages are missing; run this as root, then try again: $command"
    fi
}

# The real InfluxDB 1.6.7 and its client, unpacked and not installed: installing would start a service.
unpack_influxdb() {
    [[ -x $influx_programs/influxd && -x $influx_programs/influx ]] && return
    step "Unpacking Debian's InfluxDB into ${made#"$root"/}/influxdb"
    mkdir -p "$made/packages"
    if ! download_influxdb; then
        # The lists of packages may be missing or old.
        if ((EUID == 0)); then
            apt-get update
        elif command -v sudo >/dev/null && { [[ -t 0 ]] || sudo -n true 2>/dev/null; }; then
            sudo apt-get update
        else
            fail "run this as root, then try again: apt-get update"
        fi
        download_influxdb || fail "apt-get download influxdb influxdb-client"
    fi
    local package
    for package in "$made"/packages/influxdb*.deb; do
        dpkg-deb -x "$package" "$made/influxdb.part"
    done
    rm -rf "$made/influxdb"
    mv "$made/influxdb.part" "$made/influxdb"
}

download_influxdb() {
    rm -rf "$made"/packages/influxdb*.deb "$made/influxdb.part"
    # Root's own downloads need no sandbox user, who may not enter this folder.
    (cd "$made/packages" && apt-get -o "APT::Sandbox::User=$(id -un)" download influxdb influxdb-client)
}

# The Python clients that the tests run.
make_venv() {
    local wanted=$root/Tests/Scripts/requirements.txt
    cmp -s "$wanted" "$venv/requirements.txt" && return
    step "Installing the Python clients into ${venv#"$root"/}"
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --disable-pip-version-check --progress-bar off -r "$wanted"
    cp "$wanted" "$venv/requirements.txt"
}

command -v swift >/dev/null || fail "there is no \`swift\`: install a toolchain from swift.org, 6.3 or newer"
command -v apt-get >/dev/null || fail "this is not Debian: provide ${packages[*]}, and influxd 1.x in $influx_programs"
install_packages
[[ $purpose == build ]] || unpack_influxdb
[[ $purpose != test ]] || make_venv
