import {execFileSync} from 'node:child_process';
import {chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {hostShells} from '../../test/support/played_programs.js';
import {measureScript, parseMeasured, slowWords} from './measure.js';

const measure = (shell: readonly string[], dataDir: string, env = process.env): string => {
  const [command = '', ...args] = shell;
  return execFileSync(command, args, {input: measureScript(dataDir).source, encoding: 'utf8', env});
};

const inFolder = (run: (folder: string) => void): void => {
  const folder = mkdtempSync(join(tmpdir(), "disk it's "));
  try {
    run(folder);
  } finally {
    rmSync(folder, {recursive: true});
  }
};

for (const shell of hostShells) {
  test(`writes beside the data-dir and leaves nothing, in ${shell.join(' ')}`, (t) => {
    inFolder((folder) => {
      const measured = parseMeasured(measure(shell, join(folder, 'not', 'yet')));
      t.is(measured?.folder, folder);
      t.true((measured?.writes ?? 0) > 0);
      t.true((measured?.p99Ms ?? -1) >= 0);
      t.deepEqual(readdirSync(folder), []);
    });
  });
}

test('a disk that is full is an error', (t) => {
  inFolder((folder) => {
    const tool = join(folder, 'dd');
    writeFileSync(tool, '#!/bin/sh\necho "dd: no space left on device" >&2\nexit 1\n');
    chmodSync(tool, 0o755);
    const env = {...process.env, PATH: `${folder}:${process.env.PATH}`};
    t.throws(() => measure(['dash'], folder, env), {message: /no space left on device/});
  });
});

const lines = (count: number, line: (index: number) => string): string =>
  ['folder /var/lib', ...Array.from({length: count}, (_, index) => line(index))].join('\n');

for (const [name, stdout, p99Ms] of [
  [
    'the last but one of a hundred, as dd tells it',
    lines(100, (index) => `seconds ${index >= 98 ? '2.5e-02' : '8.7e-05'}`),
    25,
  ],
  ['one slow write of a hundred is let be', lines(100, (index) => `seconds ${index === 7 ? '0.5' : '0.002'}`), 2],
  ['the slowest of a few', lines(3, (index) => `seconds ${index + 1}`), 3000],
  [
    'by ticks one less than the difference',
    lines(100, (index) => `ticks 10.${index === 1 || index === 2 ? '00' : '03'} 10.03`),
    20,
  ],
] as const) {
  test(`the 99th percentile: ${name}`, (t) => {
    t.is(parseMeasured(stdout)?.p99Ms, p99Ms);
  });
}

test('nothing measured is no measurement', (t) => {
  t.is(parseMeasured('folder /var/lib\n'), undefined);
  t.is(parseMeasured(''), undefined);
});

test('warns above 10 ms only', (t) => {
  t.is(slowWords({folder: '/var/lib', writes: 100, p99Ms: 10}), undefined);
  t.is(
    slowWords({folder: '/var/lib', writes: 100, p99Ms: 24.6}),
    'the disk under /var/lib is slow for etcd: of 100 small writes with fsync one in a hundred took 25 ms or more, and etcd wants less than 10 ms. On such a disk leaders are lost under load: put the data-dir on an SSD (k3s_data_dir), away from other writers',
  );
});
