#!/bin/sh
# The Debian packages that tests and lab need on this machine, in one place.
#   sh scripts/packages.sh missing   prints those that are not installed
#   sh scripts/packages.sh install   installs them; needs root
set -eu

# Lab: roots, nspawn hosts, their network, logging in to them.
lab='mmdebstrap debian-archive-keyring systemd-container iproute2 openssh-client'
# Tests without a lab: shells on which modules must run, a private sshd with sudo and su, namespaces.
tests='bash dash busybox openssh-server sudo util-linux login passwd procps curl gzip'

missing() {
  for package in $lab $tests; do
    status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) || status=
    [ "$status" = installed ] || printf '%s\n' "$package"
  done
}

case ${1-} in
  missing) missing ;;
  install)
    packages=$(missing)
    [ -n "$packages" ] || exit 0
    export DEBIAN_FRONTEND=noninteractive
    # sshd is used by tests in namespaces of their own; installing it is not to open this machine.
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
      printf '#!/bin/sh\nexit 101\n' >"$policy"
      chmod 755 "$policy"
      trap 'rm -f "$policy"' EXIT
    fi
    apt-get update -q
    # shellcheck disable=SC2086
    apt-get install -y -q --no-install-recommends $packages
    ;;
  *)
    echo 'usage: packages.sh missing | install' >&2
    exit 2
    ;;
esac
