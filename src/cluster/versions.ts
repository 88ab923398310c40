/** K3s releases: `v1.30.6+k3s1`. */
export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** The K3s revision after `+k3s`; 0 where there is none. */
  readonly revision: number;
  readonly text: string;
}

const pattern = /^v?(\d+)\.(\d+)\.(\d+)(?:-(?!k3s)[0-9A-Za-z.]+)?(?:[+-]k3s(\d+))?/;

/** Reads a version as K3s writes it (a `+` may be a `-`, as in image tags); undefined for anything else. */
export function parseVersion(text: string): Version | undefined {
  const match = pattern.exec(text.trim());
  if (!match) return undefined;
  const [, major, minor, patch, revision] = match;
  return {
    major: Number(major),
    minor: Number(minor),
    patch: Number(patch),
    revision: Number(revision ?? 0),
    text: text.trim(),
  };
}

/** Negative when `a` is older than `b`. */
export const compareVersions = (a: Version, b: Version): number =>
  a.major - b.major || a.minor - b.minor || a.patch - b.patch || a.revision - b.revision;

export type Move = 'same' | 'upgrade' | 'downgrade' | 'skips-minor';

/** What going from one version to another is; K3s forbids downgrades and skipped minors (docs "upgrades/manual"). */
export function moveBetween(from: Version, to: Version): Move {
  const order = compareVersions(from, to);
  if (order === 0) return 'same';
  if (order > 0) return 'downgrade';
  return to.major === from.major && to.minor - from.minor > 1 ? 'skips-minor' : 'upgrade';
}

/** The name of a release's binary for a machine (`uname -m`), as on K3s's release page; undefined where K3s has none. */
export function binaryName(arch: string): {readonly file: string; readonly sums: string} | undefined {
  if (arch === 'x86_64' || arch === 'amd64') return {file: 'k3s', sums: 'sha256sum-amd64.txt'};
  if (arch === 'aarch64' || arch === 'arm64') return {file: 'k3s-arm64', sums: 'sha256sum-arm64.txt'};
  if (arch.startsWith('armv7') || arch === 'armhf' || arch === 'armv8l')
    return {file: 'k3s-armhf', sums: 'sha256sum-arm.txt'};
  if (arch === 's390x') return {file: 'k3s-s390x', sums: 'sha256sum-s390x.txt'};
  return undefined;
}
