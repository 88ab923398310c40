/** What differs between what a service of another hand runs with and what it would run with. */
import test from 'ava';
import {clusterHost, running, runningMember, sightingOf, unitFiles} from '../../test/support/cluster_hosts.js';
import {Secret} from '../shell/index.js';
import {adoptionOf} from './adoption.js';
import type {ClusterHost} from './classify.js';
import type {K3sConfig} from './config_file.js';
import type {Sighting, UnitFiles} from './sighting.js';

const base = runningMember('server1', ['server1']);
/** As systemd has a unit whose start is not over, or that is to be started again since K3s has ended by itself. */
const starting = {...running, active: 'activating', sub: 'start'};
const secure = (user: string, password: string): string => `K10${'ab'.repeat(32)}::${user}:${password}`;
const server = (args: string, files: Partial<UnitFiles> = {}, change: Partial<Sighting> = {}): Sighting => ({
  ...base,
  serverUnit: unitFiles({text: `ExecStart=/usr/local/bin/k3s server ${args}\n`, ...files}),
  ...change,
});
const host = (sighting: Sighting | undefined, variables: Record<string, unknown> = {}): ClusterHost =>
  clusterHost('server1', sighting, variables);
const agentHost = (sighting: Sighting): ClusterHost => clusterHost('agent1', sighting);
const data = (change: Partial<Sighting['data']>): Partial<Sighting> => ({data: {...base.data, ...change}});
const secret = (text: string): Secret => new Secret(text);

for (const [name, given, planned, differing] of [
  ['the same', host(server('--debug')), {debug: true}, []],
  ['false, f and 0 where no flag is', host(server('--debug=false --selinux=f --docker=0')), {}, []],
  ['a text that begins with false', host(server('--debug=falsey')), {}, ['debug']],
  ['a text that ends with false', host(server('--debug=xfalse')), {}, ['debug']],
  ['false of a setting that is no switch', host(server('--node-name=false')), {}, ['node-name']],
  ['a switch that is on', host(server('--debug=true')), {}, ['debug']],
  ['the default data-dir', host(server('--data-dir /var/lib/rancher/k3s')), {}, []],
  ['another data-dir', host(server('--data-dir /srv')), {}, ['data-dir']],
  ['the default data-dir as another setting', host(server('--node-name /var/lib/rancher/k3s')), {}, ['node-name']],
  ['lists with spaces and empty items', host(server("--disable 'a, b,,c'")), {disable: ['a', 'b', 'c']}, []],
  ['an empty list', host(server("--disable ''")), {}, []],
  ['lists in another order', host(server('--disable a,b')), {disable: ['b', 'a']}, ['disable']],
  ['names in another order, and twice', host(server('--tls-san b --tls-san a,a')), {'tls-san': ['a', 'b']}, []],
  ['names that each certificate has', host(server('--tls-san localhost,127.0.0.1,10.0.0.1,server1')), {}, []],
  ['an own name as another setting', host(server('--node-name server1')), {}, ['node-name']],
  ['arguments, with commas and spaces', host(server("--kubelet-arg 'a=1, b=2'")), {'kubelet-arg': ['a=1, b=2']}, []],
  ['a setting that is new', host(server('')), {log: 'x'}, ['log']],
  ['settings that say where settings are', host(server('--config /c --token-file /t --agent-token-file /u')), {}, []],
  ['how it joined', host(server('--server https://x:6443 --cluster-init')), {}, []],
  ['the token, as it is in a unit', host(server(`--token ${secure('server', 'pw')}`)), {token: secret('pw')}, []],
  [
    'the token, in a file that is named',
    host(server('--token old', {}, data({tokenFile: secret('pw')}))),
    {token: secret('pw')},
    [],
  ],
  [
    'the token, made by K3s',
    host(server('', {}, data({token: secret(secure('server', 'pw'))}))),
    {token: secret('pw')},
    [],
  ],
  ['another token', host(server('--token old')), {token: secret('pw')}, ['token']],
  ['a token, where none is known', host(server('')), {token: secret('pw')}, ['token']],
  ['a token that is no secret', host(server('--token pw')), {token: 'pw'}, []],
  ['no token wanted', host(server('--token old')), {}, []],
  ['the agents’ token, as it is in a unit', host(server('--agent-token pw')), {'agent-token': secret('pw')}, []],
  [
    'the agents’ token, made by K3s',
    host(server('', {}, data({agentToken: secret(secure('node', 'pw'))}))),
    {'agent-token': secret('pw')},
    [],
  ],
  ['another agents’ token', host(server('--agent-token old')), {'agent-token': secret('pw')}, ['token']],
  [
    'the servers’ token as the agents’',
    host(server('', {}, data({token: secret('pw')}))),
    {'agent-token': secret('pw')},
    ['token'],
  ],
  [
    'both tokens, one of them another',
    host(server('--token pw --agent-token old')),
    {token: secret('pw'), 'agent-token': secret('x')},
    ['token'],
  ],
  ['secrets that are no tokens', host(server('--etcd-s3-secret-key k')), {'etcd-s3-secret-key': secret('k')}, []],
  [
    'another secret',
    host(server('--etcd-s3-secret-key k')),
    {'etcd-s3-secret-key': secret('l')},
    ['etcd-s3-secret-key'],
  ],
  ['a secret that is taken out', host(server('--etcd-s3-secret-key k')), {}, ['etcd-s3-secret-key']],
  [
    'variables, sorted',
    host(server('', {environment: 'Z=1\nA=1\nE=\nS=same\n'}), {
      k3s_environment: {Z: '2', A: '2', E: '', S: 'same', N: ''},
    }),
    {},
    ['A', 'Z'],
  ],
  ['a variable that is new', host(server(''), {k3s_environment: {N: '1'}}), {}, ['N']],
  ['variables that stay anyway', host(server('', {lastingEnvironment: 'L=1\n'})), {}, []],
  ['registries, where there are none', host(server(''), {k3s_registries: {mirrors: {}}}), {}, ['registries.yaml']],
  [
    'registries that are no YAML',
    host(server('', {}, {registriesText: 'a: ['}), {k3s_registries: {a: 1}}),
    {},
    ['registries.yaml'],
  ],
  ['registries by YAML 1.1', host(server('', {}, {registriesText: 'a: yes\n'}), {k3s_registries: {a: true}}), {}, []],
  ['registries that the inventory does not name', host(server('', {}, {registriesText: 'a: 1\n'})), {}, []],
  ['no version wanted', host(server(''), {k3s_version: undefined}), {}, []],
  ['another version', host(server(''), {k3s_version: 'v1.30.7+k3s1'}), {}, ['version']],
  [
    'all at once',
    host(server('--token old', {environment: 'A=1\n'}), {
      k3s_environment: {A: '2'},
      k3s_registries: {a: 1},
      k3s_version: 'v1.31.0+k3s1',
    }),
    {log: 'x', debug: true, token: secret('pw')},
    ['debug', 'log', 'A', 'token', 'registries.yaml', 'version'],
  ],
  [
    'an agent that is to register elsewhere',
    agentHost(
      sightingOf('agent1', {
        version: 'v1.30.6+k3s1',
        agent: running,
        agentUnit: unitFiles({text: 'ExecStart=/usr/local/bin/k3s agent --server https://a:6443\n'}),
      }),
    ),
    {server: 'https://b:6443'},
    ['server'],
  ],
] as const satisfies readonly (readonly [string, ClusterHost, K3sConfig, readonly string[]])[]) {
  test(`taken over: ${name}: ${differing.length === 0 ? 'as it runs' : differing.join(', ')}`, (t) => {
    t.deepEqual(adoptionOf(given, planned), {
      same: differing.length === 0,
      differing: [...differing],
      words:
        differing.length === 0
          ? 'installed by another hand: taken over as it runs'
          : `installed by another hand: taken over, and restarted, since ${differing.join(', ')} differ${differing.length === 1 ? 's' : ''}`,
    });
  });
}

