# SPDX-License-Identifier: Apache-2.0
# The front door: `make help` lists what it opens.
.DEFAULT_GOAL := build
WERROR ?= true
JOBS ?= $(shell nproc)
PREFIX ?= /usr/local
SOAK ?= 3600
# A folder with libduckdb.so and duckdb.h, instead of the ones that are fetched.
export DUCKDB ?=

SUITES := unit golden examples csv modes cli page postgres s3 rest tutorial tools editor documents fault kill systems lint asan asan-cli tsan fuzz coverage

.PHONY: build test $(SUITES) demo bench fresh fresh-packages soak format install package pictures clean help

## build: the program, build/sqlflow
build: build/build.ninja
	@ninja -C build -j $(JOBS) --quiet

build/build.ninja:
	@tools/need build
	@$(if $(DUCKDB),,tools/fetch duckdb)
	@log=$$(meson setup build -Dwerror=$(WERROR) $(if $(DUCKDB),-Dduckdb=$(DUCKDB)) 2>&1) || { echo "$$log"; exit 1; }

## test: all suites of tests/run
test: build
	@tools/need test lint
	@tests/run

## one suite: unit, golden, examples, csv, modes, cli, page, postgres, s3, tools, fault, kill, lint, asan, asan-cli, tsan, fuzz, ..
$(SUITES): build
	@tools/need test lint
	@tests/run $@

## demo: the pipelines of examples/demo over real data
demo: build
	@tools/fetch vega
	@ln -sfn ../../.cache/vega examples/demo/data
	@build/sqlflow -C examples/demo run --all

## pictures: that of README
pictures: build
	@tools/need pictures
	@build/sqlflow -C examples/demo viz air -o "$$PWD/docs/pictures/air.svg"

## bench: what the program costs beside the bare engine
bench: build
	@tools/need bench
	@bench/run

## fresh: README's first lines in a Debian with nothing in it (as root)
fresh:
	@tools/need fresh
	@tools/fresh

## soak: in full: the analyzer, faults, kills, memory, random tables and retries, connectors with sanitizers, fuzzers for an hour (SOAK=seconds)
soak: build
	@tools/need test lint
	@LINT_DEPTH=225000 tools/lint tidy
	@tests/csv/run --soak
	@tests/modes/run --sequences 1000
	@tests/fault/run fault
	@tests/fault/run kill --runs 200
	@tools/fetch page mermaid && PAGE_AXE=large node tests/page/run.mjs
	@tests/postgres/memory 20000000
	@tests/systems/run --every 20
	@S3_OBJECTS=2500 S3_MEGABYTES=1000 bats tests/s3
	@tools/variant asan
	@TEST_BUILD=$$PWD/build-asan ASAN_OPTIONS=abort_on_error=1 UBSAN_OPTIONS=halt_on_error=1:abort_on_error=1 G_SLICE=always-malloc \
		bats tests/postgres tests/rest tests/s3
	@ARROW_ROUNDS=20000 meson test -C build --suite unit arrow_rows --timeout-multiplier 30
	@MODEL_RUNS=2000 MODEL_SEED=$$(date +%s) meson test -C build --suite unit resume_model --timeout-multiplier 30
	@tools/variant fuzz fuzzers
	@tools/fuzz $(SOAK)

## format: clang-format over all C files, too wide comments reflowed
format:
	@tools/need lint
	@tools/format

## install: program, modules, header, manual page, completion, documents below PREFIX (/usr/local), in DESTDIR
install: build
	@meson configure build -Dprefix=$(PREFIX) && ninja -C build build.ninja >/dev/null
	@meson install -C build --quiet

## package: a tarball that runs wherever it is unpacked, a Debian package, the examples; in build/packages
package: build
	@tools/need package
	@tools/package

## fresh-packages: both packages tried in a Debian with nothing else in it, the tutorial with each (as root)
fresh-packages: package
	@tools/need fresh servers
	@tools/fresh-packages

## clean: removes what was built; what was fetched stays in .cache
clean:
	@rm -rf build build-*

## help: this list
help:
	@sed -n 's/^## /  make /p' $(MAKEFILE_LIST)
