#!/bin/sh
# Puts ironic-python-agent from PyPI into .tools/agent, for the tests with the agent's own client code; it runs with the Python
# and the libraries of .tools/ironic-newest (see ironic.sh), which has all that this code imports. Downloads once; where that is
# impossible it says so, and the tests that need it are skipped.
set -eu
cd "$(dirname "$0")/.."
target="$PWD/.tools/agent"
python="$PWD/.tools/ironic-newest/bin/python"
wanted='ironic-python-agent==13.0.0'
[ "$(cat "$target/complete" 2>/dev/null || true)" != "$wanted" ] || exit 0

echo "setup: bringing in the agent's own client code"
rm -rf "$target"
if ! [ -x "$python" ] || ! "$python" -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: \
  --target "$target" "$wanted"; then
  rm -rf "$target"
  echo "setup: ironic-python-agent could not be brought in; tests with it are skipped" >&2
  exit 0
fi
printf '%s\n' "$wanted" >"$target/complete"
