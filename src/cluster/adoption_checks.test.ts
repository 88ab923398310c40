import test from 'ava';
import {clusterHost, runningMember, sightingOf, unitFiles, unknownHost} from '../../test/support/cluster_hosts.js';
import {shadowedSettings} from './adoption_checks.js';
import type {PlanRefusal} from './plan.js';
import {preflight} from './preflight.js';
import type {Sighting, UnitFiles} from './sighting.js';

const seen = (unit: Partial<UnitFiles>, change: Partial<Sighting> = {}): Sighting => ({
  ...runningMember('server1', ['server1']),
  serverUnit: unitFiles({text: 'ExecStart=/usr/local/bin/k3s server\n', ...unit}),
  ...change,
});

const unitState = {load: 'loaded', active: 'active', sub: 'running', mainPid: 5, restarts: 0, enabled: 'enabled'};

/** Of an agent, beside a server that nobody could look at. */
const checked = (sighting: Sighting, variables: Record<string, unknown> = {}, isAgent = false) =>
  isAgent
    ? preflight({
        servers: [unknownHost('server1')],
        agents: [clusterHost('agent1', sighting, variables)],
        binaryGiven: false,
      })
    : preflight({servers: [clusterHost('server1', sighting, variables)], agents: [], binaryGiven: false});

const agentSeen = (unit: Partial<UnitFiles>, change: Parameters<typeof sightingOf>[1] = {}): Sighting =>
  sightingOf('agent1', {agentUnit: unitFiles({text: 'ExecStart=/usr/local/bin/k3s agent\n', ...unit}), ...change});

const refused: Record<
  string,
  {sighting: Sighting; variables?: Record<string, unknown>; agent?: true; refusals: readonly PlanRefusal[]}
