#!/usr/bin/env bash
# Packages a binary for people who install it: a Debian package, a tarball, a container image, a list of what is linked in,
# checksums. `make dist` builds the binary first and tests what comes out.
#
#   tools/dist/build.sh BINARY FOLDER [PACK]
#
# With a pack of voices (`make voices`) it makes a second Debian package, saywell-voices, and a second image, which has them. The
# same binary and commit give the same bytes.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
binary=$(realpath "$1")
mkdir -p "$2"
out=$(realpath "$2")
pack=${3:+$(realpath "$3")}

version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$root/Cargo.toml" | head -n 1)
architecture=$(dpkg --print-architecture)
# When this commit was made, so that no file says when it was packaged.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct)}
export SOURCE_DATE_EPOCH TZ=UTC LC_ALL=C
umask 022

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rm -f "$out"/saywell* "$out/SHA256SUMS"
"$binary" --version >/dev/null

# ── What both packages have: the manual, completions, documents ──
mkdir "$work/shared"
"$binary" man "$work/shared/man"
for shell in bash zsh fish; do "$binary" completions $shell >"$work/shared/saywell.$shell"; done
documents=(README.md CHANGELOG.md SECURITY.md THIRD-PARTY.md LICENSE-MIT LICENSE-APACHE docs/CONFIG.md docs/OPERATIONS.md
    docs/IDENTITY.md docs/LIMITS.md docs/PROVIDERS.md docs/saywell.schema.json docs/alerts.yml deploy/grafana/dashboards/saywell.json)
"$binary" licences >"$work/shared/LICENCES.txt"

at_commit() { find "$1" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +; }

# ── saywell_VERSION_ARCHITECTURE.deb ──
deb=$work/deb
install -D -m 755 "$binary" "$deb/usr/bin/saywell"
install -D -m 755 "$here/saywell-service" "$deb/usr/sbin/saywell-service"
install -D -m 644 "$here/saywell.service" "$deb/usr/lib/systemd/system/saywell.service"
install -D -m 640 "$here/saywell.default" "$deb/etc/default/saywell"
install -D -m 644 "$here/saywell.toml" "$deb/etc/saywell/saywell.toml"
install -D -m 644 "$work/shared/saywell.bash" "$deb/usr/share/bash-completion/completions/saywell"
install -D -m 644 "$work/shared/saywell.zsh" "$deb/usr/share/zsh/vendor-completions/_saywell"
install -D -m 644 "$work/shared/saywell.fish" "$deb/usr/share/fish/vendor_completions.d/saywell.fish"
for page in "$work"/shared/man/*.1; do
    install -D -m 644 "$page" "$deb/usr/share/man/man1/${page##*/}"
done
install -D -m 644 "$here/saywell-service.8" "$deb/usr/share/man/man8/saywell-service.8"
gzip --best --no-name "$deb"/usr/share/man/man?/*
doc=$deb/usr/share/doc/saywell
for document in "${documents[@]}"; do install -D -m 644 "$root/$document" "$doc/${document##*/}"; done
mv "$doc/CHANGELOG.md" "$doc/changelog" && gzip --best --no-name "$doc/changelog"
{
    echo 'Saywell is licensed under MIT or Apache-2.0, at your choice; what is linked in has its own licences.'
    echo
    cat "$root/LICENSE-MIT" "$work/shared/LICENCES.txt"
} >"$doc/copyright"

mkdir -p "$deb/DEBIAN" "$work/debian"
install -m 755 "$here"/debian/{postinst,prerm,postrm} "$deb/DEBIAN"
install -m 644 "$here/debian/conffiles" "$deb/DEBIAN"
# What the binary needs of the system, as the distribution it is built on names it.
printf 'Source: saywell\n\nPackage: saywell\nArchitecture: any\n' >"$work/debian/control"
depends=$(cd "$work" && dpkg-shlibdeps -O -e "$deb/usr/bin/saywell" 2>/dev/null | sed -n 's/^shlibs:Depends=//p')
size=$(du --apparent-size --block-size=1024 --summarize --exclude=DEBIAN "$deb" | cut -f 1)
sed -e "s/@VERSION@/$version/" -e "s/@ARCHITECTURE@/$architecture/" -e "s/@SIZE@/$size/" -e "s/@DEPENDS@/$depends/" \
    "$here/debian/control.in" >"$deb/DEBIAN/control"
