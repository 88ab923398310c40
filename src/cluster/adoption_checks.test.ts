import test from 'ava';
import {clusterHost, runningMember, unitFiles} from '../../test/support/cluster_hosts.js';
import {preflight} from './preflight.js';
import type {Sighting, UnitFiles} from './sighting.js';

const seen = (unit: Partial<UnitFiles>, change: Partial<Sighting> = {}): Sighting => ({
  ...runningMember('server1', ['server1']),
  serverUnit: unitFiles({text: 'ExecStart=/usr/local/bin/k3s server\n', ...unit}),
  ...change,
});

const checked = (sighting: Sighting, variables: Record<string, unknown> = {}) =>
  preflight({servers: [clusterHost('server1', sighting, variables)], agents: [], binaryGiven: false});

const unitState = {load: 'loaded', active: 'active', sub: 'running', mainPid: 5, restarts: 0, enabled: 'enabled'};

const refused: Record<string, {sighting: Sighting; variables?: Record<string, unknown>; what: RegExp; hint: RegExp}> = {
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
    what: /^k3s-foo\.service on server1 runs K3s under a name of its own \(INSTALL_K3S_NAME\), and this play manages k3s\.service: K3s would run there twice$/,
    hint: /systemctl disable --now k3s-foo && mv \/etc\/systemd\/system\/k3s-foo\.service \/etc\/systemd\/system\/k3s\.service && systemctl daemon-reload && systemctl enable --now k3s$/,
  },
  'an agent in the group of servers': {
    sighting: seen({text: ''}, {agent: unitState}),
    what: /^server1 is in group server, and k3s-agent\.service is on it: it is an agent already$/,
    hint: /move server1 to the group it belongs to, or remove K3s from it first \(k3s-agent-uninstall\.sh\)/,
  },
  'a drop-in that replaces the command': {
    sighting: seen({
      dropIns: [
        {path: '/etc/systemd/system/k3s.service.d/a.conf', text: '[Service]\nExecStart=\nExecStart=/x k3s server\n'},
      ],
    }),
    what: /^\/etc\/systemd\/system\/k3s\.service\.d\/a\.conf on server1 replaces the command of k3s\.service/,
    hint: /move its flags to k3s_server_config/,
  },
  'a flag that systemd fills in': {
    sighting: seen({text: 'ExecStart=/usr/local/bin/k3s server --advertise-address ${MY_IP}\n'}),
    what: /^--advertise-address in k3s\.service on server1 takes its value from a variable of systemd's$/,
    hint: /name 'advertise-address' with its value in k3s_server_config/,
  },
  'a flag that hides what config.yaml.d says': {
    sighting: seen(
      {text: 'ExecStart=/usr/local/bin/k3s server --flannel-backend none\n'},
      {dropIns: [{path: '/etc/rancher/k3s/config.yaml.d/x.yaml', text: 'flannel-backend: host-gw\n'}]},
    ),
    what: /^\/etc\/rancher\/k3s\/config\.yaml\.d\/x\.yaml on server1 sets 'flannel-backend', which a flag of k3s\.service overrules/,
    hint: /take 'flannel-backend' out of .*x\.yaml: it has no effect today$/,
  },
  'a config file that stays elsewhere': {
    sighting: seen({lastingEnvironment: 'K3S_CONFIG_FILE=/srv/k3s.yaml\n'}),
    what: /^K3S_CONFIG_FILE is set on server1 in a file that stays in force/,
    hint: /move the file there and take the variable out/,
  },
  'data that lies elsewhere than the inventory says': {
    sighting: seen({}),
    variables: {k3s_data_dir: '/srv/k3s'},
    what: /^server1 keeps K3s's data in \/var\/lib\/rancher\/k3s, and the inventory says \/srv\/k3s$/,
    hint: /set k3s_data_dir: \/var\/lib\/rancher\/k3s for server1/,
  },
  'data that is no link to where the inventory says': {
    sighting: seen({}),
    variables: {k3s_server_location: '/srv/k3s'},
    what: /^server1 keeps K3s's data in \/var\/lib\/rancher\/k3s, and the inventory says \/srv\/k3s$/,
    hint: /set k3s_server_location: \/var\/lib\/rancher\/k3s for server1/,
  },
  'an external database that is not given': {
    sighting: seen({}),
    variables: {use_external_database: true},
    what: /^use_external_database is true, and no datastore-endpoint is given$/,
    hint: /k3s_server_config/,
  },
};

for (const [name, {sighting, variables, what, hint}] of Object.entries(refused)) {
  test(`refused: ${name}`, (t) => {
    const {refusals} = checked(sighting, variables);
    t.is(refusals.length, 1, JSON.stringify(refusals));
    t.regex(refusals[0]?.what ?? '', what);
    t.regex(refusals[0]?.hint ?? '', hint);
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
});

test('a warning where config.yaml.d wins over the inventory', (t) => {
  const sighting = seen({}, {dropIns: [{path: '/x.yaml', text: 'disable: [servicelb]\n'}]});
  t.deepEqual(checked(sighting, {k3s_server_config: {disable: ['traefik']}}).warnings, [
    "/x.yaml on server1 sets 'disable', which wins over the inventory's: take it out there, or here",
  ]);
});