> = {
  'a service under a name of its own': {
    sighting: seen(
      {},
      {
        otherUnits: [
          {path: '/etc/systemd/system/k3s-foo.service', text: 'ExecStart=/usr/local/bin/k3s \\\n    server \\\n'},
          {path: '/etc/systemd/system/k3s-backup.service', text: 'ExecStart=/usr/local/bin/backup server\n'},
        ],
      },
    ),
    refusals: [
      {
        hosts: ['server1'],
        what: 'k3s-foo.service on server1 runs K3s under a name of its own (INSTALL_K3S_NAME), and this play manages k3s.service: K3s would run there twice',
        hint: "give it the usual name on server1, which takes a moment's outage of that host: systemctl disable --now k3s-foo && mv /etc/systemd/system/k3s-foo.service /etc/systemd/system/k3s.service && systemctl daemon-reload && systemctl enable --now k3s",
      },
    ],
  },
  'an agent in the group of servers': {
    sighting: seen({text: ''}, {agent: unitState}),
    refusals: [
      {
        hosts: ['server1'],
        what: 'server1 is in group server, and k3s-agent.service is on it: it is an agent already',
        hint: 'K3s has no way from one to the other: move server1 to the group it belongs to, or remove K3s from it first (k3s-agent-uninstall.sh)',
      },
    ],
  },
  'a drop-in that replaces the command': {
    sighting: seen({
      dropIns: [
        {path: '/etc/systemd/system/k3s.service.d/a.conf', text: '[Service]\nExecStart=\nExecStart=/x k3s server\n'},
      ],
    }),
    refusals: [
      {
        hosts: ['server1'],
        what: '/etc/systemd/system/k3s.service.d/a.conf on server1 replaces the command of k3s.service (ExecStart=), so config.yaml alone would not say what K3s runs with',
        hint: 'move its flags to k3s_server_config and take the lines with ExecStart= out of it',
      },
    ],
  },
  'a flag that systemd fills in': {
    sighting: seen({text: 'ExecStart=/usr/local/bin/k3s server --advertise-address ${MY_IP}\n'}),
    refusals: [
      {
        hosts: ['server1'],
        what: "--advertise-address in k3s.service on server1 takes its value from a variable of systemd's",
        hint: "name 'advertise-address' with its value in k3s_server_config of server1, and write that value into the unit too",
      },
    ],
  },
  'a flag that hides what config.yaml.d says': {
    sighting: seen(
      {text: 'ExecStart=/usr/local/bin/k3s server --flannel-backend none\n'},
      {dropIns: [{path: '/etc/rancher/k3s/config.yaml.d/x.yaml', text: 'flannel-backend: host-gw\n'}]},
    ),
    refusals: [
      {
        hosts: ['server1'],
        what: "/etc/rancher/k3s/config.yaml.d/x.yaml on server1 sets 'flannel-backend', which a flag of k3s.service overrules; in config.yaml, where flags are moved to, it would win",
        hint: "take 'flannel-backend' out of /etc/rancher/k3s/config.yaml.d/x.yaml: it has no effect today",
      },
    ],
  },
  'a config file that stays elsewhere': {
    sighting: seen({lastingEnvironment: 'K3S_CONFIG_FILE=/srv/k3s.yaml\n'}),
    refusals: [
      {
        hosts: ['server1'],
        what: 'K3S_CONFIG_FILE is set on server1 in a file that stays in force (/etc/default/k3s, /etc/sysconfig/k3s, or a drop-in of the unit)',
        hint: 'this play writes /etc/rancher/k3s/config.yaml: move the file there and take the variable out',
      },
    ],
  },
  'data that lies elsewhere than the inventory says': {
    sighting: seen({}),
    variables: {k3s_data_dir: '/srv/k3s'},
    refusals: [
      {
        hosts: ['server1'],
        what: "server1 keeps K3s's data in /var/lib/rancher/k3s, and the inventory says /srv/k3s",
        hint: 'K3s would begin anew there: set k3s_data_dir: /var/lib/rancher/k3s for server1; to move the data, stop K3s there, move the folder, and make /var/lib/rancher/k3s a link to it',
        variable: {name: 'k3s_data_dir', host: 'server1'},
      },
    ],
  },
  'data that is no link to where the inventory says': {
    sighting: seen({}),
    variables: {k3s_server_location: '/srv/k3s'},
    refusals: [
      {
        hosts: ['server1'],
        what: "server1 keeps K3s's data in /var/lib/rancher/k3s, and the inventory says /srv/k3s",
        hint: 'K3s would begin anew there: set k3s_server_location: /var/lib/rancher/k3s for server1; to move the data, stop K3s there, move the folder, and make /var/lib/rancher/k3s a link to it',
        variable: {name: 'k3s_server_location', host: 'server1'},
      },
    ],
  },
  'an external database that is not given': {
    sighting: seen({}),
    variables: {use_external_database: true},
    refusals: [
      {
        hosts: ['server1'],
        what: 'use_external_database is true, and no datastore-endpoint is given',
        hint: "put it into k3s_server_config (or extra_server_args): 'datastore-endpoint: postgres://...'",
        variable: {name: 'use_external_database', host: 'server1'},
      },
    ],
  },
  'a server in the group of agents': {
    sighting: agentSeen({}, {server: unitState}),
    agent: true,
    refusals: [
      {
        hosts: ['agent1'],
        what: 'agent1 is in group agent, and k3s.service is on it: it is a server already',
        hint: 'K3s has no way from one to the other: move agent1 to the group it belongs to, or remove K3s from it first (k3s-uninstall.sh)',
      },
    ],
  },
  'a server that starts in the group of agents': {
    sighting: agentSeen({}, {server: {...unitState, active: 'activating', enabled: ''}}),
    agent: true,
    refusals: [
      {
        hosts: ['agent1'],
        what: 'agent1 is in group agent, and k3s.service is on it: it is a server already',
        hint: 'K3s has no way from one to the other: move agent1 to the group it belongs to, or remove K3s from it first (k3s-uninstall.sh)',
      },
    ],
  },
  'a server that is enabled in the group of agents': {
    sighting: agentSeen({}, {server: {...unitState, active: 'inactive'}}),
    agent: true,
    refusals: [
      {
        hosts: ['agent1'],
        what: 'agent1 is in group agent, and k3s.service is on it: it is a server already',
        hint: 'K3s has no way from one to the other: move agent1 to the group it belongs to, or remove K3s from it first (k3s-uninstall.sh)',
      },
    ],
  },
  'a server that runs and is not enabled in the group of agents': {
    sighting: agentSeen({}, {server: {...unitState, enabled: ''}}),
    agent: true,
    refusals: [
      {
        hosts: ['agent1'],
        what: 'agent1 is in group agent, and k3s.service is on it: it is a server already',
        hint: 'K3s has no way from one to the other: move agent1 to the group it belongs to, or remove K3s from it first (k3s-uninstall.sh)',
      },
    ],
  },
  'an agent under a name of its own': {
    sighting: agentSeen(
      {},
      {
        otherUnits: [
          {path: '/lib/systemd/system/k3s.service.d-foo.service', text: 'ExecStart=/usr/local/bin/k3s agent\n'},
        ],
      },
    ),
    agent: true,
    refusals: [
      {
        hosts: ['agent1'],
        what: 'k3s.service.d-foo.service on agent1 runs K3s under a name of its own (INSTALL_K3S_NAME), and this play manages k3s-agent.service: K3s would run there twice',
        hint: "give it the usual name on agent1, which takes a moment's outage of that host: systemctl disable --now k3s.service.d-foo && mv /lib/systemd/system/k3s.service.d-foo.service /lib/systemd/system/k3s-agent.service && systemctl daemon-reload && systemctl enable --now k3s-agent",
      },
    ],
  },
  'a drop-in of an agent that replaces the command': {
    sighting: agentSeen({
      dropIns: [
        {path: '/a.conf', text: 'ExecStart=/x\n'},
        {path: '/b.conf', text: '# ExecStart=/x\nXExecStart=/y\n'},
      ],
    }),
    agent: true,
    refusals: [
      {
        hosts: ['agent1'],
        what: '/a.conf on agent1 replaces the command of k3s-agent.service (ExecStart=), so config.yaml alone would not say what K3s runs with',
        hint: 'move its flags to k3s_agent_config and take the lines with ExecStart= out of it',
      },
    ],
  },
  'flags of an agent that systemd fills in': {
    sighting: agentSeen({
      text: 'ExecStart=/usr/local/bin/k3s agent --node-name %H --node-label a=b --node-label c=$X --node-ip $ --log %1 --pause-image ${Y}\n',
    }),
    agent: true,
    refusals: [
      {
        hosts: ['agent1'],
        what: 'node-ip $ is no address of agent1, which has 10.0.1.1',
        hint: 'set k3s_node_ip to one of them, for this host alone, or leave it out',
        variable: {host: 'agent1', name: 'k3s_node_ip'},
      },
      {
        hosts: ['agent1'],
        what: "--node-name in k3s-agent.service on agent1 takes its value from a variable of systemd's",
        hint: "name 'node-name' with its value in k3s_agent_config of agent1, and write that value into the unit too",
      },
      {
        hosts: ['agent1'],
        what: "--node-label in k3s-agent.service on agent1 takes its value from a variable of systemd's",
        hint: "name 'node-label' with its value in k3s_agent_config of agent1, and write that value into the unit too",
      },
      {
        hosts: ['agent1'],
        what: "--pause-image in k3s-agent.service on agent1 takes its value from a variable of systemd's",
        hint: "name 'pause-image' with its value in k3s_agent_config of agent1, and write that value into the unit too",
      },
    ],
  },
  'flags that hide two settings of config.yaml.d, one of which is added to': {
    sighting: seen(
      {text: 'ExecStart=/usr/local/bin/k3s server --disable traefik --debug\n'},
      {
        dropIns: [
          {path: '/x.yaml', text: 'disable+: [servicelb]\nlog: x\nde+bug: y\n'},
          {path: '/y.yaml', text: 'debug: false\n'},
        ],
      },
    ),
    refusals: [
      {
        hosts: ['server1'],
        what: "/x.yaml on server1 sets 'disable', which a flag of k3s.service overrules; in config.yaml, where flags are moved to, it would win",
        hint: "take 'disable' out of /x.yaml: it has no effect today",
      },
      {
        hosts: ['server1'],
        what: "/y.yaml on server1 sets 'debug', which a flag of k3s.service overrules; in config.yaml, where flags are moved to, it would win",
        hint: "take 'debug' out of /y.yaml: it has no effect today",
      },
    ],
  },
  'a config file that stays elsewhere, of an agent': {
    sighting: agentSeen({lastingEnvironment: 'K3S_CONFIG_FILE=/srv/k3s.yaml\n'}),
    agent: true,
    refusals: [
      {
        hosts: ['agent1'],
        what: 'K3S_CONFIG_FILE is set on agent1 in a file that stays in force (/etc/default/k3s-agent, /etc/sysconfig/k3s-agent, or a drop-in of the unit)',
        hint: 'this play writes /etc/rancher/k3s/config.yaml: move the file there and take the variable out',
      },
    ],
  },
  'a data-dir that nobody has looked at': {
    sighting: sightingOf('server1'),
    variables: {k3s_data_dir: '/srv/k3s'},
    refusals: [
      {
        hosts: ['server1'],
        what: 'the data-dir of server1 is to be /srv/k3s, and what lies there was not looked at (/var/lib/rancher/k3s was)',
        hint: 'set k3s_data_dir: /srv/k3s',
        variable: {name: 'k3s_data_dir', host: 'server1'},
      },
    ],
  },
  'data of SQLite that lies elsewhere': {
    sighting: sightingOf('server1', {data: {stateDb: true}}),
    variables: {k3s_data_dir: '/srv/k3s'},
    refusals: [
      {
        hosts: ['server1'],
        what: "server1 keeps K3s's data in /var/lib/rancher/k3s, and the inventory says /srv/k3s",
        hint: 'K3s would begin anew there: set k3s_data_dir: /var/lib/rancher/k3s for server1; to move the data, stop K3s there, move the folder, and make /var/lib/rancher/k3s a link to it',
        variable: {name: 'k3s_data_dir', host: 'server1'},
      },
    ],
  },
  'certificates that lie elsewhere': {
    sighting: sightingOf('server1', {data: {serverTls: true}}),
    variables: {k3s_data_dir: '/srv/k3s'},
    refusals: [
      {
        hosts: ['server1'],
        what: "server1 keeps K3s's data in /var/lib/rancher/k3s, and the inventory says /srv/k3s",
        hint: 'K3s would begin anew there: set k3s_data_dir: /var/lib/rancher/k3s for server1; to move the data, stop K3s there, move the folder, and make /var/lib/rancher/k3s a link to it',
        variable: {name: 'k3s_data_dir', host: 'server1'},
      },
    ],
  },
  'an agent’s data that lies elsewhere': {
    sighting: sightingOf('agent1', {data: {agent: true}}),
    agent: true,
    variables: {k3s_data_dir: '/srv/k3s'},
    refusals: [
      {
        hosts: ['agent1'],
        what: "agent1 keeps K3s's data in /var/lib/rancher/k3s, and the inventory says /srv/k3s",
        hint: 'K3s would begin anew there: set k3s_data_dir: /var/lib/rancher/k3s for agent1; to move the data, stop K3s there, move the folder, and make /var/lib/rancher/k3s a link to it',
        variable: {name: 'k3s_data_dir', host: 'agent1'},
      },
    ],
  },
};

