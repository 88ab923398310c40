import {execFile} from 'node:child_process';
import {existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import anyTest, {type ExecutionContext, type TestFn} from 'ava';

/** The package as a user gets it: what was built, packed, installed into an empty folder outside the clone, used there. */

const root = fileURLToPath(new URL('../../', import.meta.url));

interface Context {
  readonly scratch: string;
  readonly folder: string;
}

const test = anyTest as TestFn<Context>;

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program without what npm puts into the environment of its scripts. */
function run(cwd: string, file: string, args: readonly string[]): Promise<Outcome> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:npm_|ANSIBLE_|CI$)/i.test(name)));
  return new Promise((resolve) => {
    execFile(file, [...args], {cwd, env, encoding: 'utf8', maxBuffer: 64 << 20}, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({code, stdout, stderr});
    });
  });
}

async function succeed(
  t: ExecutionContext<Context>,
  cwd: string,
  file: string,
  args: readonly string[],
): Promise<string> {
  const {code, stdout, stderr} = await run(cwd, file, args);
  t.is(code, 0, `${file} ${args.join(' ')}\n${stdout}${stderr}`);
  return stdout;
}

const helper =
  'export const shout = (word: string, times: number): string => `${word.toUpperCase().repeat(times)}\\n`;\n';

const stampModule = `import {defineModule, p, sh} from 'quorate';
import {shout} from './words/shout.js';

export default defineModule({
  kind: 'state',
  name: 'stamp',
  summary: 'Writes a word into a file.',
  params: p.object({path: p.path('Where.'), word: p.string('What.'), times: p.int('How often.').default(1)}),
  examples: [{name: 'A stamp', params: {path: '/tmp/x', word: 'hi'}}],
  reach: 'host',
  probeIs: 'stable',
  reads: ({path}) => [{kind: 'path', path}],
  probe: ({path}) => sh\`cat -- \${path} 2>/dev/null\`,
  parse: (output) => ({text: output.stdout}),
  plan: ({path, word, times}, seen) => {
    const wanted = shout(word, times);
    if (seen.text === wanted) return {plan: 'same'};
    return {
      plan: 'change',
      diff: [{kind: 'text', path, before: seen.text, after: wanted}],
      steps: [{step: 'script', title: \`write \${path}\`, script: sh\`printf %s \${wanted} > \${path}\`}],
      touches: [{kind: 'path', path}],
    };
  },
});
`;

const playbook = `- hosts: localhost
  gather_facts: false
  tasks:
    - name: Stamp it
      stamp: {path: "{{ playbook_dir }}/out.txt", word: "it's ", times: 2}
`;

const library = `import {runPlaybook} from 'quorate';
const {exitCode, stats} = await runPlaybook({playbooks: ['play.yml'], check: true});
console.log(exitCode, stats.get('localhost').changed);
`;

const tsconfig = {
  compilerOptions: {strict: true, noEmit: true, target: 'es2022', types: ['node'], skipLibCheck: false},
  include: ['modules'],
};

test.before(async (t) => {
  t.timeout(300_000);
  const scratch = mkdtempSync(path.join(tmpdir(), 'quorate-package-'));
  const folder = path.join(scratch, 'use');
  t.context = {scratch, folder};
  mkdirSync(path.join(folder, 'modules', 'words'), {recursive: true});
  await succeed(t, root, 'npm', ['pack', '--ignore-scripts', '--pack-destination', scratch]);
  const [tarball = ''] = readdirSync(scratch).filter((name) => name.endsWith('.tgz'));
  const development = (
    JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
      devDependencies: Record<string, string>;
    }
  ).devDependencies;
  writeFileSync(path.join(folder, 'package.json'), '{"private": true, "type": "module"}\n');
  const packages = ['typescript', '@types/node'].map((name) => `${name}@${development[name]}`);
  await succeed(t, folder, 'npm', [
    ...['install', '--prefer-offline', '--no-audit', '--no-fund'],
    ...[path.join(scratch, tarball), ...packages],
  ]);
  writeFileSync(path.join(folder, 'modules', 'stamp.ts'), stampModule);
  writeFileSync(path.join(folder, 'modules', 'words', 'shout.ts'), helper);
  writeFileSync(path.join(folder, 'play.yml'), playbook);
  writeFileSync(path.join(folder, 'library.mjs'), library);
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(tsconfig));
});

