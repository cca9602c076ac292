#!/bin/sh
# Puts Ironic's own iPXE templates into .tools/ironic-templates, from Debian's python3-ironic, which is unpacked and never
# installed. Downloads once; where that is impossible it says so, and the tests that render them are skipped.
set -eu
cd "$(dirname "$0")/.."
target="$PWD/.tools/ironic-templates"
[ ! -f "$target/complete" ] || exit 0

if ! command -v dpkg >/dev/null || ! command -v apt-get >/dev/null; then
  echo "setup: not a Debian system, so Ironic's own templates are not tested" >&2
  exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
# apt downloads as its own user where it can.
chmod 755 "$work"
download() {
  (cd "$work" && apt-get -q=2 -o APT::Sandbox::User="$(id -un)" download python3-ironic)
}
if ! download; then
  [ "$(id -u)" != 0 ] || apt-get update -q
  if ! download; then
    echo "setup: python3-ironic could not be downloaded; tests with Ironic's own templates are skipped" >&2
    exit 0
  fi
fi
dpkg -x "$work"/python3-ironic_*.deb "$work/unpacked"
mkdir -p "$target"
for name in boot.ipxe ipxe_config.template; do
  cp "$work/unpacked/usr/lib/python3/dist-packages/ironic/drivers/modules/$name" "$target/"
done
touch "$target/complete"
