import type {CommandSpec} from './command.js';
import type {Flag, FlagGroup} from './flags.js';
import {commands} from './program.js';

/** What the numbers mean; `exitCodes` in faults.ts has them. */
const introduction: readonly string[] = [
  '## Exit codes',
  '',
  '| code | when |',
  '| --- | --- |',
  '| 0 | all is well |',
  '| 1 | an error before or beside the hosts: an inventory, a vault, a module that cannot be loaded |',
  '| 2 | a task failed on a host; with `--detailed-exitcode`: something changed, or would |',
  '| 4 | a host could not be reached; or a playbook that cannot be read, as in Ansible |',
  '| 5 | wrong flags or arguments |',
  '| 99 | interrupted: Ctrl-C once ends the run when the present tasks are done, twice kills them |',
  '| 250 | a fault in quorate itself |',
  '',
  'What `quorate cluster status` says of a cluster is also its exit code: 0 healthy, 2 degraded (it serves, and something wants mending), 3 broken (quorum is lost, no server serves, two clusters, or data that must not be used), 4 unknown (too few hosts can be reached to tell), 6 bare (there is no cluster yet). See [cluster.md](cluster.md).',
  '',
  'With `--detailed-exitcode` 0 means that nothing changed, 2 that something did (or would), 1 that a task failed.',
  '',
  '## Files and environment',
  '',
  '| what | effect |',
  '| --- | --- |',
  '| `ansible.cfg` | found as Ansible finds it (`$ANSIBLE_CONFIG`, `./ansible.cfg` unless the folder is world-writable, `~/.ansible.cfg`, `/etc/ansible/ansible.cfg`); `-v` shows which one counts and each setting that has an effect. With `host_key_checking = False` keys of new hosts are learned; a changed one is refused all the same |',
  '| `ANSIBLE_INVENTORY`, `ANSIBLE_ROLES_PATH`, `ANSIBLE_COLLECTIONS_PATH`, `ANSIBLE_VAULT_PASSWORD_FILE`, `ANSIBLE_VAULT_IDENTITY_LIST`, `ANSIBLE_HOST_KEY_CHECKING`, `ANSIBLE_REMOTE_USER`, `ANSIBLE_PRIVATE_KEY_FILE` | as in Ansible |',
  '| `NO_COLOR`, `FORCE_COLOR` | no colours, colours |',
  '| `CI`, `TERM=dumb`, output that is no terminal | plain lines in place of the live view |',
  '| `XDG_CACHE_HOME` | where downloads are kept, in `quorate/`; `~/.cache` by default |',
  '| `modules/` or `library/` beside a playbook or in a role | modules of your own, in TypeScript or JavaScript |',
  '',
  'A playbook that does not exist in the present folder may be one that comes with the package: `quorate run playbooks/site.yml`. The first line of the output says so.',
  '',
  'Passwords are read from files, from what an executable file prints, or from the terminal without echo; never from arguments.',
];

const code = (text: string): string => `\`${text}\``;

/** Long name first, then the letter, then Ansible's other names. */
function flagCell({flags, aliases = [], kind}: Flag): string {
  const value = /<.*>/.exec(flags)?.[0];
  const names = flags
    .replace(value ?? '', '')
    .split(/[ ,]+/)
    .filter((name) => name !== '');
  const shown = kind === 'count' ? [...names, '-vv', '-vvv'] : [...names, ...aliases];
  return shown.map((name, index) => code(index === 0 && value !== undefined ? `${name} ${value}` : name)).join(', ');
}

const cell = (text: string): string => text.replaceAll('|', '\\|');

const groupLines = ({title, flags}: FlagGroup): string[] => [
  '',
  `**${title}**`,
  '',
  '| flag | what it does |',
  '| --- | --- |',
  ...flags.map((flag) => `| ${cell(flagCell(flag))} | ${cell(flag.about)} |`),
];

const commandLines = ({name, args, about, flags}: CommandSpec): string[] => [
  '',
  `## quorate ${name} ${args}`.trimEnd(),
  '',
  `${about[0]?.toUpperCase() ?? ''}${about.slice(1)}.`,
  ...flags.flatMap(groupLines),
];

/** docs/cli.md, made from the very tables that the parser is made from. */
export const cliPage = (): string =>
  [
    '# The command line',
    '',
    "Names and letters are Ansible's. This page is written from the tables the program reads its flags from (`npm run docs`); a test holds the two together.",
    '`quorate lab` is described in [lab.md](lab.md).',
    '',
    ...introduction,
    ...commands.flatMap(commandLines),
    '',
  ].join('\n');
