/** What a unit's drop-ins add to a service's settings, and how a file that cannot be read is named. */
import test from 'ava';
import {sightingOf, unitFiles} from '../../test/support/cluster_hosts.js';
import {ClusterError} from '../errors/index.js';
import {effectiveOf, effectiveThen} from './effective.js';

const dropIn = {
  path: '/etc/systemd/system/k3s.service.d/override.conf',
  text: '[Service]\nEnvironment=K3S_NODE_NAME=one K3S_DEBUG=true NO_PROXY=x\n',
};
const unit = unitFiles({
  text: '[Service]\nExecStart=/usr/local/bin/k3s server\n',
  lastingEnvironment: 'K3S_NODE_NAME=two\n',
  dropIns: [dropIn],
});

test('variables in drop-ins of a unit stay, and files of the environment win over them', (t) => {
  const sighting = sightingOf('server1', {serverUnit: unit});
  const {config, allEnvironment} = effectiveOf(sighting, 'server');
  t.deepEqual(config, {'node-name': 'two', debug: 'true'});
  t.deepEqual([...allEnvironment], [['NO_PROXY', 'x']]);
  const then = effectiveThen(sighting, 'server', {debug: false}, {HTTP_PROXY: 'p'});
  t.deepEqual(then.config, {'node-name': 'two', debug: false});
  t.deepEqual(
    [...then.allEnvironment],
    [
      ['NO_PROXY', 'x'],
      ['HTTP_PROXY', 'p'],
    ],
  );
});

for (const [file, change] of [
  ['config.yaml', {configText: '- a\n'}],
  [
    '/etc/rancher/k3s/config.yaml.d/x.yaml',
    {dropIns: [{path: '/etc/rancher/k3s/config.yaml.d/x.yaml', text: '- a\n'}]},
  ],
] as const)
  test(`a file that holds no settings is named with its host: ${file}`, (t) => {
    const error = t.throws(() => effectiveOf(sightingOf('server1', change), 'server'), {instanceOf: ClusterError});
    t.is(error?.what, `${file} on server1 holds no mapping of K3s settings`);
  });
