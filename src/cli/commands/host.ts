import path from 'node:path';
import {InventoryError, UsageError} from '../../errors/index.js';
import {minimalReporter} from '../../report/index.js';
import {eventCounter, prepareRun, type RunPlaybookOptions, runProject} from '../../run/run_playbook.js';
import type {CommandBody} from '../command.js';
import {
  type ConnectionFlags,
  connectionOptions,
  type InventoryFlags,
  inventoryOptions,
  surroundings,
  type VaultFlags,
} from '../common_flags.js';
import {printLines, textOptions} from '../console.js';
import {exitCodes} from '../faults.js';
import {watchInterrupts} from '../interrupts.js';
import {openOutput} from '../output.js';

interface HostFlags extends InventoryFlags, VaultFlags, ConnectionFlags {
  readonly moduleName?: string;
  readonly args?: string;
  readonly oneLine?: boolean;
  readonly listHosts?: boolean;
  readonly check?: boolean;
  readonly diff?: boolean;
  readonly forks?: number;
  readonly taskTimeout?: number;
  readonly verbose?: number;
  readonly json?: boolean;
  readonly color?: boolean;
}

/** The name under which the one task of the command line is read as a playbook; messages show it. */
const playbookName = '-m';

/** A play of one task, as YAML (which JSON is). */
export function adHocPlaybook(pattern: string, module: string, args: string | undefined): string {
  return JSON.stringify([
    {name: 'Ad hoc', hosts: pattern, gather_facts: false, tasks: [{[module]: argumentsOf(args)}]},
  ]);
}

function argumentsOf(args: string | undefined): unknown {
  if (args === undefined || args.trim() === '') return {};
  if (!args.trimStart().startsWith('{')) return args;
  try {
    return JSON.parse(args);
  } catch (error) {
    throw new UsageError({what: `-a looks like JSON and is none: ${args}`, cause: error});
  }
}

/** `quorate host PATTERN -m MODULE -a ARGS`. */
export const hostCommand: CommandBody = async ([pattern], given) => {
  const flags = given as HostFlags;
  const around = surroundings();
  const file = path.join(around.cwd, playbookName);
  const text = adHocPlaybook(String(pattern), flags.moduleName ?? 'command', flags.args);
  const options: RunPlaybookOptions = {
    ...around,
    ...inventoryOptions(flags),
    ...(await connectionOptions(flags, around)),
    playbooks: [playbookName],
    texts: new Map([[file, text]]),
    check: flags.check === true,
    diff: flags.diff === true,
    verbosity: flags.verbose ?? 0,
    ...(flags.forks === undefined ? {} : {forks: flags.forks}),
    ...(flags.taskTimeout === undefined ? {} : {taskTimeoutMs: flags.taskTimeout * 1000}),
  };
  const reporter = minimalReporter({...textOptions(flags), oneLine: flags.oneLine === true});
  const output = openOutput(flags, '', reporter);
  const events = eventCounter({onEvent: output.event});
  const interrupts = watchInterrupts((message) =>
    events.emit({kind: 'notice', level: 'info', message, at: Date.now()}),
  );
  try {
    const {project, playbooks} = await prepareRun(options, (message) =>
      events.emit({kind: 'notice', level: 'warning', message, at: Date.now()}),
    );
    const hosts = project.matchHosts(String(pattern), {limited: true});
    if (flags.listHosts) {
      printLines([`  hosts (${hosts.length}):`, ...hosts.map((host) => `    ${host}`)]);
      return exitCodes.ok;
    }
    if (hosts.length === 0)
      throw new InventoryError({
        what: `no host of the inventory matches '${String(pattern)}'${flags.limit === undefined ? '' : ` within '${flags.limit}'`}`,
        hint:
          project.inventory.hosts.size === 0 ? 'give an inventory: -i FILE' : 'quorate inventory --graph shows them',
      });
    const interruptible = {...options, signal: interrupts.signal, kill: interrupts.kill};
    return (await runProject(project, playbooks, interruptible, events)).exitCode;
  } finally {
    interrupts.release();
    output.close();
  }
};
