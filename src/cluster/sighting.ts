import {Secret} from '../shell/index.js';
import {type ConversionRecord, parseRecord} from './conversion.js';
import {isBlankWal} from './etcd_wal.js';
import {defaultPaths} from './look.js';

export interface UnitState {
  /** `loaded`, `not-found`, `masked`. */
  readonly load: string;
  /** `active`, `activating`, `inactive`, `failed`. */
  readonly active: string;
  readonly sub: string;
  readonly mainPid: number;
  readonly restarts: number;
  /** `enabled`, `disabled`, or empty. */
  readonly enabled: string;
  /** What our unit wrote at its last start: hash by path; undefined for a unit of another hand. */
  readonly sums?: string;
}

export interface EtcdMember {
  readonly id: string;
  /** `<node name>-<8 hex>`, or empty for a member that has never started. */
  readonly name: string;
  readonly peerUrls: readonly string[];
  readonly clientUrls: readonly string[];
  readonly isLearner: boolean;
}

export interface EtcdSighting {
  readonly clusterId: string;
  readonly members: readonly EtcdMember[];
  readonly isLeader: boolean;
  readonly hasLeader: boolean;
  /** Each member's peer URL as this member sees it: `silent` is no answer at all within three seconds. */
  readonly peers: ReadonlyMap<string, 'open' | 'closed' | 'silent'>;
}

export interface DropIn {
  readonly path: string;
  readonly text: string;
}

/** A service's unit, and the files of its environment as texts, one after another in the order in which they are read. */
export interface UnitFiles {
  readonly text: string;
  /** Drop-ins of the unit, `k3s.service.d/*.conf` in any of systemd's folders. */
  readonly dropIns: readonly DropIn[];
  /** What our unit would not read, or would write anew: `k3s.service.env` and whatever else the unit names. */
  readonly environment: string;
  /** What stays in force under our unit too: /etc/default, /etc/sysconfig, and what drop-ins name. */
  readonly lastingEnvironment: string;
}

/** What the look found on one host that answered. */
export interface Sighting {
  readonly hostname: string;
  readonly arch: string;
  readonly nowEpochSeconds: number;
  readonly bootId: string;
  readonly init: 'systemd' | 'openrc' | 'other';
  readonly selinux?: string;
  readonly selinuxPolicy: boolean;
  /** The kernel has its modules on disk, so that modprobe can work. */
  readonly kernelModules: boolean;
  readonly addresses: readonly {readonly device: string; readonly address: string}[];
  /** `v1.30.6+k3s1`, undefined where no binary is. */
  readonly version?: string;
  readonly server?: UnitState;
  readonly agent?: UnitState;
  /** Hashes, as our unit would write them if the server were started now. */
  readonly sumsNow?: string;
  /** The config.yaml that is in force, and its folder's files. */
  readonly configText?: string;
  readonly dropIns: readonly DropIn[];
  readonly registriesText?: string;
  readonly serverUnit?: UnitFiles;
  readonly agentUnit?: UnitFiles;
  /** Units of other names that may run K3s (INSTALL_K3S_NAME). */
  readonly otherUnits: readonly DropIn[];
  /** Where the host keeps K3s's data by its own settings, which was looked at; and where that lies, links followed. */
  readonly dataDir: string;
  readonly dataDirReal: string;
  readonly data: {
    /** Embedded etcd is initialised: `member/wal` exists (k3s pkg/etcd IsInitialized). */
    readonly wal: boolean;
    /** That log holds nothing yet; only looked at where etcd does not answer. */
    readonly blankWal: boolean;
    readonly etcdDir: boolean;
    /** etcd's own folder, which a server has from its start on; without it there is nothing of etcd's. */
    readonly memberDir: boolean;
    readonly etcdName?: string;
    readonly tombstone: boolean;
    readonly stateDb: boolean;
    readonly migrated: boolean;
    /** How far a conversion to etcd has come by its record; undefined where there is none. */
    readonly conversion?: ConversionRecord;
    readonly serverTls: boolean;
    /** sha256 of the CA that signs the servers' certificates: servers of one cluster have one. */
    readonly ca?: string;
    readonly resetFlag: boolean;
    readonly agent: boolean;
    readonly nodePassword: boolean;
    readonly token?: Secret;
    readonly agentToken?: Secret;
    /** What the setting `token-file` points to. */
    readonly tokenFile?: Secret;
  };
  readonly etcd?: EtcdSighting;
  /** K3s's present start found etcd's data on the disk, and etcd does not answer; what the journal has said since. */
  readonly resumed?: {
    /** From the first to the last time that etcd said that it knows none of those that knock. */
    readonly unknownPeersMs: number;
  };
  /** Whether somebody listens on etcd's peer port, on a host without etcd's data; undefined elsewhere, and where it cannot be told. */
  readonly peerPort?: 'free' | 'held';
  /** `/ping` answered `pong`. */
  readonly ping: boolean;
  readonly curl: boolean;
}

