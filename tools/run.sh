#!/usr/bin/env bash
# `make run`: starts the gateway, and builds it first where that is needed. Says what it does and how long that takes.
#
#   tools/run.sh         with all voices
#   tools/run.sh heart   with the default voice alone
set -euo pipefail
cd "$(dirname "$0")/.."
voices=${1:-all}
target=${CARGO_TARGET_DIR:-target}
binary=$target/quick/saywell

# Whether nothing that goes into the binary has changed since it was built: what Cargo would find out as well, in less time.
is_current() {
    [[ -x $binary && -e crates/saywell-voice/assets/SHA256SUMS ]] || return 1
    [[ $voices == heart || -e ${TTS_DATA_DIR:-saywell-data}/kokoro.pack ]] || return 1
    local newer
    newer=$(find Cargo.toml Cargo.lock rust-toolchain.toml .cargo crates web licenses THIRD-PARTY.md -name node_modules -prune -o \
        -type f -newer "$binary" -not -path '*/tests/*' -not -path '*/test/*' -print -quit)
    [[ -z $newer ]]
}

if ! is_current; then
    if [[ ! -d $target/quick ]]; then
        cores=$(nproc)
        cat <<END
Saywell is built from source, once; on this machine, with $cores cores, that takes about $((28 / cores + 2)) minutes:
  1. Debian packages and tools that are missing, and the voices
  2. about 380 libraries; Cargo shows how far it is
After that, \`make run\` starts in a second.
END
    fi
    tools/system.sh build
    command -v cargo >/dev/null || { echo 'A Rust toolchain is needed (Rust 1.95 or newer, with cargo); install one with rustup.' >&2; exit 1; }
    cargo xtask voice
    [[ $voices == heart ]] || cargo xtask voice kokoro
    cargo build --profile quick --locked --package saywell
    # Cargo leaves a binary alone of which nothing has changed but times.
    touch "$binary"
fi
exec "$binary" serve