test.after.always((t) => {
  rmSync(t.context.scratch, {recursive: true, force: true});
});

const quorate = (folder: string): string => path.join(folder, 'node_modules', '.bin', 'quorate');

test.serial("a user's module in TypeScript checks, diffs, runs, and changes nothing again", async (t) => {
  t.timeout(120_000);
  const {folder} = t.context;
  const file = path.join(folder, 'out.txt');
  const check = await succeed(t, folder, quorate(folder), ['run', 'play.yml', '--check', '--diff']);
  t.regex(check, /^\+IT'S IT'S $/m);
  t.regex(check, /^changed: \[localhost\]$/m);
  t.false(existsSync(file));
  t.regex(await succeed(t, folder, quorate(folder), ['run', 'play.yml']), / changed=1 /);
  t.is(readFileSync(file, 'utf8'), "IT'S IT'S \n");
  t.regex(await succeed(t, folder, quorate(folder), ['run', 'play.yml']), / changed=0 /);
  t.regex(await succeed(t, folder, quorate(folder), ['doc', 'stamp']), /times {2}\(int, default 1\)/);
  rmSync(file);
});

test.serial('the library runs a playbook with the same modules', async (t) => {
  t.timeout(120_000);
  t.is(await succeed(t, t.context.folder, process.execPath, ['library.mjs']), '0 1\n');
});

test.serial('a wrong parameter type fails tsc, with either kind of module resolution', async (t) => {
  t.timeout(240_000);
  const {folder} = t.context;
  const tsc = path.join(folder, 'node_modules', '.bin', 'tsc');
  const wrong = path.join(folder, 'modules', 'wrong.ts');
  const ways = [
    ['--module', 'nodenext', '--moduleResolution', 'nodenext'],
    ['--module', 'esnext', '--moduleResolution', 'bundler'],
  ];
  writeFileSync(wrong, stampModule.replace("times: p.int('How often.').default(1)", "times: p.string('How often.')"));
  try {
    for (const way of ways) {
      const {code, stdout} = await run(folder, tsc, ['-p', '.', ...way]);
      t.not(code, 0);
      // And nothing else: the right one beside it, and the package's own types, are without fault.
      const errors = stdout.split('\n').filter((line) => /: error TS\d+:/.test(line));
      t.is(errors.length, 1, stdout);
      t.regex(
        errors[0] ?? '',
        /^modules\/wrong\.ts\(\d+,\d+\): error TS2345: .*'string' is not assignable to .*'number'/,
      );
    }
  } finally {
    rmSync(wrong);
  }
});

test.serial('playbooks that come with the package are found by their name', async (t) => {
  t.timeout(120_000);
  const {folder} = t.context;
  t.regex(await succeed(t, folder, quorate(folder), ['--version']), /^\d+\.\d+\.\d+\n$/);
  const tasks = await succeed(t, folder, quorate(folder), [
    'run',
    'playbooks/site.yml',
    '--list-tasks',
    '-i',
    'localhost,',
  ]);
  t.regex(tasks, /play #1 \(k3s_cluster\)/);
  const {code, stderr} = await run(folder, quorate(folder), ['run', 'playbooks/sit.yml']);
  t.is(code, 5);
  t.regex(stderr, /the playbook playbooks\/sit\.yml does not exist\n {2}hint: did you mean 'site\.yml'\?/);
});

test.serial('no test and no source of the product is in the package', (t) => {
  const folder = path.join(t.context.folder, 'node_modules', 'quorate');
  const files = readdirSync(folder, {recursive: true, encoding: 'utf8'});
  t.deepEqual(
    files.filter(
      (name) => /(?:^|\/)(?:src|test|bench|scripts)\/|\.test\./.test(name) && !name.startsWith('dist/types/'),
    ),
    [],
  );
  t.true(files.includes('playbooks/site.yml'));
});
