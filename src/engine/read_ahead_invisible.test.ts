import {readdirSync, readFileSync, statSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import {type EngineRun, runYaml} from '../../test/support/engine_run.js';
import {FakePool} from '../../test/support/fake_session.js';

/** Everything that can be seen of a run, but trips and times. */
function visible(run: EngineRun, hosts: readonly string[]) {
  const results = run.events.flatMap((event) => {
    if (event.kind !== 'host-result' && event.kind !== 'item') return [];
    const {durationMs: _, ...outcome} = event.outcome;
    const text = JSON.stringify([event.kind, event.host, event.task.name, outcome]);
    return [text.replaceAll(/\/tmp\/quorate-(hosts|play)-\w+/g, '$1')];
  });
  const trees = hosts.map((host) => {
    const {root} = run.session(host);
    try {
      return readdirSync(root, {recursive: true, encoding: 'utf8'})
        .sort()
        .map((name) => {
          const full = path.join(root, name);
          return statSync(full).isDirectory() ? name : `${name}=${readFileSync(full, 'utf8')}`;
        });
    } catch {
      return [];
    }
  });
  return {exitCode: run.exitCode, results: results.sort(), trees};
}

const at = fc.constantFrom('f', 'g', 'd/f', 'd/g', 'd');
const content = fc.constantFrom('one', 'two');
const condition = fc.constantFrom(
  undefined,
  'r is defined and r is changed',
  'r is defined and r is not changed',
  "inventory_hostname == 'h1'",
  'flag | default(false)',
  "v | default('') == 'one'",
);
const body = fc.oneof(
  {weight: 5, arbitrary: fc.record({file: fc.record({path: at, content})})},
  {weight: 1, arbitrary: fc.record({file: fc.record({path: fc.constant('d'), state: fc.constant('directory')})})},
  {weight: 1, arbitrary: fc.record({file: fc.record({path: at, state: fc.constant('absent')})})},
  {
    weight: 2,
    arbitrary: fc.record({
      command: fc.constantFrom(
        'echo one > "$ROOT"/f',
        'rm -rf "$ROOT"/d',
        'mkdir -p "$ROOT"/d; echo two > "$ROOT"/d/g',
        'false',
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      service: fc.record({name: fc.constant('s'), state: fc.constantFrom('started', 'stopped', 'restarted')}),
    }),
  },
  {weight: 1, arbitrary: fc.record({set_fact: fc.record({flag: fc.boolean(), v: content})})},
  {weight: 1, arbitrary: fc.record({slurp: fc.record({src: fc.constant('f')})})},
  {weight: 1, arbitrary: fc.record({file: fc.record({path: at, content: fc.constant("{{ v | default('three') }}")})})},
  {
    weight: 1,
    arbitrary: fc.record({
      file: fc.record({path: fc.constant('{{ item }}'), content}),
      loop: fc.uniqueArray(at, {maxLength: 3}),
    }),
  },
);
const task = fc
  .tuple(body, condition, fc.boolean(), fc.boolean(), fc.boolean())
  .map(([own, when, registers, notifies, ignores]) => ({
    ...own,
    ...(when === undefined ? {} : {when}),
    ...(registers ? {register: 'r'} : {}),
    ...(notifies ? {notify: 'h'} : {}),
    ...(ignores ? {ignore_errors: true} : {}),
  }));
const node = fc.oneof(
  {weight: 6, arbitrary: task},
  {
    weight: 1,
    arbitrary: fc.record({
      block: fc.array(task, {minLength: 1, maxLength: 3}),
      rescue: fc.array(task, {minLength: 1, maxLength: 2}),
      always: fc.array(task, {minLength: 1, maxLength: 1}),
    }),
  },
  {weight: 1, arbitrary: fc.constant({meta: 'flush_handlers'})},
);

for (const checkMode of [false, true])
  test(`a run with reading ahead is the run without it${checkMode ? ', in check mode too' : ''}`, async (t) => {
    await fc.assert(
      fc.asyncProperty(fc.array(node, {minLength: 2, maxLength: 8}), async (tasks) => {
        const playbook = JSON.stringify([
          {
            hosts: 'all',
            gather_facts: false,
            tasks,
            handlers: [{name: 'h', file: {path: 'handled', content: 'x'}}],
          },
        ]);
        const hosts = ['h1', 'h2'];
        const [pool, other] = [await FakePool.make(), await FakePool.make()];
        try {
          // The first run finds nothing, the second what the first has left.
          for (const _ of [1, 2]) {
            const settings = {check: checkMode, diff: true};
            const ahead = await runYaml(playbook, {inventory: 'h1,h2', pool, settings});
            const plain = await runYaml(playbook, {
              inventory: 'h1,h2',
              pool: other,
              settings: {...settings, readAhead: false},
            });
            t.deepEqual(visible(ahead, hosts), visible(plain, hosts));
            t.true(ahead.trips('h1') <= plain.trips('h1'));
          }
        } finally {
          await pool.close();
          await other.close();
        }
      }),
      {numRuns: 25},
    );
  });
