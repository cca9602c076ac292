#!/bin/sh
# Puts Ironic's own iPXE templates and its sample configuration into .tools/ironic, from Debian's python3-ironic and
# ironic-common, which are unpacked and never installed. Downloads once; where that is impossible it says so, and the
# tests that read them are skipped.
set -eu
cd "$(dirname "$0")/.."
target="$PWD/.tools/ironic"
[ ! -f "$target/complete" ] || exit 0

if ! command -v dpkg >/dev/null || ! command -v apt-get >/dev/null; then
  echo "setup: not a Debian system, so Ironic's own files are not tested" >&2
  exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
# apt downloads as its own user where it can.
chmod 755 "$work"
download() {
  (cd "$work" && apt-get -q=2 -o APT::Sandbox::User="$(id -un)" download python3-ironic ironic-common)
}
echo "setup: bringing in Ironic's own templates and sample configuration"
if ! download; then
  [ "$(id -u)" != 0 ] || apt-get update -q
  if ! download; then
    echo "setup: python3-ironic could not be downloaded; tests with Ironic's own files are skipped" >&2
    exit 0
  fi
fi
for package in "$work"/*.deb; do dpkg -x "$package" "$work/unpacked"; done
mkdir -p "$target"
cp "$work/unpacked/usr/lib/python3/dist-packages/ironic/drivers/modules/boot.ipxe" \
  "$work/unpacked/usr/lib/python3/dist-packages/ironic/drivers/modules/ipxe_config.template" \
  "$work/unpacked/usr/share/ironic-common/ironic.conf" "$target/"
touch "$target/complete"
