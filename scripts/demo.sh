#!/bin/sh
# npm run demo: boots three servers and two agents on this machine, builds a K3s cluster on them, runs again, dry-runs.
set -eu
cd "$(dirname "$0")/.."
lab=demo
work=${TMPDIR:-/tmp}/quorate-demo
say() { printf '\n\033[1m%s\033[0m\n' "$*"; }

if [ "$(id -u)" -ne 0 ]; then
  echo 'The demo boots systemd hosts on this machine, which needs root: sudo npm run demo' >&2
  exit 1
fi
if [ -n "${K3S_BINARY:-}" ]; then
  echo "This demo runs on real K3s: $K3S_BINARY"
else
  echo 'This demo uses a stand-in for K3s, on a real etcd and a real SQLite, so that it needs no download of K3s.'
  echo 'With K3S_BINARY=/path/to/k3s it runs on the real one.'
fi
echo
echo 'It will:'
[ -d node_modules ] || echo '  - install the npm packages of this project (npm ci)'
echo '  - install Debian packages where they are missing: mmdebstrap systemd-container iproute2 openssh-client ...'
echo '  - make a Debian 12 root for the hosts below /var/lib/quorate-lab, and boot five hosts on a bridge of their own'
echo "Afterwards: npx quorate lab down --name $lab"
if [ -z "${CI:-}" ] && [ -t 0 ]; then
  printf 'Go on? [y/N] '
  read -r answer
  case $answer in y | Y | yes) ;; *) echo 'Nothing was done.'; exit 0 ;; esac
fi
export CI=1

[ -d node_modules ] || npm ci
[ -f dist/quorate.js ] || npm run --silent build
quorate() { node dist/quorate.js "$@"; }

say 'Boot the hosts'
quorate lab up --name "$lab" --servers 3 --agents 2
inventory=${QUORATE_LAB_DIR:-/var/lib/quorate-lab}/$lab/inventory.yml

mkdir -p "$work"
if [ -n "${K3S_BINARY:-}" ]; then
  k3s=$K3S_BINARY
  printf '{"k3s_binary": "%s", "k3s_server_config": {"snapshotter": "native", "disable": ["coredns", "local-storage", "metrics-server", "servicelb", "traefik"]}, "k3s_agent_config": {"snapshotter": "native"}}\n' "$k3s" >"$work/vars.json"
else
  k3s=$work/k3s
  node test/standin/build.mjs --version v1.30.6+k3s1 --out "$k3s"
  printf '{"k3s_binary": "%s"}\n' "$k3s" >"$work/vars.json"
fi

say 'Build the cluster: quorate run playbooks/site.yml -i inventory.yml'
quorate run playbooks/site.yml -i "$inventory" -e "@$work/vars.json"

say 'Run it again: nothing changes, nothing is restarted'
quorate run playbooks/site.yml -i "$inventory" -e "@$work/vars.json"

say 'Dry run: nothing to predict'
quorate run playbooks/site.yml -i "$inventory" -e "@$work/vars.json" --check --diff

say 'What next'
cat <<EOF
The hosts go on running. Log in:   ssh -i $(dirname "$inventory")/$(sed -n 's/.*ansible_ssh_private_key_file: .*\/\([^/]*\)$/\1/p' "$inventory") admin@...   (addresses in $inventory)
Change a setting:                  npx quorate run playbooks/site.yml -i $inventory -e "@$work/vars.json" -e '{"k3s_node_labels": {"demo": "yes"}}' --check --diff
Take the hosts down:               npx quorate lab down --name $lab

With hosts of your own, write an inventory (see inventory/example/hosts.yml), set k3s_version, and run
                                   npx quorate run playbooks/site.yml -i your-inventory.yml --check --diff
EOF
