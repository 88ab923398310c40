/** Every flag, once: the parser, `--help` and docs/cli.md are made from these tables. Names and letters are Ansible's. */

export interface Flag {
  /** As commander reads it: `-i, --inventory <source>`. */
  readonly flags: string;
  readonly about: string;
  /** Other names Ansible knows it by. */
  readonly aliases?: readonly string[];
  /** `list`: may be given several times; `words`: also separated by commas; `count`: `-vvv`. */
  readonly kind?: 'list' | 'words' | 'count' | 'whole' | 'seconds';
}

export interface FlagGroup {
  readonly title: string;
  readonly flags: readonly Flag[];
}

const inventory: Flag = {
  flags: '-i, --inventory <source>',
  about: 'an inventory file, a folder of them, an executable, or hosts as `h1,h2,`; several times',
  aliases: ['--inventory-file'],
  kind: 'list',
};
const limit: Flag = {
  flags: '-l, --limit <pattern>',
  about: 'only these hosts: names, groups, patterns, `@file`',
  aliases: ['--subset'],
};
const verbose: Flag = {flags: '-v, --verbose', about: 'more output; -vv and -vvv yet more', kind: 'count'};
const noColor: Flag = {flags: '--no-color', about: 'no colours (also: NO_COLOR set, or not a terminal)'};

const vault: FlagGroup = {
  title: 'Vault',
  flags: [
    {
      flags: '--vault-id <label@source>',
      about: 'a vault password with its label: a file, a script or `prompt`; several times',
      kind: 'list',
    },
    {
      flags: '--vault-password-file <file>',
      about: 'a file or script that gives a vault password; several times',
      aliases: ['--vault-pass-file'],
      kind: 'list',
    },
    {flags: '-J, --ask-vault-password', about: 'ask for the vault password', aliases: ['--ask-vault-pass']},
  ],
};

const variables: FlagGroup = {
  title: 'Variables',
  flags: [
    {
      flags: '-e, --extra-vars <vars>',
      about: 'variables above all others: `key=value ...`, JSON or YAML, or `@file`; several times',
      kind: 'list',
    },
    {flags: '--flush-cache', about: 'taken as in Ansible; facts are never kept from one run to the next'},
  ],
};

const hosts: FlagGroup = {title: 'Inventory', flags: [inventory, limit]};

const connection: FlagGroup = {
  title: 'Connection',
  flags: [
    {flags: '-u, --user <name>', about: 'connect as this user', aliases: ['--remote-user']},
    {flags: '-c, --connection <kind>', about: 'ssh, openssh (the ssh program of this machine) or local'},
    {flags: '-k, --ask-pass', about: 'ask for the connection password'},
    {
      flags: '--connection-password-file <file>',
      about: 'a file or script that gives the connection password',
      aliases: ['--conn-pass-file'],
    },
    {flags: '--private-key <file>', about: 'the private key to log in with', aliases: ['--key-file']},
    {flags: '--ssh-common-args <args>', about: 'arguments for ssh, as `-o ProxyJump=bastion`'},
    {flags: '--ssh-extra-args <args>', about: 'more of them'},
    {
      flags: '--accept-new-host-keys',
      about: 'learn the keys of hosts that are new; a changed key is refused all the same',
    },
    {flags: '-T, --timeout <seconds>', about: 'how long connecting may take; 10 by default', kind: 'seconds'},
  ],
};

const become: FlagGroup = {
  title: 'Privileges',
  flags: [
    {flags: '-b, --become', about: 'run tasks as another user'},
    {flags: '--become-user <name>', about: 'that user; root by default'},
    {flags: '--become-method <method>', about: 'sudo, su or doas; sudo by default'},
    {flags: '-K, --ask-become-pass', about: 'ask for the become password'},
    {
      flags: '--become-password-file <file>',
      about: 'a file or script that gives the become password',
      aliases: ['--become-pass-file'],
    },
  ],
};

const check: Flag = {flags: '-C, --check', about: 'a dry run: say what would change, change nothing'};
const diff: Flag = {flags: '-D, --diff', about: 'show what changes in files and settings'};
const forks: Flag = {
  flags: '-f, --forks <n>',
  about: 'how many hosts are worked on at once; 50 by default',
  kind: 'whole',
};
const taskTimeout: Flag = {
  flags: '--task-timeout <seconds>',
  about: 'a task that takes longer fails; no limit by default',
  kind: 'seconds',
};

const reports: readonly Flag[] = [
  {flags: '--json', about: 'events as JSON, one a line, in place of the text'},
  {
    flags: '--report <kind=file>',
    about: 'also write a report: `jsonl=FILE` or `junit=FILE`; several times',
    kind: 'list',
  },
  {flags: '--profile', about: 'after the run: the slowest tasks, and round trips for each host'},
];

export const runFlags: readonly FlagGroup[] = [
  {
    title: 'Inventory',
    flags: [inventory, limit, {flags: '--list-hosts', about: 'list the hosts of each play, and stop'}],
  },
  variables,
  {
    title: 'What runs',
    flags: [
      {flags: '-t, --tags <tags>', about: 'only tasks with these tags', kind: 'words'},
      {flags: '--skip-tags <tags>', about: 'no tasks with these tags', kind: 'words'},
      {flags: '--start-at-task <name>', about: 'pass over all tasks before this one'},
      {flags: '--step', about: 'ask before each task'},
      {flags: '--force-handlers', about: 'run handlers on hosts that failed, too'},
      {flags: '--list-tasks', about: 'list the tasks, and stop'},
      {flags: '--list-tags', about: 'list the tags, and stop'},
      {flags: '--syntax-check', about: 'read everything, run nothing'},
    ],
  },
  {
    title: 'How it runs',
    flags: [
      check,
      diff,
      {flags: '--plan', about: '--check and --diff, and at the end what would change on which hosts'},
      forks,
      taskTimeout,
      {flags: '--yes', about: 'ask nothing: pauses go on, prompted variables take their defaults'},
      {
        flags: '--detailed-exitcode',
        about: 'exit with 0 if nothing changed, 2 if something did (or would), 1 if a host failed',
      },
    ],
  },
  connection,
  become,
  vault,
  {title: 'Output', flags: [verbose, ...reports, noColor]},
];

