import {execFile} from 'node:child_process';
import {cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import test from 'ava';

const root = fileURLToPath(new URL('../../', import.meta.url));

interface Outcome {
  readonly code: number;
  readonly errors: string;
}

const check = (copy: string): Promise<Outcome> =>
  new Promise((resolve) => {
    const args = [path.join(root, 'scripts/check_imports.mjs'), copy];
    execFile(process.execPath, args, {encoding: 'utf8'}, (error, _stdout, stderr) => {
      resolve({code: error === null ? 0 : 1, errors: stderr});
    });
  });

/** A copy of what the rule looks at; node_modules is shared. */
function copyOfSources(): string {
  const copy = mkdtempSync(path.join(tmpdir(), 'quorate-imports-'));
  for (const name of ['src', 'modules', '.dependency-cruiser.cjs', 'tsconfig.json', 'package.json'])
    cpSync(path.join(root, name), path.join(copy, name), {recursive: true});
  symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
  return copy;
}

/** File, what it imports, and the rule that must refuse it. */
const planted = [
  ['src/engine/planted.ts', '../cluster/index.js', 'engine-is-general'],
  ['src/template/planted.ts', '../engine/options.js', 'floor-of-template'],
  ['src/playbook/planted.ts', '../vars/index.js', 'floor-of-playbook'],
  ['src/report/planted.ts', '../inventory/index.js', 'reporters-see-events'],
  ['src/transport/planted.ts', 'ssh2', 'one-ssh'],
  ['src/vars/planted.ts', 'zx', 'zx-on-the-controller'],
  ['src/shell/planted.ts', '../errors/nearest.test.js', 'no-tests-in-the-product'],
  ['src/yaml/planted.ts', 'fast-check', 'not-for-development'],
  ['modules/copy/planted.ts', '../../src/engine/options.js', 'modules-are-data'],
  ['modules/file/planted.ts', '../copy/module.js', 'modules-on-their-own'],
  ['src/errors/planted.ts', './not_there.js', 'nothing-unresolved'],
] as const;

test('every kind of forbidden import is refused, with the rule that forbids it', async (t) => {
  t.timeout(180_000);
  const copy = copyOfSources();
  try {
    for (const [file, target] of planted)
      writeFileSync(path.join(copy, file), `import * as planted from '${target}';\nexport const seen = planted;\n`);
    writeFileSync(
      path.join(copy, 'src/cli/round_a.ts'),
      "import {b} from './round_b.js';\nexport const a = () => b;\n",
    );
    writeFileSync(
      path.join(copy, 'src/cli/round_b.ts'),
      "import {a} from './round_a.js';\nexport const b = () => a;\n",
    );
    const {code, errors} = await check(copy);
    t.is(code, 1);
    const refused = errors.split('\n').flatMap((line, index, lines) => {
      const from = /^(\S+) imports /.exec(line)?.[1];
      const rule = /^ {2}([\w-]+):/.exec(lines[index + 1] ?? '')?.[1];
      return from === undefined || rule === undefined ? [] : [`${from} ${rule}`];
    });
    for (const [file, , rule] of planted) t.true(refused.includes(`${file} ${rule}`), `${file}: ${rule}`);
    t.true(refused.some((line) => /^src\/cli\/round_[ab]\.ts no-cycles$/.test(line)));
  } finally {
    rmSync(copy, {recursive: true, force: true});
  }
});

test('a file that the rule does not look at is named', async (t) => {
  t.timeout(180_000);
  const copy = copyOfSources();
  try {
    const config = path.join(copy, '.dependency-cruiser.cjs');
    const text = readFileSync(config, 'utf8').replace(
      '  options: {',
      "  options: {\n    exclude: {path: '^src/shell/quote'},",
    );
    writeFileSync(config, text);
    const {code, errors} = await check(copy);
    t.is(code, 1);
    t.regex(errors, /^src\/shell\/quote\.ts was not looked at$/m);
  } finally {
    rmSync(copy, {recursive: true, force: true});
  }
});
