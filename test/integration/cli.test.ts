import {readFileSync, statSync} from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import ava from 'ava';
import {cliPage} from '../../src/cli/docs_page.js';
import {parseYamlValue} from '../../src/yaml/index.js';
import {folderWith, program, quorate, quorateWords} from '../support/cli.js';

/** One at a time: each starts a program of its own. */
const test = ava.serial;

/** Runs on this machine's own connection only: tasks that touch nothing. */

const stars = (head: string): string => `${head} ${'*'.repeat(80 - head.length - 1)}`;

const playbook = `- name: Numbers
  hosts: all
  gather_facts: false
  tags: [numbers]
  tasks:
    - name: Say the number
      debug:
        msg: "{{ inventory_hostname }} has {{ number }}"
      tags: [say]
    - name: Even numbers only
      assert:
        that: number % 2 == 0
        fail_msg: "{{ number }} is odd"
`;
const inventory = `all:
  vars: {ansible_connection: local}
  children:
    web:
      hosts:
        two: {number: 2}
        three: {number: 3}
      vars: {color: blue}
`;
const files = {'play.yml': playbook, 'inventory.yml': inventory};

test('a run reads as from ansible-playbook, and ends with its exit code', async (t) => {
  const cwd = folderWith(t, files);
  const {code, stdout, stderr} = await quorate(['run', 'play.yml', '-i', 'inventory.yml', '-f', '1'], {cwd});
  t.is(stderr, '');
  t.is(
    stdout.replace(/Took .*/, 'Took a moment'),
    `
${stars('PLAY [Numbers]')}

${stars('TASK [Say the number]')}
ok: [two] =>
    msg: two has 2
ok: [three] =>
    msg: three has 3

${stars('TASK [Even numbers only]')}
ok: [two]
fatal: [three]: FAILED! => 3 is odd
    at play.yml:10:7
    | - name: Even numbers only
    |   ^
    hint: this does not hold: number % 2 == 0

${stars('PLAY RECAP')}
three                      : ok=1    changed=0    unreachable=0    failed=1    skipped=0    rescued=0    ignored=0   
two                        : ok=2    changed=0    unreachable=0    failed=0    skipped=0    rescued=0    ignored=0   

Took a moment
next: quorate run play.yml -i inventory.yml --limit three
`,
  );
  t.is(code, 2);
});

interface ExitCase {
  readonly why: string;
  readonly args: readonly string[];
  readonly code: number;
  readonly says: RegExp;
  readonly files?: Readonly<Record<string, string>>;
}

const exits: readonly ExitCase[] = [
  {why: 'all is well', args: ['run', 'play.yml', '-i', 'inventory.yml', '-l', 'two'], code: 0, says: /failed=0/},
  {
    why: 'a host that cannot be reached',
    args: ['run', 'play.yml', '-i', '127.0.0.9:1,', '-e', 'number=2', '-T', '5'],
    files: {'play.yml': '- hosts: all\n  gather_facts: false\n  tasks:\n    - ping:\n'},
    code: 4,
    says: /fatal: \[127\.0\.0\.9\]: UNREACHABLE! => .*127\.0\.0\.9/,
  },
  {
    why: 'a playbook that is no YAML',
    args: ['run', 'play.yml'],
    files: {'play.yml': '- hosts: [all\n'},
    code: 4,
    says: /ERROR! .*\n {2}at play\.yml:\d+:\d+/,
  },
  {
    why: 'a module that does not exist',
    args: ['run', 'play.yml'],
    files: {'play.yml': '- hosts: all\n  tasks:\n    - debgu: {msg: hi}\n'},
    code: 4,
    says: /'debgu'.*\n {2}at play\.yml:3:7\n {2}\| {5}- debgu: \{msg: hi\}\n {2}\| {7}\^\n {2}hint: did you mean 'debug'\?/,
  },
  {
    why: 'an inventory that does not exist',
    args: ['run', 'play.yml', '-i', 'nowhere.yml'],
    code: 1,
    says: /ERROR! the inventory .*nowhere\.yml does not exist\n {2}hint: /,
  },
  {why: 'a playbook that does not exist', args: ['run', 'plya.yml'], code: 5, says: /did you mean 'play\.yml'\?/},
  {
    why: 'a misspelt flag',
    args: ['run', '--chek', 'play.yml'],
    code: 5,
    says: /unknown option '--chek'\n\(Did you mean --check\?\)/,
  },
  {
    why: 'a misspelt command',
    args: ['rnu', 'play.yml'],
    code: 5,
    says: /unknown command 'rnu'\n\(Did you mean run\?\)/,
  },
  {
    why: 'a playbook in place of a command',
    args: ['play.yml'],
    code: 5,
    says: /to run a playbook: quorate run play\.yml/,
  },
  {
    why: 'a number that is none',
    args: ['run', 'play.yml', '-f', 'many'],
    code: 5,
    says: /It takes a whole number above 0/,
  },
  {
    why: 'a limit that matches nothing',
    args: ['run', 'play.yml', '-i', 'inventory.yml', '-l', 'tow'],
    code: 1,
    says: /did you mean 'two'\?/,
  },
  {
    why: 'a report of no known kind',
    args: ['run', 'play.yml', '--report', 'xml=x'],
    code: 5,
    says: /jsonl=FILE or junit=FILE/,
  },
  {
    why: 'a password to ask for without a terminal',
    args: ['run', 'play.yml', '-K'],
    code: 5,
    says: /no terminal.*\n {2}hint: give --become-password-file FILE/,
  },
  {
    why: 'a variable without a value',
    args: ['run', 'play.yml', '-e', 'inventory.yml'],
    code: 5,
    says: /to read the file, write -e @inventory\.yml/,
  },
];

