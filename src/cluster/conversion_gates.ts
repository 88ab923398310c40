import type {K3sConfig} from './config_file.js';
import type {ConversionPhase} from './conversion.js';
import {compareVersions, parseVersion} from './versions.js';

/** The first release that copies SQLite to etcd; older ones start with an empty etcd (docs "datastore/ha-embedded"). */
const firstVersion = 'v1.22.2+k3s1';

/** Releases of May 2025, whose conversion fails (k3s-io/k3s#12478; mended in the next of each line). */
const brokenVersions = ['v1.30.13', 'v1.31.9', 'v1.32.5', 'v1.33.1'];

/** What one server is found to be before a conversion. */
export interface ConversionFacts {
  readonly host: string;
  readonly phase: ConversionPhase;
  /** Of the binary that will copy the keys; empty where there is none. */
  readonly version: string;
  /** Of the inventory; empty where it names none. */
  readonly wantedVersion: string;
  /** As effective on the host: files, environment, flags. */
  readonly config: K3sConfig;
  readonly systemd: boolean;
  readonly curl: boolean;
  readonly dataDir: string;
  readonly dir: string;
  /** state.db, its log, certificates: what is backed up. */
  readonly backupBytes: number;
  /** The database and its log: etcd needs about as much again. */
  readonly databaseBytes: number;
  readonly freeDirBytes: number;
  readonly freeDataBytes: number;
  readonly oneFilesystem: boolean;
  /** Whose ports etcd will need and another program has: 2379, 2380. */
  readonly takenPorts: readonly number[];
}

export interface ConversionRefusal {
  readonly what: string;
  readonly hint: string;
}

const mib = (bytes: number): string => `${Math.ceil(bytes / 1024 / 1024)} MiB`;

/** Etcd's WAL is 64 MB from its start, and its database grows in steps; what a small cluster needs. */
const etcdAtLeastBytes = 256 * 1024 * 1024;

function refuseVersion({host, version, wantedVersion}: ConversionFacts): ConversionRefusal[] {
  const found = parseVersion(version);
  const first = parseVersion(firstVersion);
  if (found === undefined || first === undefined)
    return [
      {
        what: `the version of K3s on ${host} cannot be read (${version || 'there is no binary'})`,
        hint: 'see what `k3s --version` says there',
      },
    ];
  if (compareVersions(found, first) < 0)
    return [
      {
        what: `K3s ${version} on ${host} does not copy SQLite to etcd: with cluster-init it would start with an empty etcd`,
        hint: `update to ${firstVersion} or later first (site.yml with k3s_version), then convert`,
      },
    ];
  if (brokenVersions.includes(`v${found.major}.${found.minor}.${found.patch}`))
    return [
      {
        what: `K3s ${version} on ${host} is a release whose conversion to etcd fails (k3s-io/k3s#12478)`,
        hint: `update to v${found.major}.${found.minor}.${found.patch + 1}+k3s1 or later first (site.yml with k3s_version), then convert`,
      },
    ];
  if (wantedVersion !== '' && wantedVersion !== version)
    return [
      {
        what: `the inventory wants K3s ${wantedVersion}, and ${host} runs ${version}: a conversion and an update are two things`,
        hint: `convert with -e k3s_version=${version}, or update first with site.yml`,
      },
    ];
  return [];
}

function refuseConfig({host, config, dataDir, phase}: ConversionFacts): ConversionRefusal[] {
  const settings: ConversionRefusal[] = [];
  if (config.server !== undefined)
    settings.push({
      what: `${host} is told to join ${String(config.server)} (\`server\`): it would not convert its own data`,
      hint: 'take `server` out of its settings; only a single server can be converted',
    });
  if (config['datastore-endpoint'] !== undefined)
    settings.push({
      what: `${host} has a datastore-endpoint: K3s converts its own SQLite only, no external datastore`,
      hint: 'leave it as it is, or build a new cluster on embedded etcd',
    });
  if (config['disable-etcd'] === true)
    settings.push({what: `${host} is told not to run etcd (\`disable-etcd\`)`, hint: 'take `disable-etcd` out'});
  if (phase === 'empty')
    settings.push({
      what: `there is nothing to convert on ${host}: no ${dataDir}/server/db/state.db`,
      hint: 'a new cluster of servers starts on etcd by itself (site.yml); for another data-dir set k3s_data_dir',
    });
  return settings;
}

function refuseHost(facts: ConversionFacts): ConversionRefusal[] {
  const {host, systemd, curl, takenPorts} = facts;
  return [
    ...(systemd ? [] : [{what: `${host} does not run systemd`, hint: 'convert it by hand, by the K3s documentation'}]),
    ...(curl
      ? []
      : [{what: `there is no curl on ${host}, which reads etcd for the comparison`, hint: `install curl on ${host}`}]),
    ...takenPorts.map((port) => ({
      what: `port ${port} on ${host}, which etcd needs, belongs to another program`,
      hint: `see \`ss -ltnp\` on ${host}, and stop that program or move it`,
    })),
    ...refuseSpace(facts),
  ];
}

function refuseSpace({host, dir, dataDir, ...bytes}: ConversionFacts): ConversionRefusal[] {
  const forEtcd = Math.max(bytes.databaseBytes, etcdAtLeastBytes);
  const needed = bytes.backupBytes + (bytes.oneFilesystem ? forEtcd : 0);
  const lacks = (where: string, free: number, need: number): ConversionRefusal => ({
    what: `${host} has ${mib(free)} left at ${where}, and the conversion needs ${mib(need)}`,
    hint: `make room there${where === dir ? ', or set k3s_conversion_dir to a folder on another disk' : ''}`,
  });
  return [
    ...(bytes.freeDirBytes < needed ? [lacks(dir, bytes.freeDirBytes, needed)] : []),
    ...(!bytes.oneFilesystem && bytes.freeDataBytes < forEtcd ? [lacks(dataDir, bytes.freeDataBytes, forEtcd)] : []),
  ];
}

/** Why this server may not be converted now; empty: it may. Nothing has been touched when this is asked. */
export function refuseConversion(facts: ConversionFacts): readonly ConversionRefusal[] {
  if (facts.phase === 'done' || facts.phase === 'unproven') return [];
  if (facts.phase === 'rolling-back')
    return [
      {
        what: `a rollback of ${facts.host} to SQLite was begun and is not finished`,
        hint: 'finish it: run convert_to_etcd.yml with -e rollback=true',
      },
    ];
  // A conversion under way is waited for; what could hold it back is past.
  if (facts.phase === 'under-way') return [];
  return [...refuseVersion(facts), ...refuseConfig(facts), ...refuseHost(facts)];
}
