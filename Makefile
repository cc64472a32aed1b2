# What people run here. Everything is made in .build and build; no system service is started or changed.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.PHONY: help install build run demo test test-long test-work bench bench-decision lint format clean

# A warning is a mistake. The flags are the same everywhere, so that one build serves all.
FLAGS := -Xswiftc -warnings-as-errors -Xcc -Werror -Xcxx -Werror
RELEASE := -c release --static-swift-stdlib $(FLAGS)

# A build for code coverage counts what it does, and a test looks at that: work must grow with a text, not with its square.
COUNTED := --enable-code-coverage

SCRIPTS := Tests/Scripts
SOURCES := Sources Tests Package.swift

# A crash is reported at once and does not wait for a debugger.
export SWIFT_BACKTRACE := enable=no
export GATEHOUSE_BINARY ?= $(CURDIR)/.build/release/gatehouse
export INFLUXD ?= $(CURDIR)/build/influxdb/usr/bin/influxd
export INFLUX ?= $(CURDIR)/build/influxdb/usr/bin/influx
export PYTHON ?= $(CURDIR)/build/venv/bin/python3

help: ## show this
	@sed -nE 's/^([a-z-]+):.*## /\1\t/p' Makefile | expand -t 14

install: ## install what building, running and testing need (Debian 12)
	@$(SCRIPTS)/install.sh test

build: ## build the release: .build/release/gatehouse
	@$(SCRIPTS)/install.sh build
	swift build $(RELEASE) --product gatehouse

run: ## build, start a real InfluxDB 1.6.7 with gatehouse before it, show it, serve until Ctrl-C
	@$(SCRIPTS)/install.sh run
	swift build $(RELEASE) --product gatehouse
	@$(SCRIPTS)/demo.sh run

demo: ## the same as run, but end after the show
	@$(SCRIPTS)/install.sh run
	swift build $(RELEASE) --product gatehouse
	@$(SCRIPTS)/demo.sh demo

test: install lint ## everything that must pass
	swift build $(RELEASE) --product gatehouse
	swift build --build-tests $(COUNTED) $(FLAGS)
	swift test --skip-build $(COUNTED) $(FLAGS) --skip EndToEndTests
	@# Alone, since it counts what the whole process does.
	GATEHOUSE_COUNTS_WORK=1 swift test --skip-build $(COUNTED) $(FLAGS) --no-parallel --filter LinearWorkTests
	@# Alone, so that what they time is gatehouse.
	swift test --skip-build $(COUNTED) $(FLAGS) --filter EndToEndTests

test-long: install ## the tests under sanitizers, and the long ones
	$(SCRIPTS)/sanitizers.sh $(FLAGS)

test-work: ## count the work that texts of every shape cost: it must grow as they do
	GATEHOUSE_COUNTS_WORK=1 swift test $(COUNTED) $(FLAGS) --no-parallel --filter LinearWorkTests

bench: build ## measure beside nginx and HAProxy with the rig of ../shared/bench (ARGS="--seconds 3")
	@$(SCRIPTS)/bench.sh $(ARGS)

bench-decision: ## measure what understanding and deciding on queries costs
	swift build -c release $(FLAGS) -Xswiftc -enable-testing --scratch-path .build/bench --product decision-benchmark
	.build/bench/release/decision-benchmark

lint: ## check the form of sources and scripts
	swift format lint --strict --recursive $(SOURCES)
	@command -v shellcheck >/dev/null || $(SCRIPTS)/install.sh test
	shellcheck --external-sources .ci/run $(SCRIPTS)/*.sh

format: ## bring the sources into form
	swift format --in-place --recursive $(SOURCES)

clean: ## remove what was built and made
	rm -rf .build build
