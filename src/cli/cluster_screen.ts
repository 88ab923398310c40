/** `cluster status` as one screen: a pure function of what is known and of the terminal. */
import {
  type ClusterStatus,
  daysLeft,
  type Finding,
  type HostStatus,
  type Quorum,
  type ServerStatus,
} from '../cluster/index.js';
import {clean, cut, type Palette, pad, widthOf} from '../report/index.js';

export interface Screen {
  readonly palette: Palette;
  /** Columns; lines are cut or wrapped to it. */
  readonly width: number;
  readonly now: Date;
}

type Paint = (text: string) => string;

const paints: Readonly<Record<string, keyof Palette>> = {
  healthy: 'ok',
  ready: 'ok',
  degraded: 'changed',
  running: 'changed',
  starting: 'changed',
  stopped: 'failed',
  failing: 'failed',
  broken: 'failed',
  unknown: 'unreachable',
  bare: 'skipped',
  note: 'faint',
};

const paintOf = (word: string, palette: Palette): Paint => palette[paints[word] ?? 'strong'];

const datastores = {etcd: 'embedded etcd', sqlite: 'SQLite, one server', external: 'an external datastore'} as const;

const plain: Paint = (text) => text;

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `20.1 MiB`. */
export function sizeText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** `40 s`, `12 min`, `5 h`, `3 d`. */
export function ageText(seconds: number): string {
  const steps = [
    [48 * 3600, 24 * 3600, 'd'],
    [2 * 3600, 3600, 'h'],
    [120, 60, 'min'],
  ] as const;
  const step = steps.find(([from]) => seconds >= from);
  return step === undefined ? `${Math.max(0, Math.floor(seconds))} s` : `${Math.floor(seconds / step[1])} ${step[2]}`;
}

/** Breaks a text at spaces; the first line begins with `head`, the others with as many spaces. Long words stay whole. */
export function wrap(head: string, text: string, width: number): string[] {
  const indent = ' '.repeat(widthOf(head));
  const lines: string[] = [];
  let line = head;
  for (const [index, word] of text.split(' ').entries()) {
    const longer = index === 0 ? line + word : `${line} ${word}`;
    if (index === 0 || widthOf(longer) <= width) line = longer;
    else {
      lines.push(line);
      line = indent + word;
    }
  }
  return [...lines, line];
}

/** Columns as wide as their widest cell, the last of them cut; a cell may be painted. */
function table(rows: readonly (readonly string[])[], paint: (row: number, column: number) => Paint, width: number) {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => widthOf(row[column] ?? ''))));
  return rows.map((row, line) =>
    cut(
      row
        .map((cell, column) => {
          const isLast = column === row.length - 1;
          return paint(line, column)(isLast ? cell : pad(cell, widths[column] ?? 0));
        })
        .join('  ')
        .trimEnd(),
      width,
    ),
  );
}

const quorumText = ({voters, healthy, unknown, needed, mayFail, held}: Quorum): string => {
  const counts = `${healthy} of ${voters} voter${voters === 1 ? '' : 's'} healthy${unknown > 0 ? `, ${unknown} unknown` : ''}, quorum ${needed}`;
  if (held === 'unknown') return `${counts}: nobody can tell whether it is held`;
  if (!held) return `${counts}: LOST`;
  return `${counts}: ${mayFail === 0 ? 'none' : mayFail} may fail`;
};

const healthWords = {
  healthy: 'healthy',
  degraded: 'degraded',
  broken: 'broken',
  unknown: 'unknown',
  bare: 'not there yet',
} as const;

function headLines({health, datastore, clusterIds, quorum, snapshot}: ClusterStatus, screen: Screen): string[] {
  const {palette, now, width} = screen;
  const saved =
    snapshot === undefined
      ? []
      : [
          `  last snapshot   ${ageText(now.getTime() / 1000 - snapshot.savedEpochSeconds)} ago, ${sizeText(snapshot.sizeBytes)}: ${snapshot.name} on ${snapshot.host}`,
        ];
  return [
    `${palette.strong('K3s cluster:')} ${paintOf(health, palette)(healthWords[health])}`,
    `  datastore       ${datastores[datastore]}${clusterIds.length === 0 ? '' : `, cluster ${clusterIds.join(' AND ')}`}`,
    ...(quorum === undefined ? [] : [`  etcd            ${quorumText(quorum)}`]),
    ...saved,
  ].map((line) => cut(line, width));
}

