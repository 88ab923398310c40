import {spawn} from 'node:child_process';
import {closeSync, existsSync, openSync} from 'node:fs';
import {writeFile} from 'node:fs/promises';
import {raw, sh} from '../shell/index.js';
import type {LabFiles} from './places.js';
import {addressOf, bridgeName, linkName, macOf, netnsName} from './record.js';
import {run} from './run.js';
import type {HostRecord, LabRecord} from './types.js';

/**
 * The shell script that is a host's power supply: joins the host's cgroups, makes its network, boots it, and boots it
 * again when it reboots (systemd-nspawn ends with 133). The overlay is mounted in a mount namespace of its own, so that
 * it goes away with the host, whatever happens.
 */
export function launcherText(record: LabRecord, files: LabFiles, host: HostRecord): string {
  const {subnet} = record;
  const hostFiles = files.host(host.name);
  const overlay = [
    `lowerdir=${hostFiles.own}:${record.imageRoot}`,
    `upperdir=${hostFiles.upper}`,
    `workdir=${hostFiles.work}`,
    // The upper dir must mean the same after it was copied.
    'index=off,metacopy=off,redirect_dir=off,xino=off',
  ].join(',');
  const netns = netnsName(record.name, host.name);
  const nspawn = [
    'systemd-nspawn',
    '--quiet',
    '--register=no',
    '--keep-unit',
    '--boot',
    `--directory=${hostFiles.root}`,
    `--network-namespace-path=/run/netns/${netns}`,
    `--machine=${record.name}-${host.name}`,
    `--hostname=${host.name}`,
    '--capability=all',
    // The clock is the machine's.
    '--drop-capability=CAP_SYS_TIME',
    '--system-call-filter=@keyring bpf perf_event_open',
    '--bind=/dev/kmsg',
    `--bind-ro=${record.aptRepo}:/srv/apt`,
    ...(existsSync('/lib/modules') ? ['--bind-ro=/lib/modules'] : []),
    '--resolv-conf=off',
    '--timezone=off',
    '--link-journal=no',
    '--console=pipe',
  ];
  return sh`#!/bin/sh
# Written anew at each start of the host.
set -u
lab=${record.name} host=${host.name}
netns=${netns} link=${linkName(subnet, host.number)} bridge=${bridgeName(subnet)}

own_cgroups() {
  while IFS=: read -r id controllers path; do
    case $controllers in
      '') if [ -e /sys/fs/cgroup/cgroup.controllers ]; then top=/sys/fs/cgroup; else top=/sys/fs/cgroup/unified; fi ;;
      *) top=/sys/fs/cgroup/${raw('${controllers#name=}')} ;;
    esac
    if [ -d "$top" ]; then printf '%s\n' "$top${raw('${path%/}')}"; fi
  done < /proc/self/cgroup
}

# join CGROUP LEAF: makes CGROUP/quorate-lab/LAB/HOST/LEAF and moves this shell there.
join() {
  dir=$1
  for part in quorate-lab "$lab" "$host" "$2"; do
    parent=$dir dir=$dir/$part
    mkdir -p "$dir"
    if [ -e "$parent/cgroup.controllers" ]; then
      for controller in $(cat "$parent/cgroup.controllers"); do
        echo "+$controller" > "$parent/cgroup.subtree_control"
      done 2> /dev/null
    elif [ -e "$dir/cpuset.cpus" ]; then
      cat "$parent/cpuset.cpus" > "$dir/cpuset.cpus"
      cat "$parent/cpuset.mems" > "$dir/cpuset.mems"
      echo 1 > "$dir/cgroup.clone_children"
    fi
  done
  echo 0 > "$dir/cgroup.procs"
}

network_down() {
  ip link del "$link"
  ip netns del "$netns"
} 2> /dev/null

network_up() {
  network_down
  ip netns add "$netns" &&
  ip link add "$link" type veth peer name eth0 address ${macOf(subnet, host.number)} netns "$netns" &&
  ip link set "$link" master "$bridge" up &&
  ip -n "$netns" link set lo up &&
  ip -n "$netns" addr add ${addressOf(subnet, host.number)}/24 dev eth0 &&
  ip -n "$netns" link set eth0 up &&
  ip -n "$netns" route add default via ${addressOf(subnet, 254)}
}

tops=$(own_cgroups)
for top in $tops; do join "$top" launcher; done
# From here on the host's cgroups tell that it is being started; the lab's lock may go.
exec 3>&-

while network_up; do
  (
    for top in $tops; do join "$top" guest; done
    exec unshare --mount --propagation private sh -c '
      mkdir -p /run/systemd/nspawn && mount -t tmpfs tmpfs /run/systemd/nspawn &&
      mount -t overlay overlay -o "$1" "$2" && shift 2 &&
      SYSTEMD_NSPAWN_LOCK=0 SYSTEMD_NSPAWN_API_VFS_WRITABLE=1 exec "$@"
    ' sh ${overlay} ${hostFiles.root} ${nspawn}
  )
  [ $? = 133 ] || break
done
network_down
`.source;
}

/** Starts the host and returns at once. `lockFd` is kept open until the launcher is in the host's cgroups. */
export async function launch(record: LabRecord, files: LabFiles, host: HostRecord, lockFd?: number): Promise<void> {
  const {launcher, console: log} = files.host(host.name);
  await writeFile(launcher, launcherText(record, files, host));
  if (existsSync('/run/systemd/system')) {
    // Where systemd is process 1, cgroups are its own; a delegated unit is the part of the tree that is left to us.
    const unit = `quorate-lab-${record.name}-${host.name}`;
    const output = ['-p', `StandardOutput=append:${log}`, '-p', `StandardError=append:${log}`];
    const options = ['--quiet', '--collect', '-p', 'Delegate=yes', '-p', 'TasksMax=infinity', ...output];
    // The one of the last start may still be on its way out.
    await run(['systemctl', 'stop', unit], {check: false});
    await run(['systemd-run', `--unit=${unit}`, ...options, 'sh', launcher]);
    return;
  }
  const logFd = openSync(log, 'a', 0o600);
  try {
    const child = spawn('sh', [launcher], {
      cwd: '/',
      detached: true,
      stdio: ['ignore', logFd, logFd, lockFd ?? 'ignore'],
    });
    child.unref();
  } finally {
    closeSync(logFd);
  }
}
