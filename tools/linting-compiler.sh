# shellcheck shell=bash
# To be sourced: what Cargo builds of ours from here on is warned of as clippy warns, every warning is an error, and it is the
# same build that is run. Not for a release: clippy wants its compiler to leave code as it is written for longer.
export RUSTC_WORKSPACE_WRAPPER=clippy-driver
export CLIPPY_ARGS=-Dwarnings
