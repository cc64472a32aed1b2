#!/bin/bash
# Fuzzes the readers of what peers send, with AddressSanitizer: fuzz.sh [SECONDS FOR EACH TARGET]. Findings end it.
set -euo pipefail
# shellcheck source=Tests/Scripts/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

cd "$root"
seconds=${1:-60}
out=$made/fuzz
mkdir -p "$out"
flags=(-parse-as-library -O -swift-version 6 "-sanitize=fuzzer,address" -enable-upcoming-feature ExistentialAny
    -I "$root/Sources/CZlib" -lz)

step "Compiling the formats"
swiftc -parse-as-library -O -swift-version 6 "-sanitize=address" -enable-upcoming-feature ExistentialAny \
    -emit-library -static -o "$out/libFormats.a" -emit-module -emit-module-path "$out/Formats.swiftmodule" \
    -module-name Formats Sources/Formats/*.swift
flags+=(-I "$out" -L "$out" -lFormats)

# A target is one module with the files that it fuzzes, which need no other module but Formats.
fuzz() {
    local name=$1
    shift
    step "Fuzzing $name for $seconds s"
    swiftc "${flags[@]}" -module-name "Fuzz$name" -o "$out/$name" "$@" "Tests/Fuzz/Fuzz$name.swift"
    mkdir -p "$out/$name.corpus"
    (cd "$out" && ASAN_OPTIONS=detect_leaks=0 "./$name" -max_total_time="$seconds" -max_len=4096 -timeout=10 \
        -print_final_stats=1 "$name.corpus" "$root/Tests/Fixtures/fuzz/$name")
}

fuzz Query Sources/InfluxQL/*.swift
fuzz HTTPMessages Sources/HTTP/*.swift
fuzz Parameters Sources/HTTP/*.swift
fuzz JSON Sources/JSON/*.swift
fuzz Credentials Sources/Access/{AuthorizationField,Base64,Credential,CredentialReader}.swift
