import {execFile} from 'node:child_process';
import {chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {dirname, join, resolve} from 'node:path';
import test from 'ava';
import {type Lab, up} from '../../src/lab/index.js';
import {labName} from '../support/lab_names.js';
import {k3sUnderTest} from './support/k3s.js';

/** A fenced block of the README: a file, named in its first line, or commands. */
type Block =
  | {readonly kind: 'file'; readonly name: string; readonly text: string}
  | {readonly kind: 'commands'; readonly lines: readonly string[]};

function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = '', text = '']): Block => {
    if (language === 'sh') return {kind: 'commands', lines: text.split('\n').filter((line) => line !== '')};
    const name = /^(?:#|\/\/) (\S+)\n/.exec(text)?.[1];
    if (name === undefined) throw new Error(`a block of the README names no file:\n${text}`);
    return {kind: 'file', name, text};
  });
}

const repository = resolve(import.meta.dirname, '../..');

/** The README's addresses are examples (RFC 5737); the lab's take their place, and its way in. */
function onLab(text: string, lab: Lab): string {
  const names = /^ +(\w+): \{ansible_host: (\S+)\}$/gm;
  let placed = text;
  for (const [, name = '', address = ''] of text.matchAll(names))
    placed = placed.replaceAll(address, lab.host(name).address);
  return placed;
}

/** The README's settings are for hosts of one's own; on a lab real K3s needs another snapshotter. */
const onRealK3s = process.env.K3S_BINARY !== undefined;

let lab: Lab;
let folder: string;

test.before(async () => {
  if (onRealK3s) return;
  lab = await up({name: labName('readme'), servers: 3, agents: 1});
  folder = await mkdtemp(join(tmpdir(), 'quorate-readme-'));
});

test.after.always(async () => {
  await lab?.down();
  if (folder) await rm(folder, {recursive: true, force: true});
});

test.serial('the README’s blocks, in order, on fresh hosts', async (t) => {
  if (onRealK3s) {
    t.log('not applicable: its settings are not those that real K3s needs on a lab');
    return t.pass();
  }
  const blocks = blocksOf(await readFile(join(repository, 'README.md'), 'utf8'));
  t.true(blocks.filter(({kind}) => kind === 'commands').length >= 3);
  const k3s = k3sUnderTest();
  // How a lab is reached, and which K3s is installed where none can be downloaded: not what a reader has to write.
  const labInventory = await readFile(lab.inventoryPath, 'utf8');
  const access = Object.fromEntries(
    [...labInventory.matchAll(/^ {4}(ansible_\w+): (.+)$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
  await mkdir(join(folder, 'group_vars'));
  await writeFile(join(folder, 'group_vars/all.json'), JSON.stringify({...access, k3s_binary: k3s.binary}));
  const bin = join(folder, 'bin');
  await mkdir(bin);
  await writeFile(
    join(bin, 'quorate'),
    `#!/bin/sh\nexec "${process.execPath}" "${join(repository, 'dist/quorate.js')}" "$@"\n`,
  );
  await chmod(join(bin, 'quorate'), 0o755);
  await symlink(join(repository, 'playbooks'), join(folder, 'playbooks'));
  for (const block of blocks) {
    if (block.kind === 'file') {
      await mkdir(dirname(join(folder, block.name)), {recursive: true});
      await writeFile(join(folder, block.name), onLab(block.text, lab));
      continue;
    }
    for (const line of block.lines) {
      const {code, output} = await run(line);
      t.log(`$ ${line}\n${output.split('\n').slice(-8).join('\n')}`);
      t.is(code, 0, `${line}\n${output}`);
    }
  }
  const motd = await lab.host('agent1').exec(['cat', '/etc/motd']);
  t.is(motd.stdout, 'agent1 is one of 4 hosts.\n');
  const zone = await lab.host('server1').exec(['cat', '/etc/timezone']);
  t.is(zone.stdout, 'Etc/UTC\n');
});

const run = (line: string): Promise<{code: number; output: string}> =>
  new Promise((done) => {
    execFile(
      'sh',
      ['-c', line],
      {
        cwd: folder,
        env: {...process.env, PATH: `${join(folder, 'bin')}:${process.env.PATH}`, NO_COLOR: '1', CI: '1'},
        maxBuffer: 1 << 26,
      },
      (error, stdout, stderr) =>
        done({code: error === null ? 0 : Number(error.code ?? 1), output: `${stdout}${stderr}`}),
    );
  });
