import test from 'ava';
import {
  bareHost as bare,
  clusterHost,
  memberHost,
  planFor,
  runningMember,
  sightingOf,
  sqliteServer,
  stoppedMember,
  three,
  unknownHost as unknown,
} from '../../test/support/cluster_hosts.js';
import type {ClusterHost} from './classify.js';
import type {PlanRefusal} from './plan.js';

const member = (name: string, cluster = three): ClusterHost => memberHost(name, {data: {ca: 'ca1'}}, cluster);
/** Nobody could look, and nothing says why. */
const silent = (name: string): ClusterHost => ({wanted: unknown(name).wanted, inPlay: true});

interface Case {
  servers: ClusterHost[];
  agents?: ClusterHost[];
  lost?: string[];
  allowEven?: boolean;
  refusal: PlanRefusal;
}

const refused = ({servers, agents = [], lost = [], allowEven = false}: Omit<Case, 'refusal'>): readonly PlanRefusal[] =>
  planFor(servers, {agents, lost, allowEven}).refusals;

const uninstall = (name: string): string =>
  `run k3s-uninstall.sh ${name === 'there' ? name : `on ${name}`} (or \`systemctl stop k3s\`, then remove /var/lib/rancher/k3s/server), then run again`;

const cases: Record<string, Case> = {
  'a joiner with SQLite data of its own': {
    servers: [member('server1', ['server1']), clusterHost('server4', sqliteServer('server4'))],
    refusal: {
      hosts: ['server4'],
      what: 'server4 is a cluster of its own on SQLite (/var/lib/rancher/k3s/server/db/state.db), so it cannot join this one',
      hint: `if nothing in it is needed, ${uninstall('server4')}`,
    },
  },
  'two servers, each on SQLite': {
    servers: ['server1', 'server2'].map((name) => clusterHost(name, sqliteServer(name))),
    refusal: {
      hosts: ['server1', 'server2'],
      what: 'server1 and server2 are clusters of their own, each on SQLite',
      hint: 'decide which one is to be kept, run k3s-uninstall.sh on the others, then run playbooks/convert_to_etcd.yml',
    },
  },
  'SQLite with more servers in the inventory': {
    servers: [clusterHost('server1', sqliteServer('server1')), bare('server2')],
    refusal: {
      hosts: ['server1'],
      what: 'server1 is a single server on SQLite, and the inventory names 2 servers',
      hint: 'SQLite serves one server only: convert it first with `quorate run playbooks/convert_to_etcd.yml` and this inventory, then run site.yml again; or let site.yml do both: -e k3s_convert_to_etcd=true',
    },
  },
  'SQLite where etcd is asked for': {
    servers: [clusterHost('server1', sqliteServer('server1'), {k3s_cluster_init: true})],
    refusal: {
      hosts: ['server1'],
      what: 'server1 runs on SQLite, and k3s_cluster_init asks for etcd',
      hint: 'convert it with playbooks/convert_to_etcd.yml: it backs up, converts and compares',
      variable: {name: 'k3s_cluster_init', host: 'server1'},
    },
  },
  'SQLite where an external datastore is asked for': {
    servers: [
      clusterHost('server1', sqliteServer('server1'), {k3s_server_config: {'datastore-endpoint': 'https://e:2379'}}),
    ],
    refusal: {
      hosts: ['server1'],
      what: 'server1 keeps its data in SQLite, and the inventory asks for an external datastore',
      hint: 'K3s moves no data to an external datastore: leave it out (from SQLite to etcd there is playbooks/convert_to_etcd.yml), or build a new cluster on it and bring the workloads there',
      variable: {name: 'k3s_server_config', member: 'datastore-endpoint', host: 'server1'},
    },
  },
  'a conversion that died midway': {
    servers: [bare('server1', {data: {wal: true, stateDb: true}})],
    refusal: {
      hosts: ['server1'],
      what: "server1 holds a conversion from SQLite to etcd that died midway (state.db and etcd's WAL, no state.db.migrated): part of its data is missing from etcd",
      hint: 'run `quorate run playbooks/convert_to_etcd.yml` with this inventory, which repairs it; until then do not use this cluster',
    },
  },
  'a joiner with certificates and nothing else': {
    servers: [...three.map((name) => member(name)), bare('server4', {data: {serverTls: true}}), bare('server5')],
    refusal: {
      hosts: ['server4'],
      what: 'server4 has certificates of another cluster under /var/lib/rancher/k3s/server/tls, but no datastore',
      hint: `if nothing on server4 is needed, ${uninstall('there')}`,
    },
  },
  'a joiner that was told to join, with the certificates of another cluster': {
    servers: [
      ...three.map((name) => member(name)),
      bare('server5'),
      bare('server4', {configText: 'server: https://10.0.0.1:6443\n', data: {serverTls: true, ca: 'ca2'}}),
    ],
    refusal: {
      hosts: ['server4'],
      what: 'server4 has certificates of another cluster under /var/lib/rancher/k3s/server/tls, but no datastore',
      hint: `if nothing on server4 is needed, ${uninstall('there')}`,
    },
  },
  'a lost server, where there is none at all': {
    servers: [],
    lost: ['server1'],
    refusal: {
      hosts: [],
      what: "k3s_lost_servers names 'server1', which is no host of group `server`",
      hint: 'its hosts are none',
      variable: {name: 'k3s_lost_servers', host: ''},
    },
  },
  'a start by a server outside this run': {
    servers: [bare('server1', {}, false), bare('server2'), bare('server3')],
    refusal: {
      hosts: [],
      what: 'no server of the cluster exists yet, and server1, which would start it, is not among the hosts of this run',
      hint: 'run without --limit, or with server1 in it',
    },
  },
  'a start while another is unknown, by a server outside this run': {
    servers: [bare('server1', {}, false), unknown('server2'), bare('server3')],
    refusal: {
      hosts: [],
      what: 'no cluster is started while it is not known whether server2 belongs to one (unreachable)',
      hint: `make it reachable; or, if lost for good, say so by name: -e '{"k3s_lost_servers": ["server2"]}'`,
    },
  },
  'a start while one is unknown, for a reason of its own': {
    servers: [{...unknown('server1'), why: 'its probe failed'}, bare('server2'), bare('server3')],
    refusal: {
      hosts: [],
      what: 'no cluster is started while it is not known whether server1 belongs to one (its probe failed)',
      hint: `make it reachable; or, if lost for good, say so by name: -e '{"k3s_lost_servers": ["server1"]}'`,
    },
  },
  'a start while one is unknown for no reason that is known': {
    servers: [silent('server1'), bare('server2'), bare('server3')],
    refusal: {
      hosts: [],
      what: 'no cluster is started while it is not known whether server1 belongs to one (unreachable)',
      hint: `make it reachable; or, if lost for good, say so by name: -e '{"k3s_lost_servers": ["server1"]}'`,
    },
  },
  'a lost server that is none': {
    servers: [member('server1'), unknown('server2'), member('server3')],
    lost: ['sever2'],
    refusal: {
      hosts: [],
      what: "k3s_lost_servers names 'sever2', which is no host of group `server`",
      hint: "did you mean 'server2'?",
      variable: {name: 'k3s_lost_servers', host: 'server1'},
    },
  },
  'a lost server like no other': {
    servers: three.map((name) => member(name)),
    lost: ['db'],
    refusal: {
      hosts: [],
      what: "k3s_lost_servers names 'db', which is no host of group `server`",
      hint: 'its hosts are server1, server2, server3',
      variable: {name: 'k3s_lost_servers', host: 'server1'},
    },
  },
  'a lost server that lives': {
    servers: three.map((name) => member(name)),
    lost: ['server2'],
    refusal: {
      hosts: ['server2'],
      what: "k3s_lost_servers gives up server2, which answers and has a cluster's data on its disk",
      hint: 'take it out of k3s_lost_servers: it is not lost. To be rid of it, remove it from the cluster and from the inventory',
      variable: {name: 'k3s_lost_servers', host: 'server1'},
    },
  },
  'members of two clusters': {
    servers: [
      clusterHost('server1', runningMember('server1', ['server1'], 'c1')),
      clusterHost('server2', runningMember('server2', ['server2'], 'c2')),
    ],
    allowEven: true,
    refusal: {
      hosts: [],
      what: 'the servers are members of 2 different clusters: server1 of c1; server2 of c2',
      hint: 'decide which cluster is the one to keep, and uninstall K3s on the servers of the other',
    },
  },
  'no cluster while servers are unknown': {
    servers: [bare('server1'), unknown('server2'), unknown('server3')],
    refusal: {
      hosts: [],
      what: 'no cluster is started while it is not known whether server2, server3 belongs to one (unreachable)',
      hint: `make them reachable; or, if lost for good, say so by name: -e '{"k3s_lost_servers": ["server2", "server3"]}'`,
    },
  },
  'no cluster while a server is unknown, which would make the number odd': {
    servers: [unknown('server1'), bare('server2'), bare('server3')],
    refusal: {
      hosts: [],
      what: 'no cluster is started while it is not known whether server1 belongs to one (unreachable)',
      hint: `make it reachable; or, if lost for good, say so by name: -e '{"k3s_lost_servers": ["server1"]}'`,
    },
  },
  'an even number of those that are left': {
    servers: [unknown('server1'), bare('server2'), bare('server3')],
    lost: ['server1'],
    refusal: {
      hosts: ['server3'],
      what: 'with server2, server3 the cluster would have an even number of voters: 2 etcd members survive 0 failures, no more than 1, and 2 of them have to live',
      hint: 'give group `server` an odd number of hosts (1 or 3); to have 2 all the same: -e k3s_allow_even=true',
    },
  },
  'agents whose servers cannot be read, each for its reason': {
    servers: [{...unknown('server1'), why: 'its probe failed'}, silent('server2'), unknown('server3')],
    agents: [clusterHost('agent1', sightingOf('agent1'))],
    refusal: {
      hosts: [],
      what: 'no server of the cluster can be read: server1 (its probe failed), server2 (unreachable), server3 (unreachable)',
      hint: 'agents need the token and the address of a living server: make one reachable, then run again',
    },
  },
  'members of two clusters, two of one': {
    servers: [member('server1'), member('server2'), clusterHost('server3', runningMember('server3', three, 'c2'))],
    refusal: {
      hosts: [],
      what: 'the servers are members of 2 different clusters: server1, server2 of c1; server3 of c2',
      hint: 'decide which cluster is the one to keep, and uninstall K3s on the servers of the other',
    },
  },
  'agents whose servers cannot be read': {
    servers: [unknown('server1')],
    agents: [clusterHost('agent1', sightingOf('agent1'))],
    refusal: {
      hosts: [],
      what: 'no server of the cluster can be read: server1 (unreachable)',
      hint: 'agents need the token and the address of a living server: make one reachable, then run again',
    },
  },
  'a join that no majority would follow': {
    servers: [
      ...three.map((name) => (name === 'server3' ? unknown(name) : member(name))),
      ...['server4', 'server5'].map((name) => bare(name)),
    ],
    refusal: {
      hosts: [],
      what: 'a server may not join now: 2 of 3 voters are healthy, and with one more 3 would be needed',
      hint: 'bring the members that are down back first, or remove those that are lost',
    },
  },
  'an even number, once the run is over': {
    servers: [member('server1', three), member('server2'), member('server3'), bare('server4')],
    refusal: {
      hosts: ['server4'],
      what: 'with server4 the cluster would have an even number of voters: 4 etcd members survive 1 failure, no more than 3, and 3 of them have to live',
      hint: 'give group `server` an odd number of hosts (3 or 5); to have 4 all the same: -e k3s_allow_even=true',
    },
  },
};

