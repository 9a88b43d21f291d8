# SPDX-License-Identifier: Apache-2.0
# The front door: `make help` lists what it opens.
.DEFAULT_GOAL := build
WERROR ?= true
JOBS ?= $(shell nproc)

.PHONY: build clean help

## build: the program, build/sqlflow
build: build/build.ninja
	@ninja -C build -j $(JOBS) --quiet

build/build.ninja:
	@tools/need build
	@tools/fetch duckdb
	@log=$$(meson setup build -Dwerror=$(WERROR) 2>&1) || { echo "$$log"; exit 1; }

## clean: removes what was built; what was fetched stays in .cache
clean:
	@rm -rf build build-*

## help: this list
help:
	@sed -n 's/^## /  make /p' $(MAKEFILE_LIST)
