/** The commands and their flags. What a command needs is loaded when it is called, so that the others start at once. */
import {Command, CommanderError, Option} from 'commander';
import {UsageError} from '../errors/index.js';
import {packageVersion} from '../run/package_root.js';
import type {CommandBody, CommandSpec} from './command.js';
import {exitCodes} from './faults.js';
import {addFlags} from './flag_parser.js';
import {
  clusterFlags,
  docFlags,
  doctorFlags,
  hostFlags,
  inventoryFlags,
  runFlags,
  varsFlags,
  vaultFlags,
} from './flags.js';

export const commands: readonly CommandSpec[] = [
  {
    name: 'run',
    args: '<playbook...>',
    about: 'run playbooks on the hosts of an inventory',
    flags: runFlags,
    load: async () => (await import('./commands/run.js')).runCommand,
  },
  {
    name: 'host',
    args: '<pattern>',
    about: 'run one module on the hosts that match a pattern',
    flags: hostFlags,
    load: async () => (await import('./commands/host.js')).hostCommand,
  },
  {
    name: 'inventory',
    args: '[pattern]',
    about: 'show what the inventory says',
    flags: inventoryFlags,
    load: async () => (await import('./commands/inventory.js')).inventoryCommand,
  },
  {
    name: 'vars',
    args: '<host>',
    about: "show a host's variables, and where each comes from",
    flags: varsFlags,
    load: async () => (await import('./commands/vars.js')).varsCommand,
  },
  {
    name: 'doc',
    args: '[module...]',
    about: 'explain modules',
    flags: docFlags,
    load: async () => (await import('./commands/doc.js')).docCommand,
  },
  {
    name: 'vault',
    args: '<action> [subject...]',
    about: 'encrypt, decrypt, view, edit and rekey files; encrypt_string for single values',
    flags: vaultFlags,
    load: async () => (await import('./commands/vault.js')).vaultCommand,
  },
  {
    name: 'cluster',
    args: '<action>',
    about:
      'status: how a K3s cluster is, on one screen; token: save its token, sealed; kubeconfig: merge its kubeconfig into yours',
    flags: clusterFlags,
    load: async () => (await import('./commands/cluster.js')).clusterCommand,
  },
  {
    name: 'doctor',
    args: '[pattern]',
    about: 'connect to each host and say what it has: shell, become, systemd, curl, clock',
    flags: doctorFlags,
    load: async () => (await import('./commands/doctor.js')).doctorCommand,
  },
];

const labAbout = 'throw-away systemd hosts on this machine (Debian, as root)';

/** The program for these arguments; `done` gets the exit code of the command that was called. */
export async function createProgram(argv: readonly string[], done: (code: number) => void): Promise<Command> {
  const [first = ''] = argv;
  if (/\.ya?ml$/.test(first))
    throw new UsageError({what: `'${first}' is no command`, hint: `to run a playbook: quorate run ${first}`});
  const program = new Command('quorate')
    .description('Runs playbooks as Ansible does; its main job is K3s clusters that stay available.')
    .version(packageVersion(), '--version', 'say the version')
    .showHelpAfterError('(--help lists what there is)')
    .helpOption('-h, --help', 'show this')
    .helpCommand(true)
    .exitOverride();
  for (const spec of commands) {
    const command = program.command(spec.args === '' ? spec.name : `${spec.name} ${spec.args}`).description(spec.about);
    addFlags(command, spec.flags)
      .addHelpOption(new Option('-h, --help', 'show this').helpGroup(`${spec.flags.at(-1)?.title ?? 'Options'}:`))
      .exitOverride()
      .action(async (...given: unknown[]) => {
        const body = await spec.load();
        // Commander hands over the arguments, then the flags, then the command.
        done(await body(given.slice(0, -2) as Parameters<CommandBody>[0], given.at(-2) as object));
      });
  }
  if (first === 'lab') {
    const {labCommand} = await import('../lab/index.js');
    const lab = labCommand();
    for (const command of [lab, ...lab.commands]) command.exitOverride();
    program.addCommand(lab);
  } else program.command('lab').description(labAbout);
  return program;
}

/** Commander throws to end: after help and the version all is well, else the arguments were wrong (and that was said). */
export const exitCodeOfCommander = (error: CommanderError): number =>
  error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;

export {CommanderError};
