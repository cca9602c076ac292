#!/bin/sh
# Format, lint and types: what must hold before any test is worth running.
set -eu
cd "$(dirname "$0")/.."
biome check --error-on-warnings .
tsc --noEmit
tsc --noEmit -p ui