/** What the look says of a key: the values of all its lines. */
type Lines = (key: string) => readonly string[];

/** A line without a space goes on with the value of the line before: base64 is folded. */
function split(stdout: string): Lines {
  const lines = new Map<string, string[]>();
  for (const line of stdout.replaceAll(/\n(?=[^ \n]*$)/gm, '').split('\n')) {
    const space = line.indexOf(' ');
    if (space <= 0) continue;
    const key = line.slice(0, space);
    lines.set(key, [...(lines.get(key) ?? []), line.slice(space + 1)]);
  }
  return (key) => lines.get(key) ?? [];
}

/** What lines `KEY NAME ...` say of a name. */
const linesOf = (lines: Lines, key: string, name: string): string[] =>
  lines(key)
    .filter((line) => line.startsWith(`${name} `))
    .map((line) => line.slice(name.length + 1));

const decode = (text: string): string => Buffer.from(text, 'base64').toString('utf8');

type Known<T> = {[K in keyof T]?: Exclude<T[K], undefined>};

/** Without the members that are undefined. */
const known = <T extends object>(members: T): Known<T> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Known<T>;

function unitOf(lines: Lines, name: string): UnitState | undefined {
  const properties = new Map(
    linesOf(lines, 'unit', name).map((line): [string, string] => {
      const equals = line.indexOf('=');
      return [line.slice(0, equals), line.slice(equals + 1)];
    }),
  );
  if (properties.size === 0) return undefined;
  const [sums] = linesOf(lines, 'sums', name);
  return {
    load: properties.get('LoadState') ?? '',
    active: properties.get('ActiveState') ?? '',
    sub: properties.get('SubState') ?? '',
    mainPid: Number(properties.get('MainPID') ?? 0),
    restarts: Number(properties.get('NRestarts') ?? 0),
    enabled: properties.get('UnitFileState') ?? '',
    ...(sums === undefined ? {} : {sums: decode(sums)}),
  };
}

interface MemberListAnswer {
  readonly header?: {readonly cluster_id?: string};
  readonly members?: readonly {
    readonly ID?: string;
    readonly name?: string;
    readonly peerURLs?: readonly string[];
    readonly clientURLs?: readonly string[];
    readonly isLearner?: boolean;
  }[];
}

/** Reads etcd's JSON answer to /v3/cluster/member/list; undefined when etcd did not answer. */
export function parseMemberList(text: string): Pick<EtcdSighting, 'clusterId' | 'members'> | undefined {
  let answer: MemberListAnswer | null;
  try {
    answer = JSON.parse(text) as MemberListAnswer | null;
  } catch {
    return undefined;
  }
  if (!answer?.header?.cluster_id || !answer.members) return undefined;
  return {
    clusterId: answer.header.cluster_id,
    members: answer.members.map((member) => ({
      id: member.ID ?? '',
      name: member.name ?? '',
      peerUrls: member.peerURLs ?? [],
      clientUrls: member.clientURLs ?? [],
      isLearner: member.isLearner === true,
    })),
  };
}

const peerStates = ['open', 'closed', 'silent'] as const;

function etcdOf(lines: Lines): EtcdSighting | undefined {
  const [answer] = lines('members');
  const list = answer === undefined ? undefined : parseMemberList(decode(answer));
  if (!list) return undefined;
  const isOn = (metric: string): boolean => lines('metric').includes(`${metric} 1`);
  const peers = new Map<string, (typeof peerStates)[number]>();
  for (const line of lines('peer')) {
    const [url = '', word] = line.split(' ');
    const state = peerStates.find((one) => one === word);
    if (state !== undefined) peers.set(url, state);
  }
  return {...list, isLeader: isOn('etcd_server_is_leader'), hasLeader: isOn('etcd_server_has_leader'), peers};
}

