#!/usr/bin/env bash
# Installs applications and frameworks that speak through the gateway, each into an environment of its own, since they pin each
# other's libraries: tools/clients.sh NAME…, with the names of tools/python/clients/NAME.txt. Quick when nothing has changed.
set -euo pipefail
cd "$(dirname "$0")/.."

# Python 3.12, which all of them take; the machine's own is mostly another one.
python() {
    local found
    for found in python3.12 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.12.*/bin/python; do
        "$found" -c 'import sys, venv; sys.exit(sys.version_info[:2] != (3, 12))' 2>/dev/null && { echo "$found"; return; }
    done
    echo 'Python 3.12 is needed, as python3.12 or from pyenv (pyenv install 3.12).' >&2
    return 1
}

# Packages that are there as source only.
without_wheels=docopt

for name in "$@"; do
    pinned=tools/python/clients/$name.txt
    [[ -f $pinned ]] || { echo "There is no $pinned." >&2; exit 2; }
    folder=.tools/clients/$name
    cmp --silent "$pinned" "$folder/installed.txt" && continue
    echo "Installing $name into $folder."
    found=$(python)
    "$found" -m venv --clear --without-pip "$folder"
    # Without pip's cache: some of them are gigabytes, and nobody installs them twice. The list has all that is needed, so that pip need
    # not look for it, which it does for minutes and with mistakes. Python compiles what is imported; that is a small part. As wheels, but
    # for what has none.
    .tools/python/bin/python -m pip --python "$folder/bin/python" install --quiet --disable-pip-version-check --no-cache-dir \
        --no-deps --no-compile --require-hashes --only-binary=:all: --no-binary="$without_wheels" --requirement "$pinned"
    cp "$pinned" "$folder/installed.txt"
done
