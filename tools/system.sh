#!/usr/bin/env bash
# Makes sure that programs the work needs are on this machine, and installs the Debian packages of
# those that are not: tools/system.sh TOPIC…, with the topics below. Quiet when nothing is missing.
set -euo pipefail

missing=()
need() { # need PACKAGE TEST… : PACKAGE is missing unless TEST succeeds
    local package=$1
    shift
    "$@" >/dev/null 2>&1 || missing+=("$package")
}
installed() { # whether a Debian package is there: one that others name, or that was removed, is known as well
    [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$1") == installed ]]
}
compiles() { # compiles LANGUAGE COMPILER : whether a program can be compiled and linked
    printf 'int main(void) { return 0; }' | "$2" -x "$1" - -o /dev/null
}

for topic in "$@"; do
    case $topic in
    build) # what `cargo build` and `cargo xtask voice` need beside the Rust toolchain
        compiles c cc || missing+=(gcc libc6-dev)
        need cmake cmake --version # libopus
        need python3 python3 --version
        need python3-pip python3 -m pip --version
        ;;
    test) # what the tests drive or compare with
        compiles c++ c++ || missing+=(g++)
        need python3-venv python3 -c 'import ensurepip, venv'
        need ffmpeg command -v ffmpeg
        need openssl command -v openssl
        need redis-server command -v redis-server
        need nginx-light sh -c 'command -v nginx || test -x /usr/sbin/nginx'
        need prometheus command -v promtool
        need systemd command -v systemd-analyze
        need postgresql sh -c 'ls /usr/lib/postgresql/*/bin/initdb || command -v initdb'
        need pgbouncer test -x /usr/sbin/pgbouncer -o -x /usr/bin/pgbouncer
        # The three browser engines with their drivers (Firefox's comes from Cargo's registry, see the Makefile),
        # what WebKitGTK decodes sound with, a screen for it, and a sound card that is none.
        need chromium command -v chromium
        need chromium-driver command -v chromedriver
        need firefox-esr command -v firefox-esr
        need webkit2gtk-driver command -v WebKitWebDriver
        for set in good bad ugly; do
            need gstreamer1.0-plugins-$set installed gstreamer1.0-plugins-$set
        done
        need gstreamer1.0-libav installed gstreamer1.0-libav
        need xvfb command -v Xvfb
        need pulseaudio command -v pulseaudio
        need pulseaudio-utils command -v parec
        # The synthesiser that Chromium and Firefox speak with on a desktop.
        need speech-dispatcher command -v speech-dispatcher
        need speech-dispatcher-espeak-ng installed speech-dispatcher-espeak-ng
        # A bus of each engine's own, and what presses media keys on it.
        need dbus-daemon command -v dbus-daemon
        need libglib2.0-bin command -v gdbus
        ;;
    dist) # what packages are made and tried with
        need dpkg-dev command -v dpkg-shlibdeps
        need man-db command -v man
        need debootstrap command -v debootstrap
        need skopeo command -v skopeo
        ;;
    bench) # the peers and the load generator
        need nginx-light command -v nginx
        need wrk command -v wrk
        ;;
    *)
        echo "tools/system.sh: unknown topic '$topic'" >&2
        exit 2
        ;;
    esac
done 2>/dev/null

((${#missing[@]})) || exit 0

if ! command -v apt-get >/dev/null; then
    echo "Please install these (the names are Debian's) and try again: ${missing[*]}" >&2
    exit 1
elif ((EUID == 0)); then
    as_root=()
elif command -v sudo >/dev/null; then
    as_root=(sudo)
else
    echo "Please run this as root and try again: apt-get install ${missing[*]}" >&2
    exit 1
fi
echo "Installing what is missing: ${missing[*]}"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends -y "${missing[@]}" >/dev/null
