import test from 'ava';
import {planModule} from '../../test/support/plan_module.js';
import module from './module.js';

const plan = (params: Record<string, unknown>, stdout: string) => planModule(module, {params, stdout});
const paths = (found: ReturnType<typeof plan>): string[] =>
  found?.plan === 'change' ? found.diff.map(({path}) => path) : [];

test('loaded, and nothing asked of the boot: the same', (t) => {
  t.is(plan({name: 'overlay'}, 'loaded\n-- file --\n')?.plan, 'same');
});

test('not loaded: loaded, and written for the boot', (t) => {
  t.deepEqual(paths(plan({name: 'overlay', persistent: 'present'}, '-- file --\n')), [
    'kernel module overlay',
    '/etc/modules-load.d/overlay.conf',
  ]);
});

test('loaded and listed already', (t) => {
  t.is(
    plan({name: 'overlay', persistent: 'present'}, 'loaded\n-- file --\n# mine\noverlay\n-- file --\n')?.plan,
    'same',
  );
});

test('unloaded, and out of the boot', (t) => {
  t.deepEqual(paths(plan({name: 'x', state: 'absent', persistent: 'absent'}, 'loaded\n-- file --\nx\n-- file --\n')), [
    'kernel module x',
    '/etc/modules-load.d/x.conf',
  ]);
});
