/** Each step of a plan, and what of it is a difference: the words, and whether K3s is restarted for it. */
import test from 'ava';
import {clusterHost, sightingOf, stoppedMember, usualPart} from '../../test/support/cluster_hosts.js';
import {member, runningAgent, seen, unit} from '../../test/support/cluster_status.js';
import type {HostPlan} from './plan.js';
import {differencesOf} from './status_differences.js';
import type {SeenHost} from './status_types.js';

const planned = (change: Partial<HostPlan> = {}): HostPlan => ({
  ...usualPart('server1'),
  step: 'member',
  why: 'THE PLAN SAYS WHY',
  config: {token: 'pw'},
  ...change,
});

interface Row {
  readonly seen: SeenHost;
  readonly plan?: Partial<HostPlan>;
  readonly differences: readonly (readonly [what: string, restart: boolean])[];
}

const inactive = {...unit, active: 'inactive'};
const sums = (digit: string): string => `${digit.repeat(64)}  /etc/rancher/k3s/config.yaml\n`;
const changed = (active: string) => ({server: {...unit, active, sums: sums('a')}, sumsNow: sums('b')});
const bare = sightingOf('server1');
const {version: _version, ...withoutBinary} = member('server1');

const unversioned = (): SeenHost => {
  const {host, ...rest} = seen('server1', member('server1', {version: 'v1.29.1+k3s1'}));
  const {version: _wanted, ...wanted} = host.wanted;
  return {...rest, host: {...host, wanted}};
};

const rows: Record<string, Row> = {
  'runs as it should': {seen: seen('server1', member('server1')), differences: []},
  ...Object.fromEntries(
    (['init', 'join', 'replace', 'start'] as const).map((step) => [
      `step ${step} on a host with nothing`,
      {seen: seen('server1', bare), plan: {step}, differences: [['THE PLAN SAYS WHY', true]]} satisfies Row,
    ]),
  ),
  'K3s is installed, without data: its settings are of no cluster yet': {
    seen: seen('server1', {...bare, server: inactive, configText: 'token: other\n'}),
    plan: {step: 'join'},
    differences: [['THE PLAN SAYS WHY', true]],
  },
  'a member without its unit': {
    seen: seen('server1', {...stoppedMember('server1'), server: {...inactive, load: 'not-found'}}),
    plan: {step: 'start'},
    differences: [['THE PLAN SAYS WHY', true]],
  },
  'a host that is left out, with nothing': {
    seen: seen('server1', bare),
    plan: {step: 'none'},
    differences: [['server is not installed; THE PLAN SAYS WHY', true]],
  },
  'no agent yet': {
    seen: seen('agent1', sightingOf('agent1')),
    plan: {step: 'agent', kind: 'agent'},
    differences: [['agent is not installed; THE PLAN SAYS WHY', true]],
  },
  'an agent that does not run': {
    seen: seen('agent1', {...runningAgent('agent1'), agent: inactive, configText: 'token: pw\n'}),
    plan: {step: 'agent', kind: 'agent'},
    differences: [['the service does not run', true]],
  },
  'another version': {
    seen: seen('server1', member('server1', {version: 'v1.29.1+k3s1'})),
    differences: [['v1.29.1+k3s1 is installed, and the inventory wants v1.30.6+k3s1', true]],
  },
  'any version is as wanted where none is named': {seen: unversioned(), differences: []},
  'no binary tells its version': {seen: seen('server1', withoutBinary), differences: []},
  'two settings': {
    seen: seen('server1', member('server1', {configText: 'token: pw\ndisable: [traefik]\nselinux: true\n'})),
    differences: [['config.yaml would change in disable, selinux', true]],
  },
  'a file that changed since the start': {
    seen: seen('server1', member('server1', changed('active'))),
    differences: [['config.yaml changed since its start', true]],
  },
  'it starts, and is writing down what it starts with': {
    seen: seen('server1', member('server1', changed('activating'))),
    differences: [['the service does not run', true]],
  },
  'another hand installed it, and it stays as it is': {
    seen: seen('server1', member('server1', {configText: 'selinux: true\n'})),
    plan: {adoption: {same: true, differing: [], words: ''}},
    differences: [['installed by another hand; it goes on as it runs', false]],
  },
  'another hand installed it, and two settings change': {
    seen: seen('server1', member('server1')),
    plan: {adoption: {same: false, differing: ['selinux', 'token'], words: ''}},
    differences: [['installed by another hand; selinux, token would change', true]],
  },
};

for (const [title, {seen: host, plan, differences}] of Object.entries(rows))
  test(title, (t) => {
    t.deepEqual(
      differencesOf(host, planned(plan)).map(({what, restart}) => [what, restart]),
      differences,
    );
  });

test('without a plan, or of a host that nobody saw, nothing is said', (t) => {
  t.deepEqual(differencesOf(seen('server1', bare), undefined), []);
  t.deepEqual(differencesOf({host: clusterHost('server1', undefined)}, planned()), []);
});
