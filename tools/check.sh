#!/usr/bin/env bash
# What to run before a commit, in under a minute on a warm tree: form, warnings, spelling, types, where modules stand, and
# the tests of what has changed since BASE (main by default). Installs nothing: what is not there is named and left out.
#
#   tools/check.sh [BASE]
set -uo pipefail
cd "$(dirname "$0")/.."
base=${1:-$(git merge-base HEAD main 2>/dev/null || git rev-parse HEAD)}

source tools/linting-compiler.sh
failed=() left_out=()
run() { # run NAME COMMAND…
    local name=$1 begun=$SECONDS log
    shift
    log=$("$@" 2>&1) && { printf 'ok      %-12s %3d s\n' "$name" $((SECONDS - begun)); return; }
    printf 'FAILED  %-12s %3d s\n%s\n' "$name" $((SECONDS - begun)) "$log"
    failed+=("$name")
}
run_with() { # run_with PROGRAM NAME COMMAND… : left out where the program is not installed
    local program=$1
    shift
    if command -v "$program" >/dev/null; then run "$@"; else left_out+=("$1 (no $program: make tools)"); fi
}

changed=$( (git diff --name-only "$base"; git ls-files --others --exclude-standard) | sort -u)
mapfile -t crates < <(grep -oP '^crates/\K[^/]+' <<<"$changed" | sort -u)
touched() { grep -qE "$1" <<<"$changed"; }

run format cargo fmt --all --check
run_with typos spelling typos
run floors cargo xtask floors
run_with cargo-deny licences cargo deny --workspace --offline check --hide-inclusion-graph licenses bans sources
run_with actionlint workflows actionlint
if touched '\.rs$|Cargo\.(toml|lock)$'; then
    run build cargo build --quiet --locked --workspace --exclude saywell-fuzz --all-targets
fi
if touched '^web/' && [[ -d web/node_modules ]]; then
    run types npm --silent --prefix web run check
    run web bash -c 'cd web && find test -name "*.test.js" -path "*/unit/*" -exec node --test {} +'
fi
if ((${#crates[@]})); then
    run tests cargo nextest run --locked --status-level fail --final-status-level fail --no-tests pass "${crates[@]/#/--package=}"
fi

((${#left_out[@]})) && printf 'left out: %s\n' "${left_out[@]}"
((${#failed[@]} == 0)) || { printf 'FAILED: %s\n' "${failed[*]}"; exit 1; }
