import test from 'ava';
import {clusterHost, runningMember, unitFiles} from '../../test/support/cluster_hosts.js';
import type {ClusterHost} from './classify.js';
import {changedFiles, changedSince, restartReason} from './restart_reason.js';
import type {Sighting} from './sighting.js';

const sum = (digit: string, path: string): string => `${digit.repeat(64)}  ${path}\n`;
const bin = '/usr/local/bin/k3s';
const unit = '/etc/systemd/system/k3s.service';

for (const [name, start, now, words] of [
  ['nothing was written', undefined, sum('a', bin), undefined],
  ['nothing is to be had now', sum('a', bin), undefined, undefined],
  ['the same', sum('a', bin) + sum('b', unit), sum('b', unit) + sum('a', bin), undefined],
  ['one of two', sum('a', bin) + sum('b', unit), sum('c', bin) + sum('b', unit), 'k3s changed since its start'],
  ['both', sum('a', unit) + sum('b', bin), sum('c', unit) + sum('d', bin), 'k3s, k3s.service changed since its start'],
  ['one that is new', sum('a', bin), sum('a', bin) + sum('b', unit), 'k3s.service changed since its start'],
  ['one that is gone', sum('a', bin) + sum('b', unit), sum('a', bin), 'k3s.service changed since its start'],
  ['a path with spaces at its end', sum('a', '/x y'), sum('b', '/x y'), 'x y changed since its start'],
  ['lines that are no sums', `x${sum('a', bin)}`, `y${sum('b', bin)}`, undefined],
  ['sums of another form', `${'a'.repeat(64)} ${bin}\n`, `${'b'.repeat(64)} ${bin}\n`, undefined],
] as const) {
  test(`files since the start: ${name}`, (t) => {
    t.is(changedSince(start, now), words);
  });
}

const seen = runningMember('server1', ['server1']);
const host = (change: Partial<Sighting>, sums?: string, variables: Record<string, unknown> = {}): ClusterHost => {
  const {server} = seen;
  return clusterHost(
    'server1',
    {...seen, ...(server === undefined ? {} : {server: {...server, ...(sums === undefined ? {} : {sums})}}), ...change},
    variables,
  );
};
const foreign = {serverUnit: unitFiles({text: 'ExecStart=/usr/local/bin/k3s server\n'})};
const agentForeign = {agentUnit: unitFiles({text: 'ExecStart=/usr/local/bin/k3s agent\n'})};
const nothing = 'nothing tells what it was started with';

for (const [name, given, words] of [
  ['nobody could look', clusterHost('server1', undefined), undefined],
  ['no unit', clusterHost('server1', {...seen, server: undefined as never}), undefined],
  ['the same sums', host({sumsNow: sum('a', bin)}, sum('a', bin)), undefined],
  ['other sums', host({sumsNow: sum('b', bin)}, sum('a', bin)), 'k3s changed since its start'],
  ['no sums of its start, and it runs', host({sumsNow: sum('b', bin)}), nothing],
  ['the same, beside an agent of another hand', host({sumsNow: sum('b', bin), ...agentForeign}), nothing],
  ['the same, of another hand', host({sumsNow: sum('b', bin), ...foreign}), undefined],
  ['no sums at all', host({}), undefined],
  [
    'no sums of its start, and it does not run',
    host({
      sumsNow: sum('b', bin),
      server: {load: 'loaded', active: 'inactive', sub: 'dead', mainPid: 0, restarts: 0, enabled: 'enabled'},
    }),
    undefined,
  ],
] as const) {
  test(`files of a server: ${name}`, (t) => {
    t.is(changedFiles(given), words);
  });
}

for (const [name, given, planned, words] of [
  ['nobody could look', clusterHost('server1', undefined), {}, undefined],
  ['no config.yaml', host({}), {debug: true}, undefined],
  ['the same', host({configText: 'debug: true\nserver: https://x:6443\n'}), {debug: true}, undefined],
  ['a setting', host({configText: 'debug: true\n'}), {}, 'debug changes in config.yaml'],
  ['two settings', host({configText: 'debug: true\n'}), {v: 2}, 'debug, v change in config.yaml'],
  ['the version', host({}, undefined, {k3s_version: 'v1.31.0+k3s1'}), {}, 'v1.30.6+k3s1 becomes v1.31.0+k3s1'],
  ['no version wanted', host({}, undefined, {k3s_version: undefined}), {}, undefined],
  ['no version there', clusterHost('server1', {...seen, version: undefined as never}), {}, undefined],
  [
    'all of it',
    host({sumsNow: sum('b', bin), configText: 'debug: true\n'}, sum('a', bin), {k3s_version: 'v1.31.0+k3s1'}),
    {},
    'k3s changed since its start; debug changes in config.yaml; v1.30.6+k3s1 becomes v1.31.0+k3s1',
  ],
] as const) {
  test(`why a server is restarted: ${name}`, (t) => {
    t.is(restartReason(given, planned), words);
  });
}
