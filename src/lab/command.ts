import {createInterface} from 'node:readline/promises';
import {Command, InvalidArgumentError} from 'commander';
import {describeError, QuorateError} from '../errors/index.js';
import type {Lab} from './lab.js';
import {down, open, up} from './lab.js';
import {defaultDir, defaultName} from './places.js';
import type {HostStatus} from './types.js';

const count = (text: string): number => {
  if (!/^\d{1,3}$/.test(text)) throw new InvalidArgumentError('not a number of hosts');
  return Number(text);
};

const groupCount = (text: string, all: Record<string, number>): Record<string, number> => {
  const match = /^([^=]+)=(\d{1,3})$/.exec(text);
  if (!match?.[1]) throw new InvalidArgumentError('not of the form name=count');
  return {...all, [match[1]]: Number(match[2])};
};

const collect = (text: string, all: string[]): string[] => [...all, text];

interface Where {
  readonly name: string;
  readonly dir?: string;
}

interface UpFlags extends Where {
  readonly servers?: number;
  readonly agents?: number;
  readonly group: Record<string, number>;
  readonly apt: string[];
  readonly mirror?: string;
  readonly yes?: boolean;
}

/** `quorate lab ...`; `say` gets each line of output. */
export function labCommand(say: (line: string) => void = (line) => process.stdout.write(`${line}\n`)): Command {
  const lab = new Command('lab').description('throw-away systemd hosts on this machine (Debian, as root)');
  const sub = (name: string, description: string): Command =>
    lab
      .command(name)
      .description(description)
      .option('--name <name>', 'name of the lab', defaultName)
      .option('--dir <dir>', `folder that holds labs (QUORATE_LAB_DIR, else ${defaultDir})`);

  sub('up', 'make the lab, or complete it; prints its inventory')
    .option('--servers <n>', 'hosts in the group server', count)
    .option('--agents <n>', 'hosts in the group agent', count)
    .option('--group <name=n>', 'further hosts; may be given several times', groupCount, {})
    .option('--apt <package>', "Debian package for the hosts' apt repository; several times", collect, [])
    .option('--mirror <url>', "Debian mirror for the hosts' root and packages")
    .option('-y, --yes', 'install what is missing on this machine without asking')
    .action((flags: UpFlags) => upAction(flags, say));
  sub('down', 'remove the lab and everything of it').action(async (flags: Where) => {
    await down(flags);
    say(`The lab ${flags.name} is gone.`);
  });
  sub('status', 'show the hosts and what they do').action(async (flags: Where) => {
    const opened = await open(flags);
    for (const line of statusLines(await opened.status())) say(line);
    say(`inventory: ${opened.inventoryPath}`);
  });
  sub('save', "keep every host's disk under a name")
    .argument('<state>', 'name of the state')
    .action(async (state: string, flags: Where) => {
      await (await open(flags)).save(state);
      say(`Saved ${state}; put it back with quorate lab restore ${state}${flagsOf(flags)}`);
    });
  sub('restore', "cut the hosts' power and put saved disks back")
    .argument('<state>', 'name of the state')
    .action(async (state: string, flags: Where) => {
      await (await open(flags)).restore(state);
      say(`The lab ${flags.name} is as it was saved in ${state}.`);
    });
  return lab;
}

/** The flags that name this lab again, for commands shown to the reader. */
const flagsOf = ({name, dir}: Where): string =>
  `${name === defaultName ? '' : ` --name ${name}`}${dir === undefined ? '' : ` --dir ${dir}`}`;

async function upAction(flags: UpFlags, say: (line: string) => void): Promise<void> {
  const {yes, group, apt, ...rest} = flags;
  const asks = process.stdin.isTTY && process.env.CI !== '1' && yes !== true;
  const lab = await up({
    ...rest,
    groups: group,
    ...(apt.length === 0 ? {} : {aptPackages: apt}),
    ...(asks ? {confirm: askOnTerminal} : {}),
    say,
  });
  for (const line of summaryLines(lab, flags)) say(line);
}

function summaryLines(lab: Lab, flags: Where): string[] {
  const hosts = lab.hosts.map((host) => `  ${host.name.padEnd(12)} ${host.address}`);
  return [
    `The lab ${lab.name} is up:`,
    ...hosts,
    `inventory: ${lab.inventoryPath}`,
    `next: quorate run playbooks/site.yml -i ${lab.inventoryPath}`,
    `      quorate lab down${flagsOf(flags)}`,
  ];
}

async function askOnTerminal(question: string): Promise<boolean> {
  const terminal = createInterface({input: process.stdin, output: process.stderr});
  try {
    const answer = await terminal.question(`${question} [y/N] `);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}

/** A table for people: one line for each host. */
export function statusLines(hosts: readonly HostStatus[]): string[] {
  const rows = hosts.map((host) => [
    host.name,
    host.group,
    host.address,
    host.state,
    String(host.processes),
    host.memoryBytes === undefined ? '-' : `${Math.round(host.memoryBytes / 1024 / 1024)} MiB`,
  ]);
  const table = [['host', 'group', 'address', 'state', 'processes', 'memory'], ...rows];
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** Runs the lab's commands by themselves; resolves to the exit code. */
export async function labMain(argv: readonly string[]): Promise<number> {
  try {
    await labCommand().parseAsync([...argv], {from: 'user'});
    return 0;
  } catch (error) {
    if (!(error instanceof QuorateError)) throw error;
    for (const line of describeError(error)) process.stderr.write(`${line}\n`);
    return 1;
  }
}
