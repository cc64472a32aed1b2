#!/bin/bash
# Runs every test under each sanitizer, gatehouse itself included, the long ones, the fuzzer and the contract: sanitizers.sh [FLAGS OF swift build].
set -euo pipefail
# shellcheck source=Tests/Scripts/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

cd "$root"
mkdir -p "$made"
# The tests that `make test` shortens run in full.
export GATEHOUSE_LONG=1
# A report ends the program, so that it cannot pass unseen.
export ASAN_OPTIONS=detect_leaks=0
export TSAN_OPTIONS=halt_on_error=1:report_thread_leaks=0

for sanitizer in ${SANITIZERS:-address thread}; do
    scratch=.build/sanitize-$sanitizer
    step "Building with -sanitize=$sanitizer"
    swift build --build-tests --sanitize="$sanitizer" --scratch-path "$scratch" "$@"
    step "Testing with -sanitize=$sanitizer"
    if [[ $sanitizer == thread ]]; then
        clang -O1 -Wall -Werror -shared -fPIC -o "$made/tsan-mutex.so" "$root/Tests/Scripts/tsan-mutex.c"
        export LD_PRELOAD=$made/tsan-mutex.so
    fi
    swift test --skip-build --sanitize="$sanitizer" --scratch-path "$scratch" "$@" --skip EndToEndTests
    GATEHOUSE_BINARY=$root/$scratch/debug/gatehouse \
        swift test --skip-build --sanitize="$sanitizer" --scratch-path "$scratch" "$@" --filter EndToEndTests
    unset LD_PRELOAD
done

step "Counting work"
GATEHOUSE_COUNTS_WORK=1 swift test --enable-code-coverage --scratch-path .build/counted "$@" --no-parallel --filter LinearWorkTests

step "The long tests on the release"
swift build -c release --static-swift-stdlib "$@" --product gatehouse
swift build --build-tests "$@"
GATEHOUSE_MODEL_SECONDS=600 GATEHOUSE_KEPT_SECONDS=600 GATEHOUSE_CHANGES=10000 GATEHOUSE_BINARY=$root/.build/release/gatehouse \
    swift test --skip-build "$@" --filter EndToEndTests

step "First log-ins under a flood"
GATEHOUSE_BINARY=$root/.build/release/gatehouse "$root/Tests/Scripts/first-logins.py" 60

"$root/Tests/Scripts/fuzz.sh" 300
GATEHOUSE_BINARY=$root/.build/release/gatehouse "$root/Tests/Scripts/contract.sh"
