import test from 'ava';
import {pageWith, type Row, type Run} from '../../scripts/real_k3s_page.mjs';

const run = (day: string): Run => ({
  day,
  commit: 'abc1234',
  version: 'k3s version v1.22.5+k3s1',
  sha256: 'f'.repeat(64),
});
const row = (title: string, outcome: Row['outcome'] = 'passed', notes: string[] = []): Row => ({
  title,
  outcome,
  seconds: 3,
  notes,
});

test('a run replaces the sections of its files, and leaves the others with their own day', (t) => {
  const first = pageWith('', {file: 'site', run: run('2026-01-01'), rows: [row('builds', 'FAILED'), row('again')]});
  const second = pageWith(first, {
    file: 'readme',
    run: run('2026-01-02'),
    rows: [row('blocks', 'not applicable', ['no network'])],
  });
  t.true(second.includes('Altogether: 1 passed, 1 FAILED, 1 not applicable.'), second);
  t.true(second.includes('## site\n\n2026-01-01, quorate abc1234,'), second);
  t.true(second.includes('## readme\n\n2026-01-02, quorate abc1234,'), second);
  t.true(second.includes('| blocks | not applicable: no network | 3 |'), second);

  const third = pageWith(second, {file: 'site', run: run('2026-01-03'), rows: [row('builds a|b')]});
  t.true(third.includes('Altogether: 1 passed, 1 not applicable.'), third);
  t.false(third.includes('2026-01-01'), third);
  t.true(third.includes('| builds a\\|b | passed | 3 |'), third);
  t.is(pageWith(third, {file: 'site', run: run('2026-01-03'), rows: [row('builds a|b')]}), third);
});
