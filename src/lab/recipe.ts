/** How the root file system below every host is made. Whatever changes here gives a new image, by its hash. */
export interface ImageRecipe {
  readonly suite: string;
  readonly mirror: string;
  readonly packages: readonly string[];
  /** Further options for mmdebstrap. */
  readonly options: readonly string[];
  /** Run in mmdebstrap's setup hook, the root's path as $1. */
  readonly setup: string;
  /** Run when mmdebstrap is done (it clears away some files last), the root's path as $1. */
  readonly customize: string;
}

/** The user that plays connect as: sudo without a password. */
export const adminUser = {name: 'admin', uid: 1000} as const;
/** A user whose sudo asks for a password (written to the lab's folder). */
export const operatorUser = {name: 'operator', uid: 1001} as const;

const packages = [
  'systemd',
  'systemd-sysv',
  'dbus',
  'openssh-server',
  'sudo',
  'curl',
  'ca-certificates',
  'iptables',
  'iproute2',
  'busybox',
  'procps',
  'kmod',
];

// usrmerge would pull in the whole of perl; a root made merged from the start does not need it.
const setup = `
mkdir -p "$1/etc/apt/preferences.d"
printf 'Package: usrmerge\\nPin: release *\\nPin-Priority: -1\\n' > "$1/etc/apt/preferences.d/lab"
`;

// Units that write to the disk by themselves, or show the machine's kernel to a host.
const masked = [
  'apt-daily.timer',
  'apt-daily-upgrade.timer',
  'dpkg-db-backup.timer',
  'e2scrub_all.timer',
  'fstrim.timer',
  'systemd-tmpfiles-clean.timer',
  'sys-kernel-debug.mount',
  'sys-kernel-tracing.mount',
  'getty@.service',
  'console-getty.service',
  // Of no use without a kernel of one's own; a lab boots the faster.
  'modprobe@.service',
  'kmod-static-nodes.service',
  'sys-kernel-config.mount',
  'sys-fs-fuse-connections.mount',
  'dev-hugepages.mount',
  'systemd-pcrphase.service',
  'systemd-pcrphase-sysinit.service',
];

const customize = `
set -eu
cd "$1"
rm -f etc/apt/preferences.d/lab etc/dpkg/dpkg.cfg.d/99mmdebstrap etc/ssh/ssh_host_*
: > etc/resolv.conf
echo localhost > etc/hostname
: > etc/machine-id
ln -sf /etc/machine-id var/lib/dbus/machine-id
mkdir -p srv/apt
echo 'deb [trusted=yes] file:/srv/apt ./' > etc/apt/sources.list

chroot . useradd --create-home --shell /bin/bash --uid ${adminUser.uid} ${adminUser.name}
chroot . useradd --create-home --shell /bin/bash --uid ${operatorUser.uid} --gid operator ${operatorUser.name}
printf '%s\\n' '${adminUser.name} ALL=(ALL:ALL) NOPASSWD: ALL' '${operatorUser.name} ALL=(ALL:ALL) ALL' > etc/sudoers.d/lab
echo 'Defaults !admin_flag' >> etc/sudoers.d/lab
chmod 0440 etc/sudoers.d/lab
echo 'PermitRootLogin no' > etc/ssh/sshd_config.d/lab.conf

# Written at each boot and the same each time: then rather here.
install -m 0600 /dev/null etc/.pwd.lock
install -d var/lib/systemd/linger

# The journal stays in memory, and the machine's kernel log out of it.
mkdir -p etc/systemd/journald.conf.d
printf '%s\\n' '[Journal]' Storage=volatile RuntimeMaxUse=64M ReadKMsg=no > etc/systemd/journald.conf.d/lab.conf
rm -rf var/log/journal

# Kernel settings that are not of a network namespace are the machine's: a host's boot must not set them.
for file in usr/lib/sysctl.d/*.conf; do ln -s /dev/null "etc/sysctl.d/\${file##*/}"; done

for unit in ${masked.join(' ')}; do ln -sf /dev/null "etc/systemd/system/$unit"; done

# systemd-nspawn shows the controllers of cgroup v1 read-only; an agent has to make cgroups of its own.
cat > etc/systemd/system/lab-cgroups.service <<'UNIT'
[Unit]
Description=Make the cgroup v1 controllers writable
DefaultDependencies=no
Before=sysinit.target
ConditionPathExists=!/sys/fs/cgroup/cgroup.controllers
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'for d in /sys/fs/cgroup/*/; do mount -o remount,bind,rw "$$d"; done'
[Install]
WantedBy=sysinit.target
UNIT
mkdir -p etc/systemd/system/sysinit.target.wants
ln -s ../lab-cgroups.service etc/systemd/system/sysinit.target.wants/lab-cgroups.service
rm -rf var/lib/apt/lists/* var/cache/apt/*.bin var/log/apt/* var/log/dpkg.log var/log/alternatives.log
`;

const options = [
  '--variant=apt',
  '--components=main',
  '--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr',
  '--dpkgopt=path-exclude=/usr/share/man/*',
  '--dpkgopt=path-exclude=/usr/share/locale/*',
  '--dpkgopt=path-exclude=/usr/share/doc/*',
  '--dpkgopt=path-include=/usr/share/doc/*/copyright',
];

export const imageRecipe = (mirror: string): ImageRecipe => ({
  suite: 'bookworm',
  mirror,
  packages,
  options,
  setup,
  customize,
});