for (const [name, given, differing] of [
  ['a member', host({...server('--debug'), server: starting, ping: false}), []],
  [
    'a member, in systemd’s words for a reload',
    host({...server('--debug'), server: {...running, active: 'reloading'}}),
    [],
  ],
  ['a server on SQLite', host({...server('--debug'), server: starting, ...data({wal: false, stateDb: true})}), []],
  [
    'a server on an external datastore',
    host({...server('--debug --datastore-endpoint x'), server: starting, ...data({wal: false})}),
    ['datastore-endpoint'],
  ],
  [
    'an agent',
    agentHost(
      sightingOf('agent1', {
        version: 'v1.30.6+k3s1',
        agent: starting,
        agentUnit: unitFiles({text: 'ExecStart=/usr/local/bin/k3s agent --debug\n'}),
      }),
    ),
    [],
  ],
] as const) {
  test(`what is still starting is taken over as what runs: ${name}`, (t) => {
    t.deepEqual(adoptionOf(given, {debug: true})?.differing, differing);
  });
}

for (const [name, given] of [
  ['nobody could look', host(undefined)],
  ['a unit of our own', host(server('', {text: '# Written by quorate\n'}))],
  ['no unit', host(base)],
  ['a service that does not run', host({...server(''), server: {...running, active: 'inactive'}})],
  ['a service that has failed', host({...server(''), server: {...running, active: 'failed'}})],
  ['a server without data that is starting', host({...server(''), server: starting, ...data({wal: false})})],
  ['a removed server that is starting', host({...server(''), server: starting, ...data({tombstone: true})})],
  [
    'a server that is starting in the middle of a conversion',
    host({...server(''), server: starting, ...data({stateDb: true})}),
  ],
  ['a unit whose state is not known', host({...server(''), server: undefined as never})],
  [
    'a service of agents on a server',
    host({...base, agent: running, agentUnit: unitFiles({text: 'ExecStart=/usr/local/bin/k3s agent\n'})}),
  ],
] as const) {
  test(`nothing is taken over: ${name}`, (t) => {
    t.is(adoptionOf(given, {}), undefined);
  });
}
