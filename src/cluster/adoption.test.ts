import test from 'ava';
import {clusterHost, runningMember} from '../../test/support/cluster_hosts.js';
import {Secret} from '../shell/index.js';
import {effectiveOf, execArgs, keptComment, keptSettings} from './effective.js';
import {resolveRoles} from './roles.js';
import type {Sighting} from './sighting.js';

/** As K3s's install script writes it: a flag and its value on a line each, in single quotes. */
const unit = (...args: string[]): string =>
  `[Service]\nType=notify\nExecStart=/usr/local/bin/k3s \\\n    server \\\n${args.map((arg) => `\t'${arg}' \\\n`).join('')}\n`;

const foreign = (change: Partial<Sighting>): Sighting => {
  const seen = runningMember('server1', ['server1']);
  return {...seen, ...change, data: {...seen.data, token: new Secret('pw')}};
};

const planned = (sighting: Sighting, variables: Record<string, unknown> = {}) =>
  resolveRoles({
    servers: [clusterHost('server1', sighting, variables)],
    agents: [],
    lost: [],
    random: (bytes) => Buffer.alloc(bytes),
  }).hosts.get('server1');

test('the words of ExecStart, over continued lines', (t) => {
  t.is(execArgs(unit('--disable', 'traefik')).replaceAll(/\s+/g, ' '), "'--disable' 'traefik'");
  t.is(execArgs('ExecStart=/usr/local/bin/k3s server --data-dir /srv/k3s\n'), '--data-dir /srv/k3s');
});

test('flags win over files, and files over the environment; config.yaml.d appends', (t) => {
  const {
    config,
    environment,
    foreign: isForeign,
  } = effectiveOf(
    foreign({
      unitText: unit('--flannel-backend=host-gw', '--disable', 'traefik', '--disable', 'servicelb'),
      envText: "K3S_TOKEN='pw'\nK3S_KUBECONFIG_MODE=600\nHTTP_PROXY=http://p\n",
      configText: 'flannel-backend: none\nwrite-kubeconfig-mode: "644"\ntls-san: [a]\n',
      dropIns: [{path: 'config.yaml.d/x.yaml', text: 'tls-san+: [b]\n'}],
    }),
    'server',
  );
  t.true(isForeign);
  t.is(config['flannel-backend'], 'host-gw');
  t.deepEqual(config.disable, ['traefik', 'servicelb']);
  t.is(config['write-kubeconfig-mode'], '644');
  t.deepEqual(config['tls-san'], ['a', 'b']);
  t.deepEqual([...environment], [['HTTP_PROXY', 'http://p']]);
});

test('taken over as it runs: what the inventory does not name is kept, and stays kept', (t) => {
  const seen = foreign({unitText: unit('--disable', 'traefik,servicelb', '--write-kubeconfig-mode', '644')});
  const plan = planned(seen, {k3s_server_config: {disable: ['traefik', 'servicelb']}});
  t.deepEqual(plan?.adoption, {same: true, differing: []});
  t.deepEqual(plan?.kept, ['write-kubeconfig-mode']);
  t.is(plan?.config['write-kubeconfig-mode'], '644');
  const later = foreign({
    unitText: '# Written by quorate.\n[Service]\n',
    configText: `${keptComment(['write-kubeconfig-mode'])}disable: [traefik]\nwrite-kubeconfig-mode: "644"\nby-hand: 1\n`,
  });
  t.deepEqual(keptSettings(later, 'server'), {'write-kubeconfig-mode': '644'});
});

test('restarted where an effective value differs, and the plan names it', (t) => {
  const plan = planned(foreign({unitText: unit()}), {k3s_server_config: {disable: ['traefik']}});
  t.deepEqual(plan?.adoption, {same: false, differing: ['disable']});
  t.is(plan?.why, 'runs as a member; installed by another hand: taken over, and restarted, since disable differs');
});

test('the URL of a peer moves from the environment to config.yaml', (t) => {
  const plan = planned(foreign({unitText: unit(), envText: 'K3S_URL=https://10.0.0.2:6443\n'}));
  t.deepEqual(plan?.membership, {membership: 'server', url: 'https://10.0.0.2:6443'});
});