for (const [name, {refusal, ...given}] of Object.entries(cases)) {
  test(`refuses ${name}, and nothing else`, (t) => {
    t.deepEqual(refused(given), [refusal]);
  });
}

const joins = {configText: 'server: https://10.0.0.1:6443\n'};
const stoppedWith = (ca: string): ClusterHost => {
  const seen = stoppedMember('server1');
  return clusterHost('server1', {...seen, data: {...seen.data, ca}});
};

const allowed: Record<string, Omit<Case, 'refusal'>> = {
  'what a join of this cluster left': {
    servers: [
      member('server1', ['server1']),
      bare('server2', {...joins, data: {serverTls: true, ca: 'ca1'}}),
      bare('server3'),
    ],
  },
  'certificates of a server alone, which starts with them': {servers: [bare('server1', {data: {serverTls: true}})]},
  'a join cut short, whose certificates nobody can compare: no member runs': {
    servers: [stoppedWith('ca1'), bare('server2', {...joins, data: {serverTls: true, ca: 'ca2'}}), bare('server3')],
  },
  'a join cut short, whose certificates are not known': {
    servers: [member('server1', ['server1']), bare('server2', {...joins, data: {serverTls: true}}), bare('server3')],
  },
  'a join cut short, where those of the cluster are not known': {
    servers: [
      unknown('server4'),
      memberHost('server1', {}, ['server1']),
      bare('server2', {...joins, data: {serverTls: true, ca: 'ca2'}}),
      bare('server3'),
    ],
    lost: ['server4'],
  },
  'a lost server that cannot be read': {
    servers: [bare('server1'), unknown('server2'), bare('server3')],
    lost: ['server2'],
    allowEven: true,
  },
  'a lost server without data': {servers: three.map((name) => bare(name)), lost: ['server2']},
  'members that are stopped': {servers: three.map((name) => clusterHost(name, stoppedMember(name)))},
  'servers that cannot be read, and no agents': {servers: [unknown('server1')]},
  'agents and no server at all': {servers: [], agents: [clusterHost('agent1', sightingOf('agent1'))]},
  'agents, while one of their servers cannot be read': {
    servers: [unknown('server1'), member('server2'), member('server3')],
    agents: [clusterHost('agent1', sightingOf('agent1'))],
  },
  'agents, with a cluster that begins': {
    servers: [bare('server1')],
    agents: [clusterHost('agent1', sightingOf('agent1'))],
  },
};

for (const [name, given] of Object.entries(allowed)) {
  test(`lets be ${name}`, (t) => {
    t.deepEqual(refused(given), []);
  });
}
