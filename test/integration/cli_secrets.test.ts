import {existsSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import ava, {type ExecutionContext} from 'ava';
import {folderWith, program, quorate, quorateWords} from '../support/cli.js';

/** One at a time: each starts a program of its own. */
const test = ava.serial;

const password = 'correct horse battery';
const secret = 'swordfish-4711';

/** Runs on a terminal of its own, typing what is given; all that the terminal showed. */
async function onTerminal(cwd: string, args: readonly string[], typed: string): Promise<string> {
  const words = [...quorateWords, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const shell = `sleep 1; exec ${words}`;
  const {stdout} = await program(['script', '-qefc', shell, '/dev/null'], {cwd, input: typed, env: {TERM: 'dumb'}});
  return stdout.replaceAll('\r', '');
}

async function seal(t: ExecutionContext, cwd: string, args: readonly string[], input?: string): Promise<string> {
  const {code, stdout, stderr} = await quorate(['vault', ...args, '--vault-password-file', 'pw'], {
    cwd,
    ...(input === undefined ? {} : {input}),
  });
  t.is(code, 0, stderr);
  return stdout;
}

test('a password that is typed is not shown', async (t) => {
  const cwd = folderWith(t, {
    'play.yml': '- hosts: localhost\n  gather_facts: false\n  tasks:\n    - debug: {msg: went}\n',
  });
  const output = await onTerminal(cwd, ['run', 'play.yml', '-k', '-K'], `${secret}\n${secret}\n`);
  t.regex(output, /SSH password: \n/);
  t.regex(output, /BECOME password\[defaults to SSH password\]: \n/);
  t.regex(output, /msg: went/);
  t.false(output.slice(output.indexOf('SSH password')).includes(secret));
});

test('a value from a vault is masked wherever it shows up, but in the file it is for', async (t) => {
  const cwd = folderWith(t, {pw: `${password}\n`});
  const sealed = await seal(t, cwd, ['encrypt_string', '--stdin-name', 'token'], secret);
  t.regex(sealed, /^token: !vault \|\n {10}\$ANSIBLE_VAULT;1\.1;AES256\n/);
  writeFileSync(
    path.join(cwd, 'play.yml'),
    `- hosts: localhost
  gather_facts: false
  vars:
${sealed.replace(/^/gm, '    ').trimEnd()}
  tasks:
    - debug: {msg: "it is {{ token }}"}
    - copy: {dest: "{{ playbook_dir }}/out", content: "{{ token }}\\n"}
    - command: cat {{ playbook_dir }}/out
    - command: "sh -c 'echo {{ token }} >&2; exit 1'"
`,
  );
  const args = ['run', 'play.yml', '--diff', '-vvv', '--vault-password-file', 'pw', '--report', 'jsonl=log'];
  const {code, stdout, stderr} = await quorate(args, {cwd});
  t.is(code, 2, stdout + stderr);
  t.is(readFileSync(path.join(cwd, 'out'), 'utf8'), `${secret}\n`);
  t.regex(stdout, /msg: it is \*\*\*/);
  for (const text of [stdout, stderr, readFileSync(path.join(cwd, 'log'), 'utf8')]) t.false(text.includes(secret));
});

test('files are sealed and opened again, with the mode they had', async (t) => {
  const cwd = folderWith(t, {pw: `${password}\n`, new: 'another one\n', 'vars.yml': 'a: 1\n'});
  const file = path.join(cwd, 'vars.yml');
  await seal(t, cwd, ['encrypt', 'vars.yml']);
  t.true(readFileSync(file, 'utf8').startsWith('$ANSIBLE_VAULT;1.1;AES256\n'));
  t.is(statSync(file).mode & 0o777, 0o600);
  t.is(await seal(t, cwd, ['view', 'vars.yml']), 'a: 1\n');
  await seal(t, cwd, ['rekey', 'vars.yml', '--new-vault-id', 'prod@new']);
  t.true(readFileSync(file, 'utf8').startsWith('$ANSIBLE_VAULT;1.2;AES256;prod\n'));
  const wrong = await quorate(['vault', 'view', 'vars.yml', '--vault-password-file', 'pw'], {cwd});
  t.is(wrong.code, 1);
  t.regex(wrong.stderr, /no vault password opens this value \(vault id 'prod'\)/);
  const decrypted = await quorate(['vault', 'decrypt', 'vars.yml', '--vault-password-file', 'new'], {cwd});
  t.is(decrypted.code, 0, decrypted.stderr);
  t.is(readFileSync(file, 'utf8'), 'a: 1\n');
});

test('what fails in one of several files leaves all as they were', async (t) => {
  const cwd = folderWith(t, {pw: `${password}\n`, one: 'plain\n', two: 'plain\n'});
  await seal(t, cwd, ['encrypt', 'two']);
  const {code, stderr} = await quorate(['vault', 'encrypt', 'one', 'two', '--vault-password-file', 'pw'], {cwd});
  t.is(code, 1);
  t.regex(stderr, /two is encrypted already/);
  t.is(readFileSync(path.join(cwd, 'one'), 'utf8'), 'plain\n');
});

test('edit opens the plain text in the editor and leaves no copy of it', async (t) => {
  const editor = '#!/bin/sh\nprintf %s "$1" > seen\ncat "$1" > was\nprintf "b: 2\\n" >> "$1"\n';
  const cwd = folderWith(t, {pw: `${password}\n`, 'vars.yml': 'a: 1\n', editor});
  await seal(t, cwd, ['encrypt', 'vars.yml']);
  const env = {EDITOR: path.join(cwd, 'editor')};
  const {code, stderr} = await quorate(['vault', 'edit', 'vars.yml', '--vault-password-file', 'pw'], {cwd, env});
  t.is(code, 0, stderr);
  t.is(readFileSync(path.join(cwd, 'was'), 'utf8'), 'a: 1\n');
  t.false(existsSync(readFileSync(path.join(cwd, 'seen'), 'utf8')));
  t.is(await seal(t, cwd, ['view', 'vars.yml']), 'a: 1\nb: 2\n');
});

test('the token of a cluster is sealed with a password that is typed twice on the terminal, and opens with it', async (t) => {
  const cwd = folderWith(t, {pw: `${password}\n`, 'k3s/server/db/state.db': '', 'k3s/server/token': `${secret}\n`});
  const server = {ansible_connection: 'local', ansible_become: false, k3s_data_dir: path.join(cwd, 'k3s')};
  writeFileSync(path.join(cwd, 'inventory.yml'), JSON.stringify({server: {hosts: {one: server}}}));
  const save = ['cluster', 'token', '--save', 'token.yml', '-i', 'inventory.yml'];
  const differing = await onTerminal(cwd, save, `${password}\nanother\n`);
  t.regex(differing, /ERROR! the two passwords differ/);
  t.false(existsSync(path.join(cwd, 'token.yml')));
  const shown = await onTerminal(cwd, save, `${password}\n${password}\n`);
  t.regex(
    shown,
    /New vault password: \nOnce more: \nThe token of the cluster \(read on one\) is in token\.yml, sealed\./,
  );
  t.regex(shown, /-e @token\.yml -J\n/);
  t.false(shown.includes(secret));
  const again = await quorate([...save, '--vault-password-file', 'pw'], {cwd});
  t.regex(again.stdout, /token\.yml holds the token of this cluster already; it stays as it is/, again.stderr);
  const closed = await quorate(save, {cwd});
  t.regex(closed.stderr, /token\.yml is there and sealed, and without its vault password nobody can tell/);
  t.regex(
    closed.stderr,
    /hint: give the password it was sealed with \(--vault-password-file FILE, or -J to be asked for it\)/,
  );
});
