# SPDX-License-Identifier: Apache-2.0
# A thin front of Meson; `make help` says what there is. The build itself is meson.build.
BUILD ?= build
PREFIX ?= /usr/local
DESTDIR ?=
FUZZ_SECONDS ?= 20
# For example JOBS=-j2; empty leaves the number to ninja.
JOBS ?=
# Passed to the first `meson setup` of every build directory.
MESON_FLAGS ?=

EXAMPLE = examples/checkpoint_example.sql
NINJA = ninja $(JOBS) -C
TEST = meson test --print-errorlogs
SANITIZED = -Dbuildtype=debugoptimized -Dtests=enabled -Dc_args=-fno-sanitize-recover=all

all: $(BUILD)/build.ninja
	@$(NINJA) $(BUILD) product

$(BUILD)/build.ninja:
	@scripts/need_packages.sh --tell build
	meson setup $(BUILD) $(MESON_FLAGS)

help:
	@echo 'make              build/forebay and the library, optimised, with debug information'
	@echo 'make run          build, then run $(EXAMPLE) until Ctrl-C'
	@echo 'make check        tests that need nothing but the build'
	@echo 'make check-all    the same, and the comparison with real Spark (fetches it once)'
	@echo 'make bench        built-in workloads, key=value lines'
	@echo 'make install      program, library, headers, man page (PREFIX=$(PREFIX), DESTDIR=)'
	@echo 'make debug        unoptimised build with extra checks, in build-debug'
	@echo 'make asan         tests under address and undefined-behaviour sanitizer, in build-asan'
	@echo 'make tsan         tests of the threaded parts under thread sanitizer, in build-tsan'
	@echo 'make fuzz         every fuzzer for FUZZ_SECONDS=$(FUZZ_SECONDS), in build-fuzz'
	@echo 'make format       clang-format over all C files'
	@echo 'make symbols      rewrite docs/symbols.txt after a change of the public interface'
	@echo 'make clean        remove the build directories, and the checkpoint of the example'

run:
	@scripts/need_packages.sh build
	@$(MAKE) --no-print-directory all
	$(BUILD)/forebay run $(EXAMPLE)

# A build directory made by `make run` on a machine without the test framework has no tests.
$(BUILD)/.tests: | $(BUILD)/build.ninja
	meson setup --reconfigure $(BUILD) -Dtests=enabled
	@touch $@

check:
	@scripts/need_packages.sh build check
	@$(MAKE) --no-print-directory $(BUILD)/.tests
	@$(NINJA) $(BUILD)
	$(TEST) --no-rebuild -C $(BUILD)

check-spark: all
	@status=0; for script in live_test live_stateful; do \
		tests/spark/setup.sh tests/spark/$$script.py $(BUILD)/forebay || status=1; \
	done; exit $$status

check-all:
	@$(MAKE) --no-print-directory check
	@$(MAKE) --no-print-directory check-spark

bench: all
	scripts/bench.sh $(BUILD)/forebay

install: all
	@meson configure $(BUILD) -Dprefix=$(abspath $(PREFIX))
	@$(NINJA) $(BUILD) product
	DESTDIR="$(DESTDIR)" meson install --no-rebuild -C $(BUILD)
	@# Programs find a new library only after this; a staged install is not for this machine.
	@[ -n "$(DESTDIR)" ] || [ "$$(id -u)" != 0 ] || ldconfig

debug: build-debug/build.ninja
	$(NINJA) build-debug product

build-debug/build.ninja:
	@scripts/need_packages.sh --tell build
	meson setup build-debug -Dbuildtype=debug $(MESON_FLAGS)

# Tests ask for absurd sizes on purpose.
asan: build-asan/build.ninja
	$(NINJA) build-asan
	ASAN_OPTIONS=allocator_may_return_null=1 UBSAN_OPTIONS=print_stacktrace=1 \
	$(TEST) --no-rebuild --timeout-multiplier 5 -C build-asan

build-asan/build.ninja:
	@scripts/need_packages.sh --tell build check
	meson setup build-asan -Db_sanitize=address,undefined $(SANITIZED) $(MESON_FLAGS)

tsan: build-tsan/build.ninja
	$(NINJA) build-tsan
	$(TEST) --no-rebuild --timeout-multiplier 10 --suite threads -C build-tsan

build-tsan/build.ninja:
	@scripts/need_packages.sh --tell build check
	meson setup build-tsan -Db_sanitize=thread $(SANITIZED) $(MESON_FLAGS)

fuzz: build-fuzz/build.ninja
	$(NINJA) build-fuzz fuzzers
	scripts/fuzz.sh build-fuzz $(FUZZ_SECONDS)

build-fuzz/build.ninja:
	@scripts/need_packages.sh --tell build fuzz
	CC=clang-14 meson setup build-fuzz -Db_sanitize=address,undefined -Db_lundef=false \
		-Dfuzzers=true -Dtests=disabled -Dc_args=-fno-sanitize-recover=all $(MESON_FLAGS)

format:
	@scripts/need_packages.sh --tell format
	scripts/check_format.sh --fix

symbols: all
	scripts/symbols.sh $(BUILD)/src/libforebay.so > docs/symbols.txt

clean:
	rm -rf build build-debug build-asan build-tsan build-fuzz

.PHONY: all help run check check-spark check-all bench install debug asan tsan fuzz format symbols \
	clean
