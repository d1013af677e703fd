#!/bin/sh
# Compiles the workspace's own crates with coverage counters, for libFuzzer; other crates stay as they are
# and are shared with the development build. Cargo calls it as RUSTC_WORKSPACE_WRAPPER, with rustc's command line.
case " $* " in *" --crate-name build_script_"*) exec "$@" ;; esac
exec "$@" --cfg fuzzing -Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares
