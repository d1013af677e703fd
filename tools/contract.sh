#!/usr/bin/env bash
# Calls everything that /openapi.json names, with all that it allows and much that it does not: no answer may be a fault of
# the server's, and none may have a status that the contract does not name; and right requests have to be among them.
#
#   tools/contract.sh    CONTRACT_SECONDS=48 bounds it
set -uo pipefail
cd "$(dirname "$0")/.."

folder=$(mktemp -d)
TTS_LISTEN=127.0.0.1 PORT=0 TTS_DATA_DIR=$folder "$SAYWELL_BIN" serve >"$folder/said" 2>"$folder/log" &
server=$!
trap 'kill $server; wait $server 2>/dev/null; rm -rf "$folder"' EXIT

for _ in $(seq 300); do
    url=$(sed -n 's/^Saywell speaks at //p' "$folder/said")
    [[ -n $url ]] && break
    kill -0 $server 2>/dev/null || break
    sleep 0.1
done
if [[ -z $url ]]; then
    echo "saywell serve did not start; it said:" >&2
    cat "$folder/log" >&2
    exit 1
fi

seconds=${CONTRACT_SECONDS:-48}
# Deterministic, so that a failure is one for everybody.
call() {
    schemathesis run "$url/openapi.json" "$@" \
        --checks not_a_server_error,status_code_conformance \
        --phases examples,coverage,fuzzing --max-examples 20 --max-time "$seconds" \
        --generation-deterministic --no-shrink --continue-on-failure --request-timeout 20 --warnings off
}
# The controls come last: once they have switched speech off, nothing else would be tried.
call --exclude-path /admin/api/controls --report vcr --report-vcr-path "$folder/calls.yaml" || exit 1
# A contract that describes something else passes all of this without one right request.
spoken=$(python3 -c '
import sys, urllib.request
lines = urllib.request.urlopen(sys.argv[1] + "/metrics").read().decode().splitlines()
print(int(sum(float(line.split()[-1]) for line in lines if line.startswith("saywell_requests_total"))))' "$url")
echo "right requests for speech that were answered with sound: $spoken (at least ${CONTRACT_SPOKEN:-4})"
answered=$(grep -cE "^ +code: '?200'?$" "$folder/calls.yaml")
echo "calls that were answered with 200: $answered (at least ${CONTRACT_ANSWERED:-50})"
[[ $spoken -ge ${CONTRACT_SPOKEN:-4} && $answered -ge ${CONTRACT_ANSWERED:-50} ]] || { echo "too few: does /openapi.json describe the calls?" >&2; exit 1; }
seconds=$((seconds / 3))
call --include-path /admin/api/controls
