import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import test from 'ava';

const read = (name: string): string => readFileSync(fileURLToPath(new URL(`../../${name}`, import.meta.url)), 'utf8');

test('docs/dependencies.md has a row for each package, and for no other', (t) => {
  const {dependencies, devDependencies} = JSON.parse(read('package.json')) as Record<
    'dependencies' | 'devDependencies',
    Record<string, string>
  >;
  const [, atRunTime = '', forDevelopment = ''] = read('docs/dependencies.md').split(/^## /m);
  const rows = (section: string): string[] =>
    section
      .split('\n')
      .filter((line) => /^\| \[/.test(line))
      .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/\[([^\]]+)\]/g)].map(([, name = '']) => name))
      .sort();
  t.deepEqual(rows(atRunTime), Object.keys(dependencies).sort());
  t.deepEqual(rows(forDevelopment), Object.keys(devDependencies).sort());
});
