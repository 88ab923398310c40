/** The helper that role k3s_host puts on a host: what a start of K3s depends on, as hashes. */
import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {hostShells} from '../support/played_programs.js';

const template = readFileSync('playbooks/roles/k3s_host/templates/k3s-sums.j2', 'utf8');
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

for (const shell of hostShells) {
  test(`${shell.join(' ')}: the binary is hashed anew once it is another file than at the last start`, (t) => {
    const root = mkdtempSync(join(tmpdir(), 'quorate-sums-'));
    try {
      for (const folder of ['bin', 'units', 'etc', 'run']) mkdirSync(join(root, folder));
      const [binary, unit, noted] = [
        join(root, 'bin/k3s'),
        join(root, 'units/k3s.service'),
        join(root, 'run/k3s.sums'),
      ];
      const helper = template
        .replaceAll('{{ k3s_bin_dir }}', join(root, 'bin'))
        .replaceAll('{{ k3s_systemd_dir }}', join(root, 'units'))
        .replaceAll('/etc/rancher/k3s', join(root, 'etc'))
        .replaceAll('/run/quorate', join(root, 'run'));
      const sums = (): string[] => {
        const [file, ...args] = shell;
        const said = execFileSync(file, [...args, '-s', 'k3s'], {input: helper, encoding: 'utf8'});
        return said.split('\n').filter((line) => /^[0-9a-f]{64} {2}/.test(line));
      };
      writeFileSync(binary, 'first');
      writeFileSync(unit, '[Service]\n');
      const before = sums();
      t.deepEqual(before, [`${sha256('first')}  ${binary}`, `${sha256('[Service]\n')}  ${unit}`]);
      const start = (): void => {
        writeFileSync(noted, '');
        const [file, ...args] = shell;
        writeFileSync(noted, execFileSync(file, [...args, '-s', 'k3s'], {input: helper}));
      };
      start();
      t.deepEqual(sums(), before);
      // That it was not read again shows where the note says something else.
      writeFileSync(noted, readFileSync(noted, 'utf8').replaceAll(sha256('first'), sha256('noted')));
      t.is(sums()[0], `${sha256('noted')}  ${binary}`);
      writeFileSync(`${binary}.new`, 'other');
      renameSync(`${binary}.new`, binary);
      t.is(sums()[0], `${sha256('other')}  ${binary}`);
      start();
      writeFileSync(binary, 'others');
      t.is(sums()[0], `${sha256('others')}  ${binary}`);
    } finally {
      rmSync(root, {recursive: true});
    }
  });
}