for (const {why, args, code, says, files: more} of exits)
  test(`exit code ${code}: ${why}`, async (t) => {
    const finished = await quorate(args, {cwd: folderWith(t, {...files, ...more})});
    t.regex(finished.stdout + finished.stderr, says);
    t.is(finished.code, code);
  });

test('lists, in the form of ansible-playbook, connect to nothing', async (t) => {
  const cwd = folderWith(t, files);
  const flags = ['--list-hosts', '--list-tasks', '--list-tags'];
  const {stdout, code} = await quorate(['run', 'play.yml', '-i', 'inventory.yml', ...flags], {cwd});
  t.is(
    stdout,
    `
playbook: play.yml

  play #1 (all): Numbers\tTAGS: [numbers]
    pattern: ['all']
    hosts (2):
      two
      three
    tasks:
      Say the number\tTAGS: [numbers, say]
      Even numbers only\tTAGS: [numbers]
      TASK TAGS: [numbers, say]
`,
  );
  t.is(code, 0);
});

test('tags, limit, extra variables and --start-at-task choose what runs', async (t) => {
  const cwd = folderWith(t, files);
  const run = async (...args: string[]) =>
    (await quorate(['run', 'play.yml', '-i', 'inventory.yml', ...args], {cwd})).stdout;
  const tagged = await run('-t', 'say,other', '-l', 'two', '-e', 'number=7');
  t.regex(tagged, /msg: two has 7/);
  t.notRegex(tagged, /Even numbers/);
  const started = await run('--start-at-task', 'Even*', '-e', '{"number": 4}');
  t.notRegex(started, /Say the number/);
  t.regex(started, /three +: ok=1 /);
});

test('--json gives one event a line, --report writes files that only their owner may read', async (t) => {
  const cwd = folderWith(t, files);
  const reports = ['--report', 'jsonl=run.jsonl', '--report', 'junit=run.xml'];
  const {stdout, code} = await quorate(['run', 'play.yml', '-i', 'inventory.yml', '--json', ...reports], {cwd});
  t.is(code, 2);
  const kinds = stdout
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as {kind: string}).kind);
  t.is(kinds[0], 'run-start');
  t.is(kinds.at(-1), 'run-end');
  t.is(kinds.filter((kind) => kind === 'host-result').length, 4);
  t.is(readFileSync(path.join(cwd, 'run.jsonl'), 'utf8'), stdout);
  t.is(statSync(path.join(cwd, 'run.jsonl')).mode & 0o777, 0o600);
  t.regex(readFileSync(path.join(cwd, 'run.xml'), 'utf8'), /<testsuites tests="4" failures="1" errors="0"/);
});

test('--plan says what would change, --detailed-exitcode what did', async (t) => {
  const cwd = folderWith(t, {
    'play.yml':
      '- hosts: localhost\n  gather_facts: false\n  tasks:\n    - name: Write it\n      copy: {dest: "{{ playbook_dir }}/out", content: "new\\n"}\n',
  });
  const planned = await quorate(['run', 'play.yml', '--plan', '--detailed-exitcode'], {cwd});
  t.regex(planned.stdout, /^\+new$/m);
  t.regex(planned.stdout, /Write it +change localhost\nPlan: 1 change on 1 host\.\n/);
  t.is(planned.code, 2);
  t.is((await quorate(['run', 'play.yml', '--detailed-exitcode'], {cwd})).code, 2);
  t.is(readFileSync(path.join(cwd, 'out'), 'utf8'), 'new\n');
  const again = await quorate(['run', 'play.yml', '--plan', '--detailed-exitcode'], {cwd});
  t.regex(again.stdout, /No changes\./);
  t.is(again.code, 0);
});

