import test from 'ava';
import fc from 'fast-check';
import {contentOfBytes} from '../../src/module/index.js';
import {joinScripts, sh} from '../../src/shell/index.js';
import {inEachShell} from '../../test/support/sh_runner.js';
import {canMakeRoots} from '../../test/support/throw_away_root.js';
import {resolveMode} from './mode.js';
import {pathFunctions, probePath, readPath} from './path_state.js';
import {assignPath, isDynamicPath, joinPath, normalPath, parentPath} from './path_word.js';
import {decodeHash, readRecords} from './records.js';
import {splitWords} from './words.js';
import {validateScript, writeSteps} from './write_file.js';

const modes: readonly (readonly [wanted: string, current: number, isDirectory: boolean, result: number])[] = [
  ['0644', 0o777, false, 0o644],
  ['1777', 0, true, 0o1777],
  ['u=rw,g=r,o=', 0o777, false, 0o640],
  ['a+X', 0o644, false, 0o644],
  ['a+X', 0o744, false, 0o755],
  ['a+X', 0o644, true, 0o755],
  ['+x', 0o644, false, 0o755],
  ['+w', 0o444, false, 0o644],
  ['g=u', 0o640, false, 0o660],
  ['o=g-w', 0o660, false, 0o664],
  ['u+s,g+s', 0o755, false, 0o6755],
  ['u=rwx', 0o4755, false, 0o755],
  ['+t', 0o777, true, 0o1777],
  ['ug-w', 0o666, false, 0o446],
];
for (const [wanted, current, isDirectory, result] of modes)
  test(`mode ${wanted} of ${current.toString(8)}${isDirectory ? ' (folder)' : ''}`, (t) => {
    t.is(resolveMode(wanted, current, isDirectory).toString(8), result.toString(8));
  });

test('paths are joined and taken apart', (t) => {
  t.is(normalPath('/a//b/./c/'), '/a/b/c');
  t.is(normalPath('/'), '/');
  t.is(normalPath('a/'), 'a');
  t.is(joinPath('/a/b', '../c'), '/a/b/../c');
  t.is(joinPath('/a', '/c'), '/c');
  t.is(parentPath('/a'), '/');
  t.is(parentPath('a'), '.');
  t.deepEqual(['~', '~ann/x', '$HOME', '${X}/y', '/a$', '/a/~'].map(isDynamicPath), [
    true,
    true,
    true,
    true,
    false,
    false,
  ]);
});

test('checksums are found in what the tools print', (t) => {
  const hash = 'a'.repeat(64);
  t.is(decodeHash(`${hash}  -`), hash);
  t.is(decodeHash(`SHA2-256(stdin)= ${hash}`), hash);
  t.is(decodeHash(''), undefined);
});

test('words are split as shlex does', (t) => {
  t.deepEqual(splitWords(`a 'b c' "d \\"e\\" \\n" f\\ g '' h"i"'j'`), ['a', 'b c', 'd "e" \\n', 'f g', '', 'hij']);
  t.throws(() => splitWords(`it's`), {message: /not closed/});
});

test('a validate command gets the file as one word, wherever it stands', (t) => {
  t.is(validateScript('visudo -cf %s', '/etc/it is').source, "visudo -cf '/etc/it is'");
  t.is(validateScript('sh -c "test -f %s"', '/x').source, "sh -c 'test -f /x'");
});

/** Anything a file may be called, and what shells stumble over more often than chance has it. */
const names = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "'",
        '"',
        '\\',
        '$',
        '`',
        '\n',
        ' ',
        '-',
        '*',
        '[',
        ']',
        '~',
        '!',
        '#',
        '&',
        ';',
        '|',
        '(',
        '%',
        '=',
        '\t',
        'é',
        '漢',
      ),
      fc.string({minLength: 1, maxLength: 3}),
    ),
    {minLength: 1, maxLength: 12},
  )
  .map((parts) => parts.join('').replaceAll(/[/\0]/g, '_'))
  .filter((name) => name !== '.' && name !== '..' && !isDynamicPath(name) && Buffer.byteLength(name) < 200);

if (canMakeRoots()) {
  test('whatever its name, a file is seen as it is, in each shell', async (t) => {
    const samples = fc.sample(names, {numRuns: 60, seed: 7});
    await inEachShell(async (root) => {
      for (const name of samples) {
        const path = `/srv/${name}`;
        const script = joinScripts([
          sh`rm -rf /srv; mkdir /srv`,
          assignPath('f', path),
          sh`printf %s ${name} > "$f" && ln -s ${name} /srv/the-link`,
          pathFunctions,
          probePath('a', path, {sha256: true, contentUpTo: 1000}),
          probePath('l', '/srv/the-link'),
        ]);
        const records = readRecords(await root.run(script.source));
        const seen = readPath(records, 'a');
        t.is(seen.path, path);
        t.is(seen.content?.toString(), name);
        t.is(seen.stat?.type, 'file');
        t.is(readPath(records, 'l').target, name);
      }
    });
  });

  test('relative names with a dash, unknown users and unset variables', async (t) => {
    await inEachShell(async (root, kind) => {
      const expand = async (path: string): Promise<string> =>
        (await root.run(sh`${assignPath('p', path)}; printf %s "$p"`.source)).stdout;
      t.is(await expand('-rf'), './-rf', kind);
      t.is(await expand("~ann/it's"), "/home/ann/it's", kind);
      t.is(await expand('~'), '/root', kind);
      t.is(await expand('~nobody-here/x'), '~nobody-here/x', kind);
      t.is(await expand('$HOME/a b/${NOT SET}/$NOT_SET'), '/root/a b/${NOT SET}/$NOT_SET', kind);
      t.is(await expand('${HOME}/${NOT_SET}$HOME'), '/root/${NOT_SET}/root', kind);
    });
  });

  test('where there is no base64, content comes through od', async (t) => {
    await inEachShell(async (root) => {
      const bytes = Buffer.from([0, 1, 255, 10, 13, 0]);
      await root.run('cat > /opt/bytes', {stdin: bytes});
      const text = joinScripts([
        pathFunctions,
        sh`command() { return 1; }`,
        probePath('a', '/opt/bytes', {contentUpTo: 100}),
      ]);
      t.deepEqual(readPath(readRecords(await root.run(text.source)), 'a').content, bytes);
    });
  });
}

test('steps of a file have the same names in every run, whatever its backup is called', (t) => {
  const titles = (backup: string) =>
    writeSteps({path: '/etc/f', content: contentOfBytes('x'), mode: 0o644, backup}).map(({title}) => title);
  t.deepEqual(titles('/etc/f.1.2026-01-31@12:00:00~'), ['keep a backup of /etc/f', 'write /etc/f']);
  t.deepEqual(titles('/etc/f.2.2026-02-28@13:00:00~'), titles('/etc/f.1.2026-01-31@12:00:00~'));
});
