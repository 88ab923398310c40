import test from 'ava';
import {runYaml} from '../../test/support/engine_run.js';

const playbook = `
- hosts: h1,h2
  gather_facts: false
  tasks:
    - {name: first, command: "sleep 0.2; echo done"}
    - {name: second, debug: {msg: x}}
`;

test('the first interruption lets present tasks end, and begins no other', async (t) => {
  const stop = new AbortController();
  const run = await runYaml(playbook, {
    signal: stop.signal,
    kill: new AbortController().signal,
    onEvent: (event) => {
      if (event.kind === 'host-start' && event.host === 'h2') stop.abort();
    },
  });
  t.deepEqual(run.lines, ['first: h1 changed, h2 changed']);
  t.is(run.exitCode, 99);
  const told = run.events.find((event) => event.kind === 'interrupted');
  t.deepEqual(told?.kind === 'interrupted' && told.inFlight.map(({host, task}) => `${host} ${task.name}`).sort(), [
    'h1 first',
    ...(told?.kind === 'interrupted' && told.inFlight.length > 1 ? ['h2 first'] : []),
  ]);
});

test('the second ends what runs on hosts', async (t) => {
  const [stop, kill] = [new AbortController(), new AbortController()];
  const run = await runYaml(
    `
- hosts: h1,h2
  gather_facts: false
  tasks:
    - {name: long, command: sleep 60}
`,
    {
      signal: stop.signal,
      kill: kill.signal,
      onEvent: (event) => {
        if (event.kind !== 'host-start' || event.host !== 'h2') return;
        stop.abort();
        setImmediate(() => kill.abort());
      },
    },
  );
  t.deepEqual(run.lines, []);
  t.is(run.exitCode, 99);
  t.is(run.events.filter(({kind}) => kind === 'interrupted').length, 2);
  t.is(run.events.at(-1)?.kind, 'run-end');
});

test('hosts that wait for their turn under forks are not begun', async (t) => {
  const stop = new AbortController();
  const run = await runYaml(playbook, {
    signal: stop.signal,
    settings: {forks: 1},
    onEvent: (event) => {
      if (event.kind === 'host-start') stop.abort();
    },
  });
  t.deepEqual(run.lines, ['first: h1 changed']);
});

test('a run that was interrupted before it began does nothing', async (t) => {
  const run = await runYaml(playbook, {signal: AbortSignal.abort()});
  t.deepEqual(run.lines, []);
  t.is(run.exitCode, 99);
});
