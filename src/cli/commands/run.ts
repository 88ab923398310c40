import {UsageError} from '../../errors/index.js';
import type {RunStats} from '../../events/types.js';
import {readAnsibleConfig} from '../../playbook/index.js';
import type {Prompt} from '../../run/passwords.js';
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
import {printLines} from '../console.js';
import {exitCodes, nameOfFile} from '../faults.js';
import {watchInterrupts} from '../interrupts.js';
import {type ListFlags, listLines} from '../lists.js';
import {type OutputFlags, openOutput} from '../output.js';
import {promptOnTerminal} from '../prompt.js';
import {configNotices} from '../run_notices.js';

export interface RunFlags extends InventoryFlags, VaultFlags, ConnectionFlags, OutputFlags, ListFlags {
  readonly flushCache?: boolean;
  readonly tags?: readonly string[];
  readonly skipTags?: readonly string[];
  readonly startAtTask?: string;
  readonly step?: boolean;
  readonly forceHandlers?: boolean;
  readonly syntaxCheck?: boolean;
  readonly check?: boolean;
  readonly diff?: boolean;
  readonly forks?: number;
  readonly taskTimeout?: number;
  readonly yes?: boolean;
  readonly detailedExitcode?: boolean;
}

/** `quorate run`. */
export const runCommand: CommandBody = async ([names], given) => {
  const flags = given as RunFlags;
  const playbooks = Array.isArray(names) ? names.map(String) : [];
  const around = surroundings();
  const options = await runOptions(playbooks, flags, around.prompt);
  if (flags.listHosts || flags.listTasks || flags.listTags || flags.syntaxCheck) return showOnly(options, flags);
  const output = openOutput(flags, rerunCommand(playbooks, flags));
  const prompt = flags.yes ? async () => undefined : output.asking(promptOnTerminal);
  const events = eventCounter({onEvent: output.event});
  const say = (level: 'info' | 'warning', message: string): void =>
    events.emit({kind: 'notice', level, message, at: Date.now()});
  const interrupts = watchInterrupts((line) => say('info', line));
  try {
    const full: RunPlaybookOptions = {
      ...options,
      prompt,
      signal: interrupts.signal,
      kill: interrupts.kill,
      ...(flags.step ? {step: stepWith(prompt)} : {}),
    };
    const prepared = await prepareRun(full, (message, where) =>
      events.emit({kind: 'notice', level: 'warning', message, at: Date.now(), ...(where ? {where} : {})}),
    );
    output.hide((text) => prepared.project.masker.mask(text));
    for (const line of prepared.shipped) say('info', line);
    if ((flags.verbose ?? 0) > 0) for (const line of configNotices(prepared.project)) say('info', line);
    const {exitCode, stats} = await runProject(prepared.project, prepared.playbooks, full, events);
    return flags.detailedExitcode ? detailedExitCode(exitCode, stats) : exitCode;
  } finally {
    interrupts.release();
    output.close();
  }
};

async function runOptions(playbooks: readonly string[], flags: RunFlags, prompt: Prompt): Promise<RunPlaybookOptions> {
  if (flags.json && flags.step)
    throw new UsageError({what: '--step asks on the terminal, which --json leaves to data'});
  const around = surroundings(prompt);
  const config = readAnsibleConfig(around);
  const asking = config?.becomeAskPass?.value === true && flags.becomePasswordFile === undefined;
  const reach = await connectionOptions(asking ? {...flags, askBecomePass: true} : flags, around);
  return {
    ...around,
    ...inventoryOptions(flags),
    ...reach,
    playbooks,
    check: flags.check === true || flags.plan === true,
    diff: flags.diff === true || flags.plan === true,
    verbosity: flags.verbose ?? 0,
    ...(flags.tags ? {tags: flags.tags} : {}),
    ...(flags.skipTags ? {skipTags: flags.skipTags} : {}),
    ...(flags.forks === undefined ? {} : {forks: flags.forks}),
    ...(flags.startAtTask === undefined ? {} : {startAtTask: flags.startAtTask}),
    ...(flags.forceHandlers ? {forceHandlers: true} : {}),
    ...(flags.taskTimeout === undefined ? {} : {taskTimeoutMs: flags.taskTimeout * 1000}),
  };
}

/** What needs no host: lists, and whether everything can be read. */
async function showOnly(options: RunPlaybookOptions, flags: RunFlags): Promise<number> {
  const warnings: string[] = [];
  const {project, playbooks: files} = await prepareRun(options, (message) => warnings.push(message));
  const playbooks = files.map((file) => project.loader.loadPlaybook(file));
  const selection = {tags: flags.tags ?? [], skipTags: flags.skipTags ?? []};
  const lines = flags.syntaxCheck
    ? playbooks.flatMap(({file}) => ['', `playbook: ${nameOfFile(file)}`])
    : listLines(playbooks, project, flags, selection);
  for (const warning of new Set(warnings)) process.stderr.write(`[WARNING]: ${warning}\n`);
  printLines(lines);
  return exitCodes.ok;
}

const stepWith =
  (prompt: Prompt) =>
  async (taskName: string): Promise<'yes' | 'no' | 'continue'> => {
    const answer = await prompt(`Perform task: ${taskName} (N)o/(y)es/(c)ontinue: `, {echo: true});
    if (answer === undefined)
      throw new UsageError({what: '--step asks before each task, and there is no terminal to ask on'});
    const letter = answer.trim().toLowerCase();
    if (letter === 'y' || letter === 'yes') return 'yes';
    return letter === 'c' || letter === 'continue' ? 'continue' : 'no';
  };

/** `--detailed-exitcode`: 0 nothing changed, 2 something did, 1 a host failed; the rest as ever. */
function detailedExitCode(exitCode: number, stats: RunStats): number {
  if (exitCode === exitCodes.hostFailed) return exitCodes.error;
  if (exitCode !== exitCodes.ok) return exitCode;
  return [...stats.values()].some(({changed, conditional}) => changed + conditional > 0) ? 2 : exitCodes.ok;
}

/** The command as it would be typed for the hosts that failed; flags that may hold secrets are left to the reader. */
function rerunCommand(playbooks: readonly string[], flags: RunFlags): string {
  const inventory = (flags.inventory ?? []).flatMap((source) => ['-i', source]);
  const more = flags.extraVars === undefined ? [] : ['...'];
  return ['quorate run', ...playbooks, ...inventory, ...more].join(' ');
}
