#!/bin/sh
# Makes .tools/lab/vmlinuz and .tools/lab/initrd.gz, which the lab's machines boot: Debian's cloud kernel and busybox,
# unpacked and never installed. Downloads once; where that is impossible it says so, and tests that need them are skipped.
set -eu
cd "$(dirname "$0")/.."
lab="$PWD/.tools/lab"
node="$PWD/.tools/node_modules/node/bin/node"

if [ ! -f "$lab/parts/complete" ] || [ ! -f "$lab/vmlinuz" ]; then
  if [ "$(dpkg --print-architecture 2>/dev/null || true)" != amd64 ] || ! command -v apt-get >/dev/null; then
    echo "setup: no Debian on amd64, so no kernel for the lab's machines; tests that boot one are skipped" >&2
    exit 0
  fi
  echo "setup: bringing in the kernel that the lab's machines boot"
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  trap 'exit 1' HUP INT TERM
  # apt downloads as its own user where it can.
  chmod 755 "$work"
  download() {
    (
      cd "$work"
      kernel=$(apt-cache depends linux-image-cloud-amd64 2>/dev/null | sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
      [ -n "$kernel" ] || exit 1
      apt-get -q=2 -o APT::Sandbox::User="$(id -un)" download "$kernel" busybox-static
    )
  }
  if ! download; then
    [ "$(id -u)" != 0 ] || apt-get update -q
    if ! download; then
      echo "setup: the lab's kernel could not be downloaded; tests that boot a machine are skipped" >&2
      exit 0
    fi
  fi
  for package in "$work"/*.deb; do dpkg -x "$package" "$work/unpacked"; done
  rm -rf "$lab/parts"
  mkdir -p "$lab/parts"
  cp "$work/unpacked/bin/busybox" "$lab/parts/"
  cp "$work"/unpacked/boot/vmlinuz-* "$lab/vmlinuz"
  find "$work/unpacked/lib/modules" -name '*.ko' \( -name 'virtio*' -o -name '*failover*' \) -exec cp '{}' "$lab/parts/" ';'
  : >"$lab/parts/complete"
fi

"$node" tools/lab-initrd.ts "$lab"
