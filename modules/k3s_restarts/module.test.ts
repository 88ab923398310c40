import test from 'ava';
import type {GroupEntry, GroupModule, GroupPlan, Predicted} from '../../src/module/index.js';
import {validateParams} from '../../src/module/validate.js';
import restarts from './module.js';

const module = restarts as GroupModule;

const where = {file: 'site.yml', line: 1, column: 1};
const sum = (letter: string): string => `${letter.repeat(64)}  /usr/local/bin/k3s\n`;
const nothing: Predicted = {get: () => undefined, touches: () => false};

/** A running service, the sums of its binary at its start and now, and its config.yaml. */
const probe = (then: string, now: string, config = 'a: 1\n', active = 'active'): string =>
  `LoadState=loaded\nActiveState=${active}\nUnitFileState=enabled\nNRestarts=0\n-- sums --\n${then}-- sums --\n${now}-- service --\n600 root\n${config}`;

const entry = (host: string, stdout: string, given: Record<string, unknown> = {}): GroupEntry<never, never> => {
  const params = validateParams(module, {config: {a: 1}, ...given}, {where, whereOf: () => where});
  return {
    host,
    groups: ['server'],
    params: params as never,
    inPlay: true,
    sighting: {seen: 'known', atMs: 0, value: module.parse({rc: 0, stdout, stderr: ''}, params as never) as never},
    variable: () => undefined,
    whereOf: () => undefined,
    predicted: nothing,
  };
};

const planned = (...entries: GroupEntry<never, never>[]): GroupPlan =>
  module.plan(entries, {checkMode: false, now: new Date(0), random: (bytes) => Buffer.alloc(bytes)});

test('who is to be restarted, and for which files', (t) => {
  const plan = planned(
    entry('server1', probe(sum('a'), sum('a'))),
    entry('server2', probe(sum('a'), sum('b'))),
    entry('server3', probe(sum('a'), sum('a'), 'a: 2\n')),
    entry('server4', probe('', sum('a'))),
    entry('server5', probe('', sum('a')), {adopted: true}),
    entry('server6', probe(sum('a'), sum('b'), 'a: 1\n', 'inactive')),
  );
  t.deepEqual([...(plan.groups?.get('k3s_restarting_servers') ?? [])], ['server2', 'server3', 'server4']);
  t.deepEqual(plan.shows, [
    'to be restarted: server2 (k3s)',
    'to be restarted: server3 (config.yaml)',
    'to be restarted: server4 (a unit of another hand)',
  ]);
  t.deepEqual(plan.variables?.get('server2'), {k3s_restart: {due: true, files: ['k3s']}});
  t.deepEqual(plan.variables?.get('server1'), {k3s_restart: {due: false, files: []}});
});
