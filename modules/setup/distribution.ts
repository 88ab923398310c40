/** Names of distributions as Ansible has them. */
import type {Records} from '../support/records.js';

/** `KEY=value` lines with shell quoting, as in os-release. */
export function assignments(text: string | undefined): Record<string, string> {
  const values: Record<string, string> = {};
  for (const line of (text ?? '').split('\n')) {
    const [, key, value = ''] = /^\s*([A-Z_0-9]+)=(.*)$/.exec(line) ?? [];
    if (key !== undefined)
      values[key] = value
        .trim()
        .replace(/^(['"])(.*)\1$/, '$2')
        .replaceAll(/\\([\\"$`'])/g, '$1');
  }
  return values;
}

/** os-release's ID to Ansible's `distribution` and `os_family`. */
const names: Readonly<Record<string, readonly [distribution: string, family: string]>> = {
  debian: ['Debian', 'Debian'],
  raspbian: ['Debian', 'Debian'],
  ubuntu: ['Ubuntu', 'Debian'],
  linuxmint: ['Linux Mint', 'Debian'],
  kali: ['Kali', 'Debian'],
  pop: ['Pop!_OS', 'Debian'],
  devuan: ['Devuan', 'Debian'],
  rhel: ['RedHat', 'RedHat'],
  centos: ['CentOS', 'RedHat'],
  rocky: ['Rocky', 'RedHat'],
  almalinux: ['AlmaLinux', 'RedHat'],
  fedora: ['Fedora', 'RedHat'],
  ol: ['OracleLinux', 'RedHat'],
  amzn: ['Amazon', 'RedHat'],
  opensuse: ['openSUSE', 'Suse'],
  'opensuse-leap': ['openSUSE Leap', 'Suse'],
  'opensuse-tumbleweed': ['openSUSE Tumbleweed', 'Suse'],
  'opensuse-microos': ['openSUSE MicroOS', 'Suse'],
  'sle-micro': ['SL-Micro', 'Suse'],
  'sl-micro': ['SL-Micro', 'Suse'],
  sles: ['SLES', 'Suse'],
  sled: ['SLED', 'Suse'],
  arch: ['Archlinux', 'Archlinux'],
  archarm: ['Archlinux', 'Archlinux'],
  manjaro: ['Manjaro', 'Archlinux'],
  alpine: ['Alpine', 'Alpine'],
  gentoo: ['Gentoo', 'Gentoo'],
  flatcar: ['Flatcar', 'Flatcar'],
  coreos: ['Coreos', 'Coreos'],
  nixos: ['NixOS', 'NixOS'],
  void: ['Void', 'Void'],
};

/** Families by ID_LIKE, for distributions nobody listed. */
const likes: Readonly<Record<string, string>> = {
  debian: 'Debian',
  ubuntu: 'Debian',
  rhel: 'RedHat',
  fedora: 'RedHat',
  centos: 'RedHat',
  suse: 'Suse',
  arch: 'Archlinux',
  alpine: 'Alpine',
  gentoo: 'Gentoo',
};

export function distributionFacts(records: Records): Record<string, unknown> {
  const release = assignments(records.get('etc.os-release'));
  const id = (release.ID ?? '').toLowerCase();
  const like = (release.ID_LIKE ?? '')
    .split(' ')
    .map((name) => likes[name])
    .find((family) => family !== undefined);
  const [distribution, family] = names[id] ?? [release.NAME ?? (id || 'Linux'), like ?? release.NAME ?? 'Linux'];
  const version = versionOf(distribution, family, release.VERSION_ID ?? '', records);
  return {
    distribution,
    distribution_version: version || 'NA',
    distribution_major_version: version.split('.')[0] || 'NA',
    distribution_release: codename(family, release, records),
    distribution_file_variety: distribution,
    distribution_file_path: '/etc/os-release',
    distribution_file_parsed: true,
    os_family: family,
  };
}

/** Debian and Alpine say their point release elsewhere. */
function versionOf(distribution: string, family: string, id: string, records: Records): string {
  const debian = (records.get('etc.debian_version') ?? '').trim();
  if (distribution === 'Debian' && /^\d+(\.\d+)*$/.test(debian)) return debian;
  if (family === 'Alpine') return (records.get('etc.alpine-release') ?? '').trim() || id;
  const redhat = / release (\d+(?:\.\d+)*)/.exec(records.get('etc.redhat-release') ?? '')?.[1];
  return family === 'RedHat' && redhat !== undefined ? redhat : id;
}

function codename(family: string, release: Readonly<Record<string, string>>, records: Records): string {
  const inParentheses = /\(([^)]+)\)\s*$/.exec(
    (records.get('etc.redhat-release') ?? release.VERSION ?? '').trim(),
  )?.[1];
  if (family === 'RedHat') return inParentheses ?? 'NA';
  return (
    release.VERSION_CODENAME || release.UBUNTU_CODENAME || (family === 'Debian' ? inParentheses : undefined) || 'NA'
  );
}

/** `lsb`: only where lsb_release or /etc/lsb-release is. */
export function lsbFacts(records: Records): Record<string, unknown> {
  const printed: Record<string, string> = {};
  for (const line of (records.get('lsb') ?? '').split('\n')) {
    const [, key, value = ''] = /^([^:]+):\s*(.*)$/.exec(line) ?? [];
    if (key !== undefined) printed[key] = value;
  }
  const file = assignments(records.get('etc.lsb-release'));
  const id = printed['Distributor ID'] ?? file.DISTRIB_ID;
  if (id === undefined) return {};
  const release = printed.Release ?? file.DISTRIB_RELEASE ?? '';
  return {
    lsb: {
      id,
      release,
      description: printed.Description ?? file.DISTRIB_DESCRIPTION ?? '',
      codename: printed.Codename ?? file.DISTRIB_CODENAME ?? '',
      major_release: release.split('.')[0] ?? '',
    },
  };
}

const managers: readonly (readonly [program: string, manager: string])[] = [
  ['dnf5', 'dnf5'],
  ['dnf', 'dnf'],
  ['yum', 'yum'],
  ['apt-get', 'apt'],
  ['zypper', 'zypper'],
  ['pacman', 'pacman'],
  ['apk', 'apk'],
  ['emerge', 'portage'],
  ['xbps-install', 'xbps'],
  ['opkg', 'opkg'],
  ['swupd', 'swupd'],
];

/** Where several are installed, the one of the distribution's family. */
export function packageManager(records: Records, family: unknown): string {
  if (records.has('ostree')) return 'atomic_container';
  const found = managers.filter(([program]) => records.has(`pkg.${program}`)).map(([, manager]) => manager);
  if (family === 'Debian' && found.includes('apt')) return 'apt';
  return found[0] ?? 'unknown';
}
