import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {versionIn} from './scan.js';

const partBytes = 1 << 20;

const scanned = async (content: Buffer | string): Promise<string | undefined> => {
  const folder = mkdtempSync(join(tmpdir(), 'quorate-version-'));
  try {
    const path = join(folder, 'k3s');
    writeFileSync(path, content);
    return await versionIn(path);
  } finally {
    rmSync(folder, {recursive: true});
  }
};

test('the one release name in the file', async (t) => {
  t.is(await scanned('\0\0-X version.Version=v1.22.5+k3s1 -w\0v1.22.5+k3s1\0go1.19.8 v1.5.8-k3s1'), 'v1.22.5+k3s1');
  t.is(await scanned('v1.31.0-rc2+k3s1'), 'v1.31.0-rc2+k3s1');
  t.is(await scanned('v1.30.6+k3s12'), 'v1.30.6+k3s12');
});

test('none, or several, tell nothing', async (t) => {
  t.is(await scanned(''), undefined);
  t.is(await scanned('v1.30.6 +k3s k3s1'), undefined);
  t.is(await scanned('v1.30.6+k3s1 v1.30.7+k3s1'), undefined);
});

test('also where two parts that are read one after the other meet', async (t) => {
  const name = 'v1.30.6+k3s12';
  for (let at = partBytes - 70; at < partBytes + 70; at++) {
    const content = Buffer.alloc(partBytes + 200);
    content.write(name, at);
    t.is(await scanned(content), name, String(at - partBytes));
  }
});

test('also at the very end of a file that is a whole number of parts', async (t) => {
  const content = Buffer.alloc(2 * partBytes);
  content.write('v1.30.6+k3s1', content.length - 'v1.30.6+k3s1'.length);
  t.is(await scanned(content), 'v1.30.6+k3s1');
});
