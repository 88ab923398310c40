/** The one script that asks a host for all its facts. Most of it copies files of /proc and /etc; few programs are run. */
import {joinScripts, raw, type Script, sh} from '../../src/shell/index.js';
import {assignPath} from '../support/path_word.js';
import {recordFunctions} from '../support/records.js';

export type Group = 'min' | 'network' | 'hardware' | 'virtual';

const start = raw(`
q_file() { if [ -r "$2" ]; then printf '%s=' "$1"; cat -- "$2"; printf '\\0'; fi; }
q_has() { command -v "$1" >/dev/null 2>&1; }
`);

const min = raw(`
q_say uname "$(uname -s)
$(uname -n)
$(uname -r)
$(uname -v)
$(uname -m)"
for q_name in os-release lsb-release debian_version redhat-release alpine-release machine-id; do q_file "etc.$q_name" "/etc/$q_name"; done
if [ ! -r /etc/os-release ]; then q_file etc.os-release /usr/lib/os-release; fi
if q_has lsb_release; then q_say lsb "$(lsb_release -a 2>/dev/null)"; fi
q_file resolv /etc/resolv.conf
q_file hosts /etc/hosts
q_file cmdline /proc/cmdline
q_file init /proc/1/comm
q_file fips /proc/sys/crypto/fips_enabled
q_file boot_id /proc/sys/kernel/random/boot_id
if [ -d /run/systemd/system ]; then q_say systemd yes; fi
if [ -d /run/openrc ]; then q_say openrc yes; fi
if [ -e /sys/fs/selinux/enforce ]; then q_file selinux.enforce /sys/fs/selinux/enforce; q_file selinux.policyvers /sys/fs/selinux/policyvers; fi
q_file selinux.config /etc/selinux/config
if [ -d /sys/kernel/security/apparmor ]; then q_say apparmor enabled; fi
for q_path in /etc/ssh/ssh_host_*_key.pub; do if [ -r "$q_path" ]; then q_file "key.$q_path" "$q_path"; fi; done
for q_name in apt-get dnf5 dnf yum zypper pacman apk emerge opkg xbps-install swupd; do if q_has $q_name; then q_say "pkg.$q_name" yes; fi; done
if [ -e /run/ostree-booted ]; then q_say ostree yes; fi
q_say user "$(id -un)
$(id -u)
$(id -g)
$(id -ru 2>/dev/null || id -u)
$(id -rg 2>/dev/null || id -g)"
q_user=$(id -un)
while IFS= read -r q_line; do case $q_line in "$q_user":*) q_say passwd "$q_line"; break ;; esac; done < /etc/passwd
printf 'env=b'; cat /proc/self/environ | { if q_has base64; then base64; else od -An -v -tx1; fi; } | tr -d ' \\n'; printf '\\0'
if ! q_has base64; then q_say envhex yes; fi
q_say date "$(date '+%Y-%m-%dT%H:%M:%S %s %Z %z %A %w %W %N')"
q_say elf "$(od -An -tu1 -j4 -N1 /bin/sh 2>/dev/null)"
if [ "$(id -u)" -eq 0 ] && [ -d /proc/1/root ] && [ "$(stat -c %d:%i / 2>/dev/null)" != "$(stat -L -c %d:%i /proc/1/root/. 2>/dev/null)" ]; then q_say chroot yes; fi
`);

const network = raw(`
for q_path in /sys/class/net/*; do
  if [ ! -d "$q_path" ]; then continue; fi
  q_name=\${q_path##*/}; q_kind=
  if [ -d "$q_path/bridge" ]; then q_kind=bridge; elif [ -d "$q_path/bonding" ]; then q_kind=bonding; fi
  q_values=
  for q_key in address mtu operstate type flags speed; do
    q_value=; { read -r q_value < "$q_path/$q_key"; } 2>/dev/null
    q_values="$q_values $q_key=$q_value"
  done
  q_say "net.$q_name" "kind=$q_kind$q_values"
done
q_ip=
if q_has ip; then q_ip=ip; elif q_has busybox; then q_ip='busybox ip'; fi
if [ -n "$q_ip" ]; then
  q_say addresses "$($q_ip -o addr show 2>/dev/null)"
  q_say route4 "$($q_ip -4 route get 8.8.8.8 2>/dev/null)"
  q_say route6 "$($q_ip -6 route get 2404:6800:400a:800::1012 2>/dev/null)"
elif q_has ifconfig; then
  q_say ifconfig "$(ifconfig -a 2>/dev/null)"; q_file routes /proc/net/route
fi
`);

const hardware = raw(`
q_file meminfo /proc/meminfo
q_say cpuinfo "$(grep -E '^(processor|vendor_id|model name|Processor|cpu|physical id|core id|siblings|cpu cores|CPU implementer|Hardware|Model)[[:space:]]*:' /proc/cpuinfo)"
q_say nproc "$(nproc 2>/dev/null)"
q_file uptime /proc/uptime
q_file loadavg /proc/loadavg
q_file mounts /proc/mounts
while read -r q_device q_mount q_type q_rest; do
  case $q_device in
    /*) q_path=$(printf %b "$q_mount"); q_say "space.$q_mount" "$(stat -f -c '%S %b %a %c %d' -- "$q_path" 2>/dev/null)" ;;
  esac
done < /proc/mounts
q_say dmi "$(grep . /sys/class/dmi/id/product_name /sys/class/dmi/id/product_serial /sys/class/dmi/id/product_uuid /sys/class/dmi/id/product_version /sys/class/dmi/id/sys_vendor /sys/class/dmi/id/bios_date /sys/class/dmi/id/bios_vendor /sys/class/dmi/id/bios_version /sys/class/dmi/id/board_name /sys/class/dmi/id/board_vendor /sys/class/dmi/id/board_version /sys/class/dmi/id/chassis_vendor /sys/class/dmi/id/chassis_type 2>/dev/null)"
if [ -r /proc/device-tree/model ]; then q_say model "$(tr -d '\\000' < /proc/device-tree/model)"; fi
`);

const virtual = raw(`
if q_has systemd-detect-virt; then q_say virt "$(systemd-detect-virt 2>/dev/null)"; fi
if [ -e /.dockerenv ]; then q_say docker yes; fi
if [ -e /run/.containerenv ]; then q_say podman yes; fi
q_say vendor "$(cat /sys/class/dmi/id/sys_vendor /sys/class/dmi/id/product_name 2>/dev/null)"
if [ -e /dev/kvm ]; then q_say kvm yes; fi
`);

const local = (folder: string): Script =>
  joinScripts([
    assignPath('q_folder', folder),
    raw(`for q_path in "$q_folder"/*.fact; do
  if [ ! -f "$q_path" ]; then continue; fi
  q_name=\${q_path##*/}
  if [ -x "$q_path" ]; then q_say "local.\${q_name%.fact}" "$("$q_path" 2>/dev/null </dev/null)"; else q_file "local.\${q_name%.fact}" "$q_path"; fi
done`),
  ]);

const parts: Readonly<Record<Group, Script>> = {min, network, hardware, virtual};

export const factsScript = (groups: ReadonlySet<Group>, factPath: string): Script =>
  joinScripts([
    recordFunctions,
    start,
    ...(Object.keys(parts) as Group[]).filter((group) => groups.has(group)).map((group) => parts[group]),
    groups.has('min') ? local(factPath) : sh`:`,
  ]);