const certText = ({certificate}: HostStatus, now: Date): string => {
  if (certificate === undefined) return '-';
  const days = daysLeft(certificate.notAfter, now);
  return days < 0 ? 'ENDED' : `${days} d`;
};

/** What its kubelet runs, and the binary on its disk where that is another. */
const versionText = ({version, node}: HostStatus): string => {
  if (node?.version && version !== undefined && node.version !== version) return `${node.version} (disk: ${version})`;
  return node?.version || version || '-';
};

const nodeText = ({node}: HostStatus): string =>
  node === undefined ? '-' : `${node.ready ? 'Ready' : 'NotReady'}${node.cordoned ? ', cordoned' : ''}`;

function hostTables({servers, agents, datastore}: ClusterStatus, {palette, width, now}: Screen): string[] {
  const isEtcd = datastore === 'etcd';
  const shown = (host: HostStatus): string[] => [host.host, host.state];
  const serverRow = (server: ServerStatus): string[] => [
    ...shown(server),
    ...(isEtcd
      ? [server.member?.role ?? '-', server.dbSizeBytes === undefined ? '-' : sizeText(server.dbSizeBytes)]
      : []),
    nodeText(server),
    certText(server, now),
    versionText(server),
    server.address,
  ];
  const agentRow = (agent: HostStatus): string[] => [
    ...shown(agent),
    nodeText(agent),
    certText(agent, now),
    versionText(agent),
    agent.address,
  ];
  const head = ['NODE', 'CERTS', 'VERSION', 'ADDRESS'];
  const painted =
    (hosts: readonly HostStatus[]) =>
    (row: number, column: number): Paint => {
      if (row === 0) return palette.faint;
      return column === 1 ? paintOf(hosts[row - 1]?.state ?? '', palette) : plain;
    };
  const cleaned = (rows: readonly (readonly string[])[]) => rows.map((row) => row.map(clean));
  return [
    '',
    ...table(
      cleaned([['SERVER', 'STATE', ...(isEtcd ? ['ETCD', 'DB'] : []), ...head], ...servers.map(serverRow)]),
      painted(servers),
      width,
    ),
    ...(agents.length === 0
      ? []
      : ['', ...table(cleaned([['AGENT', 'STATE', ...head], ...agents.map(agentRow)]), painted(agents), width)]),
  ];
}

function findingLines(findings: readonly Finding[], {palette, width}: Screen): string[] {
  if (findings.length === 0) return [];
  const lines = findings.flatMap(({level, what, hint}) => {
    const paint = paintOf(level, palette);
    const [first = '', ...rest] = wrap(`  ${level.padEnd(8)}  `, clean(what), width);
    return [
      paint(first),
      ...rest.map(paint),
      ...(hint === undefined ? [] : wrap(`${' '.repeat(12)}hint: `, clean(hint), width)),
    ];
  });
  return ['', ...lines];
}

function differenceLines({servers, agents}: ClusterStatus, {palette, width}: Screen): string[] {
  const hosts = [...servers, ...agents];
  const longest = Math.max(...hosts.map(({host}) => widthOf(host)));
  const lines = hosts.flatMap(({host, differences}) =>
    differences.flatMap(({what, restart}) =>
      wrap(`  ${host.padEnd(longest)}  `, `${clean(what)}${restart ? '' : ' (no restart)'}`, width),
    ),
  );
  return lines.length === 0 ? [] : ['', palette.strong('site.yml would act on:'), ...lines];
}

/** The whole screen. */
export const statusLines = (status: ClusterStatus, screen: Screen): string[] => [
  ...headLines(status, screen),
  ...hostTables(status, screen),
  ...findingLines(status.findings, screen),
  ...differenceLines(status, screen),
];
