#!/bin/sh
# stand-in-base.sh FOLDER TOOLS: makes a root filesystem that stands in for the Node image of the Containerfile, which
# comes from a registry: busybox for its shell and tools, the checkout's own Node, and npm.
# TOOLS is the checkout's .tools. The machine's CA certificates and npm registry are taken along, and npm takes what
# it has in its cache before it asks the network.
set -eu
folder=$1 tools=$2
node=$tools/node_modules/node/bin/node
mkdir -p "$folder/bin" "$folder/sbin" "$folder/usr/bin" "$folder/usr/sbin" "$folder/usr/local/bin" "$folder/usr/local/etc" \
  "$folder/usr/local/lib/node_modules" "$folder/etc/ssl/certs" "$folder/root" "$folder/tmp" "$folder/var/lib"
chmod 1777 "$folder/tmp"
cp "$tools/lab/parts/busybox" "$folder/bin/busybox"
chroot "$folder" /bin/busybox --install -s
cp "$node" "$folder/usr/local/bin/node"
# "lib => /path (address)", and the loader as "/path (address)".
ldd "$node" | sed -n 's/.*=> \(\/[^ ]*\) (.*/\1/p; s/^[[:space:]]*\(\/[^ ]*\) (.*/\1/p' | while read -r library; do
  mkdir -p "$folder$(dirname "$library")"
  cp -L "$library" "$folder$library"
done
# Part of the C library, as those above: what builds the dashboard wants it.
librt=$(ldd "$node" | sed -n 's/.*=> \(\/[^ ]*\)\/libc\.so\.6 (.*/\1/p')/librt.so.1
cp -L "$librt" "$folder$librt"
cp -R "$tools/packaging/node_modules/npm" "$folder/usr/local/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$folder/usr/local/bin/npm"
cp /etc/ssl/certs/ca-certificates.crt "$folder/etc/ssl/certs/"
printf 'root:x:0:0:root:/root:/bin/sh\n' >"$folder/etc/passwd"
printf 'prefer-offline=true\nupdate-notifier=false\ncafile=/etc/ssl/certs/ca-certificates.crt\nregistry=%s\n' \
  "$(npm config get registry 2>/dev/null)" >"$folder/usr/local/etc/npmrc"
