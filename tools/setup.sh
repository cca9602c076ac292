#!/bin/sh
# setup.sh NODE_VERSION [demo]: brings in what a checkout needs, or only what the demonstration does. Each step looks first
# whether its work is done, so that a second run takes a moment and needs no network.
set -eu
cd "$(dirname "$0")/.."
node_version=$1
say() { printf 'setup: %s\n' "$*"; }

if [ "$(.tools/node_modules/node/bin/node -v 2>/dev/null || true)" != "v$node_version" ]; then
  say "bringing in Node $node_version"
  mkdir -p .tools
  npm install --prefix .tools --no-save --no-audit --no-fund --no-update-notifier --loglevel=error "node@$node_version"
fi
PATH="$PWD/.tools/node_modules/node/bin:$PATH"

stamp=node_modules/.bootring-setup
wanted=$(cat package.json package-lock.json | sha256sum)
if [ "$(cat "$stamp" 2>/dev/null || true)" != "$wanted" ]; then
  say 'bringing in the npm packages'
  npm ci --no-audit --no-fund --no-update-notifier --loglevel=error
  printf '%s\n' "$wanted" >"$stamp"
fi

node tools/build-ui.ts

tools/debian-packages.sh
tools/lab-images.sh
if [ "${2:-}" != demo ]; then
  tools/ironic-files.sh
  tools/ironic.sh
  tools/agent.sh
  tools/packaging-tools.sh
fi

# Fills the launcher's compile cache, so that the first start is as quick as all others.
[ -d .tools/compile-cache ] || for command in serve api; do bin/bootring "$command" --help >/dev/null; done
