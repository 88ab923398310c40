/** What the inventory wants of a host that is not so. */
import test from 'ava';
import {sightingOf, stoppedMember} from '../../test/support/cluster_hosts.js';
import {member, runningAgent, seen, status, unit} from '../../test/support/cluster_status.js';

test('differences are what site.yml would act on', (t) => {
  const differing = status([
    seen('server1', member('server1', {configText: 'token: pw\ndisable: [traefik]\n'})),
    seen('server2', member('server2', {version: 'v1.30.5+k3s1'})),
    seen('server3', sightingOf('server3')),
    seen('server4', undefined),
  ]);
  const words = differing.servers.map(({host, differences}) => [host, differences.map(({what}) => what)]);
  t.deepEqual(words, [
    ['server1', ['config.yaml would change in disable']],
    ['server2', ['v1.30.5+k3s1 is installed, and the inventory wants v1.30.6+k3s1']],
    ['server3', ['was wiped: its dead member server3-0123abcd (server3-id) is removed; joins through server1']],
    ['server4', []],
  ]);
});

test('a member that does not run: its settings are compared all the same', (t) => {
  const {servers} = status([
    seen('server1', member('server1')),
    seen('server2', {...stoppedMember('server2'), configText: 'token: other\n'}),
  ]);
  t.deepEqual(
    servers[1]?.differences.map(({what}) => what),
    ['is a member that does not run', 'config.yaml would change in token'],
  );
});

test('with no server to ask, nobody can tell what an agent should have', (t) => {
  const {agents} = status([seen('server1', undefined)], [seen('agent1', runningAgent('agent1'))], 'none answered');
  t.deepEqual(agents[0]?.differences, []);
});

test('what runs is another file than what lies there', (t) => {
  const sum = (digit: string): string => `${digit.repeat(64)}  /etc/rancher/k3s/config.yaml\n`;
  const {servers, agents} = status(
    [seen('server1', member('server1', {server: {...unit, sums: sum('a')}, sumsNow: sum('b')}))],
    [seen('agent1', {...runningAgent('agent1'), agent: {...unit, sums: sum('a')}}, {agentSumsNow: sum('c')})],
  );
  t.deepEqual(
    servers[0]?.differences.map(({what, restart}) => [what, restart]),
    [['config.yaml changed since its start', true]],
  );
  t.true(agents[0]?.differences.some(({what}) => what === 'config.yaml changed since its start'));
});