function resumedOf(lines: Lines): Sighting['resumed'] {
  if (!lines('start').includes('found-data')) return undefined;
  const times = linesOf(lines, 'start', 'unknown-peer').map((time) => Date.parse(time));
  return {unknownPeersMs: times.length === 0 ? 0 : Math.max(...times) - Math.min(...times)};
}

/** `PATH BASE64`; the path may have spaces. */
function fileIn(line: string): DropIn {
  const space = line.lastIndexOf(' ');
  return {path: line.slice(0, space), text: decode(line.slice(space + 1))};
}

const filesOf = (lines: Lines, key: string, name: string): DropIn[] => linesOf(lines, key, name).map(fileIn);

function unitFilesOf(lines: Lines, name: string): UnitFiles | undefined {
  const [unit] = filesOf(lines, 'unit-file', name);
  if (unit === undefined) return undefined;
  const environment = filesOf(lines, 'env', name);
  const isLasting = ({path}: DropIn): boolean => /^\/etc\/(default|sysconfig)\//.test(path);
  const textOf = (files: readonly DropIn[]): string => files.map(({text}) => `${text}\n`).join('');
  return {
    text: unit.text,
    dropIns: filesOf(lines, 'unit-dropin', name),
    environment: textOf(environment.filter((file) => !isLasting(file))),
    lastingEnvironment: textOf([...filesOf(lines, 'dropin-env', name), ...environment.filter(isLasting)]),
  };
}

/** Reads what {@link lookScript} printed. */
export function parseLook(stdout: string): Sighting {
  const lines = split(stdout);
  const one = (key: string): string | undefined => lines(key)[0];
  const flag = (key: string): boolean => one(key) === '1';
  const text = (key: string): string | undefined => lines(key).map(decode)[0];
  const secret = (key: string): Secret | undefined => lines(key).map((line) => new Secret(decode(line).trim()))[0];
  const init = one('init');
  const dataDir = one('data-dir') ?? defaultPaths.dataDir;
  return {
    hostname: one('hostname') ?? '',
    arch: one('arch') ?? '',
    nowEpochSeconds: Number(one('now') ?? 0),
    bootId: one('boot') ?? '',
    init: init === 'systemd' || init === 'openrc' ? init : 'other',
    selinuxPolicy: flag('k3s-selinux'),
    kernelModules: flag('modules'),
    addresses: lines('address').map((line) => {
      const space = line.indexOf(' ');
      return {device: line.slice(0, space), address: line.slice(space + 1).replace(/\/\d+/, '')};
    }),
    dropIns: lines('dropin').map(fileIn),
    data: {
      wal: flag('data.wal'),
      blankWal: lines('data.wal-begins').some((line) => isBlankWal(Buffer.from(line, 'base64'))),
      etcdDir: flag('data.etcd'),
      memberDir: flag('data.member'),
      tombstone: flag('data.tombstone'),
      stateDb: flag('data.state-db'),
      migrated: flag('data.migrated'),
      serverTls: flag('data.server-tls'),
      resetFlag: flag('data.reset-flag'),
      agent: flag('data.agent'),
      nodePassword: flag('data.password'),
      ...known({
        etcdName: text('data.etcd-name')?.trim(),
        conversion: parseRecord(text('data.conversion') ?? ''),
        ca: one('data.ca'),
        token: secret('data.token'),
        agentToken: secret('data.agent-token'),
        tokenFile: secret('data.token-file'),
      }),
    },
    dataDir,
    dataDirReal: one('data-dir-real') ?? dataDir,
    otherUnits: filesOf(lines, 'unit-file', 'other'),
    ping: one('ping') === 'pong',
    curl: !flag('no-curl'),
    ...known({
      selinux: one('selinux'),
      version: one('binary')?.match(/v\d+\.\d+\.\d\S*/)?.[0],
      server: unitOf(lines, 'k3s'),
      agent: unitOf(lines, 'k3s-agent'),
      sumsNow: text('sums-now'),
      configText: text('file.config'),
      registriesText: text('file.registries'),
      serverUnit: unitFilesOf(lines, 'k3s'),
      agentUnit: unitFilesOf(lines, 'k3s-agent'),
      etcd: etcdOf(lines),
      resumed: resumedOf(lines),
      peerPort: (['free', 'held'] as const).find((state) => state === one('peer-port')),
    }),
  };
}
