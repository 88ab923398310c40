import test from 'ava';
import {labCommand, statusLines} from './command.js';
import {checkName} from './places.js';

test('the status table lines up', (t) => {
  const host = {name: 'server1', group: 'server', address: '10.213.1.11', state: 'running', pid: 7} as const;
  t.deepEqual(
    statusLines([
      {...host, processes: 7, memoryBytes: 20 * 1024 * 1024},
      {...host, name: 'a1', state: 'stopped', pid: undefined, processes: 0, memoryBytes: undefined},
    ]),
    [
      'host     group   address      state    processes  memory',
      'server1  server  10.213.1.11  running  7          20 MiB',
      'a1       server  10.213.1.11  stopped  0          -',
    ],
  );
});

test('names that would not fit a link, a namespace or a cgroup are refused', (t) => {
  for (const name of ['', 'A', '1a', 'a/b', 'a.b', 'a-', 'images', 'a'.repeat(25)])
    t.throws(() => checkName('lab', name), {message: `${JSON.stringify(name)} cannot be the name of a lab`});
  t.is(checkName('lab', 'my-lab2'), 'my-lab2');
});

test('a wrong count is refused before anything is done', async (t) => {
  for (const flags of [
    ['--servers', 'three'],
    ['--servers', '-1'],
    ['--group', 'lb'],
    ['--group', '=2'],
  ]) {
    const lab = labCommand(() => t.fail()).exitOverride();
    for (const sub of lab.commands) sub.exitOverride().configureOutput({writeErr: () => undefined});
    await t.throwsAsync(lab.parseAsync(['up', ...flags], {from: 'user'}), {code: 'commander.invalidArgument'});
  }
});
