import pLimit from 'p-limit';
import {
  BecomeError,
  describeError,
  InventoryError,
  messageOf,
  QuorateError,
  TransportError,
} from '../../errors/index.js';
import {clean, cut, pad} from '../../report/index.js';
import {contextOf} from '../../run/moments.js';
import type {Project} from '../../run/project.js';
import {sh} from '../../shell/index.js';
import {createSessionPool} from '../../transport/index.js';
import type {Become, HostSession, SessionPool} from '../../transport/types.js';
import {createConnectionOf} from '../../vars/index.js';
import type {CommandBody} from '../command.js';
import {type ConnectionFlags, connectionOptions, surroundings} from '../common_flags.js';
import {paletteFor, printLines} from '../console.js';
import {doctorScript, type Findings, parseFindings} from '../doctor_probe.js';
import {exitCodes} from '../faults.js';
import {type ProjectFlags, projectFor} from '../open_project.js';

interface DoctorFlags extends ProjectFlags, ConnectionFlags {
  readonly forks?: number;
  readonly json?: boolean;
  readonly color?: boolean;
}

interface Examined {
  readonly host: string;
  readonly findings?: Findings;
  /** How becoming root went, in a word. */
  readonly become?: string;
  /** The host's clock minus ours, in seconds; the trip's own time taken off. */
  readonly clockOffsetS?: number;
  readonly connectMs?: number;
  readonly problem?: {readonly phase: string; readonly lines: readonly string[]};
}

/** `quorate doctor [pattern]`: connects to every host, changes nothing, and says what would be in the way of a run. */
export const doctorCommand: CommandBody = async ([pattern], given) => {
  const flags = given as DoctorFlags;
  const reach = await connectionOptions(flags, surroundings());
  const project = await projectFor(flags, reach);
  const hosts = project.matchHosts(pattern === undefined ? 'all' : String(pattern), {limited: true});
  if (hosts.length === 0)
    throw new InventoryError({what: 'no host is left to look at', hint: 'give an inventory: -i FILE'});
  const {env, home} = project.options;
  const pool = createSessionPool({env, homeDir: home, masker: project.masker});
  const limit = pLimit(flags.forks ?? 50);
  try {
    const examined = await Promise.all(hosts.map((host) => limit(() => examine(project, pool, host))));
    printLines(flags.json ? [JSON.stringify(examined, null, 2)] : reportLines(examined, flags));
    return examined.some(({problem}) => problem !== undefined) ? exitCodes.unreachable : exitCodes.ok;
  } finally {
    await pool.close();
  }
};

async function examine(project: Project, pool: SessionPool, host: string): Promise<Examined> {
  try {
    const context = contextOf(project, host);
    const {spec, become} = createConnectionOf(project.connection)({
      host,
      inInventory: project.inventory.hosts.has(host),
      keywords: {},
      value: (name) =>
        context.variables.get(name) === undefined ? undefined : project.templates.render(`{{ ${name} }}`, context),
    });
    const session = pool.session(spec);
    const before = Date.now();
    await session.run(sh`:`);
    const connectMs = Date.now() - before;
    const sent = Date.now();
    const outcome = await session.run(doctorScript);
    const findings = parseFindings(outcome.stdout.toString('utf8'));
    const middle = (sent + Date.now()) / 2000;
    return {
      host,
      findings,
      connectMs,
      ...(findings.clock === undefined ? {} : {clockOffsetS: Math.round(findings.clock - middle)}),
      become: await tryBecome(session, become ?? {method: 'sudo', user: 'root'}),
    };
  } catch (error) {
    const phase = error instanceof TransportError ? error.phase : 'config';
    return {host, problem: {phase, lines: describeError(error)}};
  }
}

/** Whether root can be had, by the method that is configured. */
async function tryBecome(session: HostSession, become: Become): Promise<string> {
  try {
    const {stdout} = await session.run(sh`id -u`, {become, timeoutMs: 15_000});
    return stdout.toString('utf8').trim() === '0' ? `${become.method} ok` : `${become.method} as ${become.user} ok`;
  } catch (error) {
    if (!(error instanceof BecomeError)) throw error;
    return `no: ${error instanceof QuorateError ? error.what : messageOf(error)}`;
  }
}

const columns = ['host', 'connect', 'system', 'shell', 'become', 'init', 'download', 'clock'];
const mostColumns = 40;

function reportLines(examined: readonly Examined[], flags: DoctorFlags): string[] {
  const palette = paletteFor(flags);
  const well = examined.filter(({findings}) => findings !== undefined);
  const rows = [columns, ...well.map(rowOf)].map((row) => row.map((cell) => cut(clean(cell), mostColumns)));
  const widths = columns.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const table = rows.map((row) =>
    row
      .map((cell, column) => pad(cell, widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const problems = examined.flatMap(({host, problem}) => {
    if (problem === undefined) return [];
    const [first = '', ...rest] = problem.lines;
    return [palette.failed(`${host}: cannot be reached (${problem.phase}): ${clean(first)}`), ...rest.map(clean)];
  });
  return [...(well.length === 0 ? [] : table), ...problems];
}

const rowOf = ({host, findings, become, clockOffsetS, connectMs}: Examined): string[] => [
  host,
  `${connectMs ?? '?'} ms`,
  findings?.system ?? '',
  findings?.shell.split('/').at(-1) ?? '',
  become ?? '',
  findings?.init ?? '',
  findings?.download ?? '',
  clockOffsetS === undefined ? 'unknown' : clockText(clockOffsetS),
];

const clockText = (offset: number): string => {
  if (Math.abs(offset) <= 1) return 'ok';
  return `${Math.abs(offset)} s ${offset > 0 ? 'ahead' : 'behind'}`;
};
