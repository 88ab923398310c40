#!/bin/sh
# npm test: everything there is to test, from a fresh clone. Says what it will install, and asks first on a terminal.
# CI=1: does not ask, and takes it for an error if something could not be run.
set -eu
cd "$(dirname "$0")/.."

version=$(node -p 'process.versions.node' 2>/dev/null) || { echo 'Node 20.19 or newer is needed.' >&2; exit 1; }
node -e 'const [major, minor] = process.versions.node.split(".").map(Number);
  process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)' ||
  { echo "Node 20.19 or newer is needed, this is $version." >&2; exit 1; }

is_root() { [ "$(id -u)" -eq 0 ]; }

packages=
if is_root && command -v dpkg-query >/dev/null; then
  packages=$(sh scripts/packages.sh missing | tr '\n' ' ')
fi
npm=
[ -d node_modules/ava ] || npm='npm ci'

if [ -n "$packages$npm" ]; then
  echo 'To run the tests, this will be installed:'
  [ -z "$npm" ] || echo '  - the npm packages of this project, into node_modules (npm ci)'
  [ -z "$packages" ] || echo "  - Debian packages: $packages"
  if [ "${CI-}" != 1 ]; then
    if [ -t 0 ]; then
      printf 'Go on? [y/N] '
      read -r answer
      case $answer in y | Y | yes) ;; *) echo 'Nothing was done.'; exit 1 ;; esac
    else
      echo 'There is no terminal to ask on; with CI=1 it is done without asking.' >&2
      exit 1
    fi
  fi
  [ -z "$packages" ] || sh scripts/packages.sh install
  [ -z "$npm" ] || npm ci
fi
exec node scripts/run_tests.mjs "$@"
