#!/bin/sh
# `make check`, then every test. The last line is "N passed, N failed, N skipped".
set -eu
cd "$(dirname "$0")/.."
tools/check.sh
exec node tools/test.ts "$@"
