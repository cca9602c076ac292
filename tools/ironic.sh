#!/bin/sh
# Makes .tools/ironic-newest: a virtual environment with the newest Ironic, from PyPI, for the tests of attached mode.
# Every version is pinned. Downloads once; where that is impossible it says so, and the tests that need it are skipped.
# To pin a newer release: install it with pip into a fresh environment, and put `pip freeze` into the file of versions.
set -eu
cd "$(dirname "$0")/.."
target="$PWD/.tools/ironic-newest"
versions=tools/ironic-newest-requirements.txt
wanted=$(sha256sum <"$versions")
[ "$(cat "$target/complete" 2>/dev/null || true)" != "$wanted" ] || exit 0

# Debian's own Python first: another one on the PATH may be too old or too new for the pinned versions.
python=
for candidate in /usr/bin/python3 python3; do
  if "$candidate" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    python=$candidate
    break
  fi
done
if [ -z "$python" ]; then
  echo "setup: no Python 3.11 with venv (Debian package python3-venv); tests with the newest Ironic are skipped" >&2
  exit 0
fi

echo "setup: bringing in the newest Ironic"
# Made anew, in place: the programs in a virtual environment name its path.
rm -rf "$target"
mkdir -p .tools
if ! { "$python" -m venv "$target" &&
  "$target/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: -r "$versions"; }; then
  rm -rf "$target"
  echo "setup: the newest Ironic could not be brought in; tests with it are skipped" >&2
  exit 0
fi
printf '%s\n' "$wanted" >"$target/complete"
