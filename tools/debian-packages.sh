#!/bin/sh
# Installs those packages of debian-packages.txt that are missing. Without root it only says which they are: the tests
# that need them are skipped then. No daemon is started by the installation.
set -eu
cd "$(dirname "$0")"

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  echo 'setup: not a Debian system; tests that need other programs say which' >&2
  exit 0
fi

missing=
for package in $(sed 's/#.*//' debian-packages.txt); do
  case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true) in
    installed) ;;
    *) missing="$missing $package" ;;
  esac
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ]; then
  echo "setup: not root, so these Debian packages stay missing and tests that need them are skipped:$missing" >&2
  exit 0
fi

# Debian asks this script before it starts a daemon; 101 means no.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
  trap 'rm -f "$policy"' EXIT
  trap 'exit 1' HUP INT TERM
fi

echo "setup: installing Debian packages:$missing"
export DEBIAN_FRONTEND=noninteractive
install() {
  # shellcheck disable=SC2086 -- a list of words
  apt-get install -q -y --no-install-recommends -o Dpkg::Use-Pty=0 $missing
}
# Package lists may be absent or older than the archive: fetch them only when needed.
if ! install; then
  apt-get update -q
  install
fi
