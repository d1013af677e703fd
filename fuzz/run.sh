#!/usr/bin/env bash
# Runs every fuzz target for some seconds: fuzz/run.sh [SECONDS [TARGET…]]
# Starts from fuzz/seeds/TARGET, keeps what it finds in fuzz/corpus/TARGET, and leaves a crashing input in
# fuzz/artifacts/TARGET: once the fault is understood, add that input to the seeds.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-5}
shift || true
targets=("$@")
((${#targets[@]})) || mapfile -t targets < <(basename --suffix=.rs --multiple fuzz/targets/*.rs)

RUSTC_WORKSPACE_WRAPPER=$PWD/fuzz/instrument.sh cargo build --quiet --locked --package saywell-fuzz

failed=()
for target in "${targets[@]}"; do
    mkdir -p "fuzz/corpus/$target" "fuzz/artifacts/$target"
    log=fuzz/artifacts/$target/log
    if "${CARGO_TARGET_DIR:-target}/debug/fuzz-$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
        -use_value_profile=1 -seed=1 -artifact_prefix="fuzz/artifacts/$target/" \
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
