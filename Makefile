# SPDX-License-Identifier: Apache-2.0
# The front door: `make help` lists what it opens.
.DEFAULT_GOAL := build
WERROR ?= true
JOBS ?= $(shell nproc)
PREFIX ?= /usr/local
SOAK ?= 3600

SUITES := unit lint asan tsan fuzz coverage

.PHONY: build test $(SUITES) soak format install clean help

## build: the program, build/sqlflow
build: build/build.ninja
	@ninja -C build -j $(JOBS) --quiet

build/build.ninja:
	@tools/need build
	@tools/fetch duckdb
	@log=$$(meson setup build -Dwerror=$(WERROR) 2>&1) || { echo "$$log"; exit 1; }

## test: all suites of tests/run
test: build
	@tools/need test lint
	@tests/run

## unit, lint, asan, tsan, fuzz, coverage: one of the suites
$(SUITES): build
	@tools/need test lint
	@tests/run $@

## soak: each fuzzer for an hour (SOAK=seconds)
soak: build
	@tools/need test
	@tools/variant fuzz fuzzers
	@tools/fuzz $(SOAK)

## format: clang-format over all C files
format:
	@tools/need lint
	@git ls-files '*.c' '*.h' | xargs clang-format -i

## install: the program and its module below PREFIX (/usr/local), in DESTDIR where it is set
install: build
	@meson configure build -Dprefix=$(PREFIX)
	@meson install -C build --quiet

## clean: removes what was built; what was fetched stays in .cache
clean:
	@rm -rf build build-*

## help: this list
help:
	@sed -n 's/^## /  make /p' $(MAKEFILE_LIST)