test('-v shows which ansible.cfg counts and what it sets', async (t) => {
  const cwd = folderWith(t, {
    ...files,
    'ansible.cfg':
      '[defaults]\ninventory = ./inventory.yml\nforks = 3 ; few\nnot_ours = 1\n[ssh_connection]\nssh_args = -C\n',
  });
  const {stdout} = await quorate(['run', 'play.yml', '-v'], {cwd});
  t.true(stdout.startsWith(`Using ${cwd}/ansible.cfg as config file\n`), stdout);
  t.regex(stdout, /^ {2}forks = 3 {2}\(\S+ansible\.cfg:3:1\)$/m);
  t.regex(stdout, /^ {2}sshArgs = -C /m);
  t.notRegex(stdout, /not_ours/);
  t.regex(stdout, /two has 2/);
});

test('colours: never in a pipe, unless they are forced', async (t) => {
  const cwd = folderWith(t, files);
  const run = async (env: Record<string, string>, ...args: string[]) =>
    (await quorate(['run', 'play.yml', '-i', 'inventory.yml', ...args], {cwd, env})).stdout;
  t.notRegex(await run({}), /\x1b/);
  t.regex(await run({FORCE_COLOR: '1'}), /\x1b\[31mfatal: \[three\]/);
  t.notRegex(await run({FORCE_COLOR: '1'}, '--no-color'), /\x1b/);
});

test('single tasks print as from ansible', async (t) => {
  const cwd = folderWith(t, files);
  const host = async (...args: string[]) => quorate(['host', ...args, '-i', 'inventory.yml'], {cwd});
  const echo = await host('web:!three', '-a', 'echo "{{ number }} $HOME;"');
  t.is(echo.stdout, `two | CHANGED | rc=0 >>\n2 ${cwd};\n`);
  const failed = await host('two', '-m', 'shell', '-a', 'echo out; echo err >&2; exit 3');
  t.is(failed.stdout, 'two | FAILED | rc=3 >>\nout\nerr\n');
  t.is(failed.code, 2);
  t.is(
    (await host('two', '-m', 'debug', '-a', 'var=color')).stdout,
    'two | SUCCESS =>\n    color: blue\n    changed: false\n    failed: false\n',
  );
  const none = await host('five');
  t.is(none.code, 1);
  t.regex(none.stderr, /no host of the inventory matches 'five'/);
});

test('the inventory as JSON, as a tree, and one host of it', async (t) => {
  const cwd = folderWith(t, files);
  const show = async (...args: string[]) =>
    (await quorate(['inventory', '-i', 'inventory.yml', ...args], {cwd})).stdout;
  t.deepEqual(JSON.parse(await show('--list')), {
    _meta: {
      hostvars: {
        two: {ansible_connection: 'local', color: 'blue', number: 2},
        three: {ansible_connection: 'local', color: 'blue', number: 3},
      },
    },
    all: {children: ['ungrouped', 'web']},
    web: {hosts: ['two', 'three']},
  });
  t.is(await show('--graph'), '@all:\n  |--@ungrouped:\n  |--@web:\n  |  |--two\n  |  |--three\n');
  t.deepEqual(JSON.parse(await show('--host', 'two')), {ansible_connection: 'local', color: 'blue', number: 2});
});

test('vars explains which place wins', async (t) => {
  const cwd = folderWith(t, {
    ...files,
    'group_vars/web.yml': 'color: "{{ shade }} green"\nshade: dark\n',
    'host_vars/two.yml': 'number: 22\n',
  });
  const show = async (...args: string[]) =>
    (await quorate(['vars', 'two', '-i', 'inventory.yml', ...args], {cwd})).stdout;
  t.is(await show(), 'ansible_connection: local\ncolor: dark green\nnumber: 22\nshade: dark\n');
  const explained = await show('--explain', 'number', '-e', 'number=9');
  t.deepEqual(
    explained
      .replaceAll(`${cwd}/`, '')
      .split('\n')
      .filter((line) => /^\w/.test(line)),
    [
      'wins  -e  (-e)',
      'loses  host_vars/two.yml:1:9  (host_vars beside the playbook)',
      'loses  host_vars/two.yml:1:9  (host_vars beside the inventory)',
      'loses  inventory.yml:6:23  (the host in the inventory file)',
    ],
  );
  t.regex(await show('--explain', 'colour'), /Nobody sets colour for two; did you mean 'color'\?/);
});

test('doc lists modules, explains one, and names the nearest', async (t) => {
  const cwd = folderWith(t, {});
  t.regex((await quorate(['doc', '-l'], {cwd})).stdout, /^copy +Copies files/m);
  const page = (await quorate(['doc', 'ansible.builtin.file'], {cwd})).stdout;
  t.regex(page, /^FILE {2}/);
  t.regex(page, /^ {2}mode {2}\(mode\)$/m);
  const data = JSON.parse((await quorate(['doc', '-j', 'file'], {cwd})).stdout);
  t.is(data.file.parameters.mode.type, 'mode');
  const wrong = await quorate(['doc', 'fiel'], {cwd});
  t.is(wrong.code, 5);
  t.regex(wrong.stderr, /did you mean 'file'\?/);
});

test('doctor says what each host has, and who cannot be reached', async (t) => {
  const cwd = folderWith(t, {
    'inventory.yml': `${inventory}    away:\n      hosts:\n        gone: {ansible_connection: ssh, ansible_host: 127.0.0.9, ansible_port: 1}\n`,
  });
  const {code, stdout} = await quorate(['doctor', '-i', 'inventory.yml', '-T', '5'], {cwd});
  t.is(code, 4);
  const [head = '', ...rows] = stdout.split('\n');
  t.deepEqual(head.split(/ +/), ['host', 'connect', 'system', 'shell', 'become', 'init', 'download', 'clock']);
  t.regex(rows[0] ?? '', /^two +\d+ ms .* ok$/);
  t.regex(stdout, /^gone: cannot be reached \(tcp\): /m);
  const data = JSON.parse((await quorate(['doctor', 'two', '-i', 'inventory.yml', '-j'], {cwd})).stdout);
  t.is(data[0].host, 'two');
  t.true(Math.abs(data[0].clockOffsetS) <= 1);
});

test('the schema for editors knows modules beside the playbook, and every key of the shipped playbooks', async (t) => {
  const own = `import {defineModule, p} from 'quorate';
export default defineModule({
  kind: 'control',
  name: 'greet',
  summary: 'Greets.',
  params: p.object({who: p.string('Whom.')}),
  examples: [{name: 'A greeting', params: {who: 'you'}}],
  run: async ({who}) => ({changed: false, msg: who}),
});
`;
  const cwd = folderWith(t, {'modules/greet.ts': own});
  const {stdout, code, stderr} = await quorate(['doc', '--schema'], {cwd});
  t.is(code, 0, stderr);
  const {definitions} = JSON.parse(stdout);
  const [, task] = definitions.task.anyOf;
  t.deepEqual(task.properties.greet, {$ref: '#/definitions/modules/greet'});
  t.deepEqual(definitions.modules.greet.anyOf[0].required, ['who']);
  const site = fileURLToPath(new URL('../../playbooks/site.yml', import.meta.url));
  for (const play of parseYamlValue(readFileSync(site, 'utf8')) as Record<string, unknown>[]) {
    for (const key of Object.keys(play)) t.true(key in definitions.play.properties, key);
    for (const one of (play.tasks ?? []) as object[])
      for (const key of Object.keys(one)) t.true(key in task.properties || 'block' in one, key);
  }
});

test('long output reaches a slow reader whole, and a reader may stop reading', async (t) => {
  const cwd = folderWith(t, {});
  const words = quorateWords.map((word) => `'${word}'`).join(' ');
  const slow = await program(['sh', '-c', `${words} doc --schema | { sleep 3; cat; }`], {cwd});
  t.notThrows(() => JSON.parse(slow.stdout));
  t.true(slow.stdout.length > 100_000);
  const head = await program(['sh', '-c', `${words} doc --schema | head -n 1`], {cwd});
  t.deepEqual([head.stdout, head.stderr], ['{\n', '']);
});

test('docs/cli.md says what the flag tables say', (t) => {
  const page = readFileSync(fileURLToPath(new URL('../../docs/cli.md', import.meta.url)), 'utf8');
  t.is(page, cliPage(), 'run: npm run docs');
});