export const hostFlags: readonly FlagGroup[] = [
  {
    title: 'The task',
    flags: [
      {flags: '-m, --module-name <module>', about: 'the module to run; command by default'},
      {flags: '-a, --args <args>', about: 'its arguments: `key=value ...`, JSON, or the free text it takes'},
      {flags: '-o, --one-line', about: 'a line for each host'},
    ],
  },
  {
    title: 'Inventory',
    flags: [inventory, limit, {flags: '--list-hosts', about: 'list the hosts that match, and stop'}],
  },
  variables,
  {title: 'How it runs', flags: [check, diff, forks, taskTimeout]},
  connection,
  become,
  vault,
  {title: 'Output', flags: [verbose, {flags: '--json', about: 'events as JSON, one a line'}, noColor]},
];

export const inventoryFlags: readonly FlagGroup[] = [
  {
    title: 'What to show',
    flags: [
      {flags: '--list', about: 'all hosts, groups and variables as JSON'},
      {flags: '--graph', about: 'groups and hosts as a tree'},
      {flags: '--host <name>', about: "one host's variables as JSON"},
      {flags: '--vars', about: 'with --graph: variables too'},
      {
        flags: '--playbook-dir <folder>',
        about: 'count group_vars/ and host_vars/ of this folder too; the current one by default',
      },
    ],
  },
  hosts,
  variables,
  vault,
];

export const varsFlags: readonly FlagGroup[] = [
  {
    title: 'What to show',
    flags: [
      {flags: '--explain <name>', about: 'where a variable comes from: the place that wins, and those it beats'},
      {flags: '--playbook-dir <folder>', about: 'a playbook to count in; the current folder by default'},
    ],
  },
  {title: 'Inventory', flags: [inventory]},
  variables,
  vault,
];

export const docFlags: readonly FlagGroup[] = [
  {
    title: 'What to show',
    flags: [
      {flags: '-l, --list', about: 'all modules, with a line on each'},
      {flags: '-j, --json', about: 'as JSON'},
      {flags: '-s, --snippet', about: 'a task to paste into a playbook'},
      {
        flags: '--schema',
        about: 'a JSON Schema of playbooks with all modules, those of your own too: for completion in editors',
      },
      {flags: '--playbook-dir <folder>', about: 'modules beside a playbook in this folder count too'},
    ],
  },
];

export const doctorFlags: readonly FlagGroup[] = [
  hosts,
  variables,
  {title: 'How it runs', flags: [forks]},
  connection,
  become,
  vault,
  {title: 'Output', flags: [verbose, {flags: '-j, --json', about: 'as JSON'}, noColor]},
];

export const clusterFlags: readonly FlagGroup[] = [
  {
    title: 'token',
    flags: [
      {flags: '--save <file>', about: 'write the token there, sealed, as variable k3s_token, mode 0600; for -e @FILE'},
      {flags: '--encrypt-vault-id <label>', about: 'which of several vault passwords to seal with'},
    ],
  },
  {
    title: 'kubeconfig',
    flags: [
      {flags: '--file <file>', about: 'merge into this file; the first of KUBECONFIG, or ~/.kube/config, by default'},
      {flags: '--context <name>', about: 'name of the context; k3s_context or `k3s` by default'},
      {
        flags: '--server <url>',
        about: "the API's URL; by default k3s_api_endpoint, else the address of a living server",
      },
      {flags: '--use', about: 'make it the current context'},
      check,
      diff,
    ],
  },
  {
    title: 'token and kubeconfig',
    flags: [{flags: '--force', about: 'replace a token, or entries of that name, of another cluster'}],
  },
  {title: 'Inventory', flags: [inventory]},
  variables,
  {
    title: 'How it runs',
    flags: [
      forks,
      {
        flags: '--playbook-dir <folder>',
        about: 'count group_vars/ and host_vars/ of this folder too; the current one by default',
      },
    ],
  },
  connection,
  become,
  vault,
  {
    title: 'Output',
    flags: [verbose, {flags: '-j, --json', about: 'status: as JSON (cluster.md describes it)'}, noColor],
  },
];

export const vaultFlags: readonly FlagGroup[] = [
  vault,
  {
    title: 'What to do',
    flags: [
      {flags: '--encrypt-vault-id <label>', about: 'which of several passwords to seal with'},
      {flags: '--new-vault-id <label@source>', about: 'rekey: the new password, with its label'},
      {flags: '--new-vault-password-file <file>', about: 'rekey: a file or script that gives the new password'},
      {flags: '--output <file>', about: 'write there and leave the file as it is; `-` is standard output'},
      {flags: '-n, --name <name>', about: "encrypt_string: the variable's name; once for each string", kind: 'list'},
      {flags: '--stdin-name <name>', about: 'encrypt_string: read the string from standard input, under this name'},
      {flags: '-p, --prompt', about: 'encrypt_string: ask for the string'},
    ],
  },
];
