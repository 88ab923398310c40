#!/bin/sh
# A stand-in for K3s, for tests: this file unpacks itself into the data directory, as K3s does, and runs there.
version='@VERSION@'
case "${0##*/}" in
  kubectl | crictl | ctr) set -- "${0##*/}" "$@" ;;
esac
case "${1-}" in
  --version | -v)
    printf 'k3s version %s (%s)\ngo version %s\n' "$version" '@COMMIT@' '@GO@'
    exit 0
    ;;
  '' | -h | --help | help)
    printf 'NAME:\n   k3s - Kubernetes, but small and simple (stand-in for tests)\n\nUSAGE:\n   k3s [global options] command [command options] [arguments...]\n\nVERSION:\n   %s (%s)\n\nCOMMANDS:\n   server agent kubectl crictl ctr token etcd-snapshot secrets-encrypt certificate\n' "$version" '@COMMIT@'
    exit 0
    ;;
esac

# data-dir: command line, then config file (the last one that says so), then environment.
data_dir=
config="${K3S_CONFIG_FILE-}"
case "$1" in
  kubectl | crictl | ctr) ;;
  *)
    previous=
    for argument do
      case "$previous" in
        --data-dir | -d) data_dir=$argument ;;
        --config | -c) config=${config:-$argument} ;;
      esac
      case "$argument" in
        --data-dir=* | -d=*) data_dir=${argument#*=} ;;
        --config=* | -c=*) config=${config:-${argument#*=}} ;;
      esac
      previous=$argument
    done
    ;;
esac
config=${config:-/etc/rancher/k3s/config.yaml}
if [ -z "$data_dir" ]; then
  for file in "$config" "$config".d/*.yaml "$config".d/*.yml; do
    [ -r "$file" ] || continue
    found=$(sed -n "s/^[\"']\{0,1\}data-dir[\"']\{0,1\}:[[:space:]]*[\"']\{0,1\}\([^\"'#]*[^\"'#[:space:]]\).*/\1/p" "$file" | tail -n 1)
    data_dir=${found:-$data_dir}
  done
fi
data_dir=${data_dir:-${K3S_DATA_DIR:-/var/lib/rancher/k3s}}
root=$data_dir/data/@HASH@
if [ ! -x "$root/bin/k3s" ] && [ "$(id -u)" != 0 ]; then
  root=${HOME:-/tmp}/.rancher/k3s/data/@HASH@
fi

if [ ! -x "$root/bin/k3s" ]; then
  parent=${root%/*}
  mkdir -p "$parent" || exit 1
  # What an unpacking left that was killed.
  for old in "$parent"/@HASH@-tmp.*; do
    [ -d "$old" ] && ! kill -0 "${old##*.}" 2>/dev/null && rm -rf "$old"
  done
  fresh=$root-tmp.$$
  mkdir "$fresh" || exit 1
  if ! { tail -c +@APP_AT@ "$0" 2>/dev/null | head -c @APP_SIZE@ | gzip -dc | tar -xf - -C "$fresh" &&
    tail -c +@PARTS_AT@ "$0" | gzip -dc | tar -xf - -C "$fresh"; }; then
    rm -rf "$fresh"
    echo "k3s: failed to unpack into $parent" >&2
    exit 1
  fi
  # Where another unpacking was faster, mv puts this one inside of it.
  mv "$fresh" "$root" 2>/dev/null
  rm -rf "$fresh" "$root/${fresh##*/}"
  if [ "$(readlink "$parent/current" 2>/dev/null)" != "$root" ]; then
    [ -L "$parent/current" ] && mv -f "$parent/current" "$parent/previous"
    ln -sf "$root" "$parent/current"
  fi
fi
STANDIN_ROOT=$root STANDIN_SELF=$0 STANDIN_DATA_DIR=$data_dir K3S_DATA_DIR=$root LD_LIBRARY_PATH=$root/lib exec "$root/bin/k3s" "$root/standin.cjs" "$@"
exit 1
