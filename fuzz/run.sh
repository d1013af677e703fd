#!/usr/bin/env bash
# Runs every fuzz target: fuzz/run.sh [SECONDS [TARGET…]]
# With SECONDS, looks for new faults for so long: starts from fuzz/seeds/TARGET and what earlier runs have found, and keeps
# what it finds in fuzz/corpus/TARGET. With 0, only goes through what is there already. A crashing input is left in
# fuzz/artifacts/TARGET: once the fault is understood, add it to the seeds.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-0}
shift || true
targets=("$@")
((${#targets[@]})) || mapfile -t targets < <(basename --suffix=.rs --multiple fuzz/targets/*.rs)

RUSTC_WORKSPACE_WRAPPER=$PWD/fuzz/instrument.sh cargo build --quiet --locked --package saywell-fuzz

failed=()
for target in "${targets[@]}"; do
    mkdir -p "fuzz/corpus/$target" "fuzz/artifacts/$target"
    log=fuzz/artifacts/$target/log
    how=(-max_total_time="$seconds" -use_value_profile=1)
    ((seconds)) || how=(-runs=0)
    if "${CARGO_TARGET_DIR:-target}/debug/fuzz-$target" -timeout=10 -rss_limit_mb=2048 \
        -artifact_prefix="fuzz/artifacts/$target/" "${how[@]}" \
        "fuzz/corpus/$target" "fuzz/seeds/$target" >"$log" 2>&1; then
        printf '%-12s %s\n' "$target" "$(grep -E '^Done|DONE' "$log" | tr -s '\t ' ' ' | paste -sd' ')"
    else
        failed+=("$target")
        printf '%-12s FAILED\n' "$target"
        tail -n 40 "$log"
    fi
done

if ((${#failed[@]})); then
    echo "Faults in: ${failed[*]}. The inputs are in fuzz/artifacts/." >&2
    exit 1
fi