(cd "$deb" && find usr -type f -print0 | sort -z | xargs -0 md5sum) >"$deb/DEBIAN/md5sums"
chmod 644 "$deb/DEBIAN/md5sums" "$deb/DEBIAN/control"
at_commit "$deb"
dpkg-deb --root-owner-group --threads-max=1 -Zgzip --build "$deb" "$out/saywell_${version}_$architecture.deb" >/dev/null

# ── saywell-voices_VERSION_all.deb ──
if [[ $pack ]]; then
    deb=$work/voices
    install -D -m 644 "$pack" "$deb/usr/share/saywell/kokoro.pack"
    install -d -m 755 "$deb/usr/share/doc/saywell-voices" "$deb/DEBIAN"
    cat "$root/crates/saywell-voice/src/kokoro/NOTICE.txt" "$root/LICENSE-APACHE" "$root/LICENSE-MIT" \
        >"$deb/usr/share/doc/saywell-voices/copyright"
    size=$(du --apparent-size --block-size=1024 --summarize --exclude=DEBIAN "$deb" | cut -f 1)
    sed -e "s/@VERSION@/$version/" -e "s/@SIZE@/$size/" "$here/debian/voices.control.in" >"$deb/DEBIAN/control"
    (cd "$deb" && find usr -type f -print0 | sort -z | xargs -0 md5sum) >"$deb/DEBIAN/md5sums"
    chmod 644 "$deb/DEBIAN/md5sums" "$deb/DEBIAN/control"
    at_commit "$deb"
    dpkg-deb --root-owner-group --threads-max=1 -Zgzip -z1 --build "$deb" "$out/saywell-voices_${version}_all.deb" >/dev/null
fi

# ── saywell-VERSION-MACHINE-linux.tar.gz, to unpack anywhere ──
name=saywell-$version-$(uname -m)-linux
tree=$work/$name
install -D -m 755 "$binary" "$tree/bin/saywell"
install -D -m 644 -t "$tree/share/man/man1" "$work"/shared/man/*.1
install -D -m 644 -t "$tree/share/completions" "$work"/shared/saywell.{bash,zsh,fish}
install -D -m 644 -t "$tree/share/systemd" "$here/saywell.service" "$here/saywell.default"
for document in "${documents[@]}"; do install -D -m 644 "$root/$document" "$tree/share/doc/${document##*/}"; done
install -m 644 "$work/shared/LICENCES.txt" "$tree/share/doc"
at_commit "$tree"
tar --create --sort=name --owner=0 --group=0 --numeric-owner --directory "$work" "$name" |
    gzip --best --no-name >"$out/$name.tar.gz"

# ── saywell-VERSION-ARCHITECTURE.oci.tar, for docker load, podman load and skopeo ──
python3 "$here/image.py" "$binary" "$work/shared/LICENCES.txt" "$version" "$architecture" \
    "$out/saywell-$version-$architecture.oci.tar"
if [[ $pack ]]; then
    python3 "$here/image.py" "$binary" "$work/shared/LICENCES.txt" "$version-voices" "$architecture" \
        "$out/saywell-$version-voices-$architecture.oci.tar" "$pack"
fi

# ── saywell-VERSION.cdx.json: what is linked in, as CycloneDX ──
python3 "$here/sbom.py" "$root" >"$out/saywell-$version.cdx.json"

(cd "$out" && sha256sum saywell* >SHA256SUMS)
(cd "$out" && ls -sh1 --block-size=KiB)