for (const [name, {sighting, variables, agent, refusals}] of Object.entries(refused)) {
  test(`refused: ${name}`, (t) => {
    t.deepEqual(checked(sighting, variables, agent).refusals, refusals);
  });
}

test('not refused: a drop-in with variables, data behind a link, the same value in a flag and in config.yaml.d', (t) => {
  const sighting = seen(
    {
      text: 'ExecStart=/usr/local/bin/k3s server --flannel-backend none\n',
      dropIns: [{path: 'a.conf', text: '[Service]\nEnvironment=HTTP_PROXY=x\n'}],
    },
    {dropIns: [{path: 'x.yaml', text: 'flannel-backend: none\n'}], dataDirReal: '/srv/k3s'},
  );
  t.deepEqual(checked(sighting, {k3s_server_location: '/srv/k3s'}).refusals, []);
  t.deepEqual(
    checked(seen({}, {dataDir: '/srv/k3s', dataDirReal: '/data'}), {
      k3s_data_dir: '/srv/k3s',
      k3s_server_location: '/srv/k3s',
    }).refusals,
    [],
  );
  t.deepEqual(
    checked(agentSeen({}, {server: {...unitState, active: 'failed', enabled: 'disabled'}}), {}, true).refusals,
    [],
  );
  t.deepEqual(checked(agentSeen({}, {server: {...unitState, load: 'not-found'}}), {}, true).refusals, []);
  const own = {text: '# Written by quorate\nExecStart=/usr/local/bin/k3s server --log $X\n'};
  t.deepEqual(checked(seen(own, {dropIns: [{path: '/x.yaml', text: 'log: y\n'}]})).refusals, []);
});

test('a warning where config.yaml.d wins over the inventory', (t) => {
  const dropIns = [
    {path: '/x.yaml', text: 'disable: [servicelb]\nlog: same\nv: 3\n'},
    {path: '/y.yaml', text: 'debug: true\n'},
  ];
  const wins = (path: string, key: string): string =>
    `${path} on server1 sets '${key}', which wins over the inventory's: take it out there, or here`;
  t.deepEqual(
    checked(seen({}, {dropIns}), {k3s_server_config: {disable: ['traefik'], log: 'same', debug: false}}).warnings,
    [wins('/x.yaml', 'disable'), wins('/y.yaml', 'debug')],
  );
  const foreign = seen(
    {text: 'ExecStart=/usr/local/bin/k3s server --v 4\n'},
    {dropIns: [{path: '/x.yaml', text: 'v: 4\n'}]},
  );
  t.deepEqual(checked(foreign).warnings, []);
  t.deepEqual(shadowedSettings([unknownHost('server1')]), []);
});
