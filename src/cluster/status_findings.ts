import {etcdOf, type Known} from './known.js';
import type {ClusterPlan, PlanRefusal} from './plan.js';
import {refuseDisk, refuseMembership} from './refusals.js';
import type {Facts} from './status.js';
import {agentFindings, serverFindings} from './status_host_findings.js';
import {snapshotFindings, versionFindings} from './status_notes.js';
import type {Finding, Quorum, StatusInput} from './status_types.js';

export interface FindingsInput {
  readonly input: StatusInput;
  readonly known: readonly Known[];
  readonly facts: Facts;
  readonly plan: ClusterPlan;
  /** What site.yml would refuse, and warn of. */
  readonly wouldRefuse: readonly {readonly what: string; readonly hint: string}[];
  readonly wouldWarn: readonly string[];
}

const join = (names: readonly string[]): string => names.join(', ');

/** All that a person should know beside the tables, the worst first. */
export function findingsOf(of: FindingsInput): readonly Finding[] {
  const {input, known, facts} = of;
  const found = [
    ...brokenData(of),
    ...(facts.quorum === undefined ? serviceFindings(facts) : quorumFindings(facts.quorum, facts)),
    ...facts.servers.flatMap((server) => serverFindings(server, facts, of)),
    ...facts.agents.flatMap((agent) => agentFindings(agent, input)),
    ...strangerFindings(facts, known),
    ...versionFindings(facts),
    ...snapshotFindings(facts, input.now),
  ];
  const said = new Set(found.map(({what}) => what));
  const refused = of.wouldRefuse
    .filter(({what}) => !said.has(what))
    .map(({what, hint}): Finding => ({level: 'note', hosts: [], what: `site.yml would refuse: ${what}`, hint}));
  const warned = of.wouldWarn
    .filter((what) => !said.has(what))
    .map((what): Finding => ({level: 'note', hosts: [], what}));
  const order = ['broken', 'unknown', 'degraded', 'note'] as const;
  return [...found, ...refused, ...warned].sort((a, b) => order.indexOf(a.level) - order.indexOf(b.level));
}

/** Data that must not be used: two clusters where one is meant, and a conversion that died midway. */
function brokenData({known, plan}: FindingsInput): Finding[] {
  const halves = known.filter(({kind}) => kind === 'half-converted');
  const byId = refuseMembership({servers: known, lost: [], seed: undefined});
  return [
    ...(byId.length > 0 ? byId : clustersBesideEachOther(known)),
    ...refuseDisk({servers: halves, datastore: plan.datastore, wiped: []}),
  ].map(({hosts, what, hint}) => ({level: 'broken', hosts, what, hint}));
}

/**
 * Clusters that share no member list: servers whose certificates are of different authorities, and SQLite, which is a
 * cluster of one server wherever there is another with data.
 */
function clustersBesideEachOther(known: readonly Known[]): readonly PlanRefusal[] {
  const clusters = new Map<string, string[]>();
  for (const {host, kind} of known) {
    const ca = host.sighting?.data.ca;
    const own = kind === 'bare' || ca === undefined ? undefined : `CA ${ca.slice(0, 12)}`;
    const key = kind === 'sqlite' ? `SQLite/${host.wanted.host}` : own;
    if (key === undefined) continue;
    clusters.set(key, [...(clusters.get(key) ?? []), host.wanted.host]);
  }
  if (clusters.size < 2) return [];
  return [
    {
      hosts: [...clusters.values()].flat(),
      what: `the servers are ${clusters.size} different clusters: ${[...clusters].map(([key, hosts]) => `${join(hosts)} (${key.split('/')[0]})`).join('; ')}`,
      hint: 'decide which cluster is the one to keep, and uninstall K3s on the servers of the other',
    },
  ];
}

function quorumFindings({voters, healthy, unknown, needed, held}: Quorum, {servers}: Facts): Finding[] {
  const count = `${healthy} of ${voters} voters ${healthy === 1 ? 'is' : 'are'} seen to be well`;
  if (held === 'unknown')
    return [
      {
        level: 'unknown',
        hosts: servers.filter(({state}) => state === 'unknown').map(({host}) => host),
        what: `nobody can tell whether etcd has quorum: ${count}, ${needed} are needed, and ${unknown} cannot be asked`,
        hint: 'look at the servers that cannot be reached first',
      },
    ];
  if (held) return [];
  const down = servers.filter(({state}) => state === 'stopped' || state === 'failing').map(({host}) => host);
  return [
    {
      level: 'broken',
      hosts: down,
      what: `etcd has lost quorum: ${count}, and ${needed} are needed; the API takes no change`,
      hint:
        down.length > 0
          ? `bring ${join(down)} back: site.yml starts all stopped members together`
          : 'bring servers that cannot be reached back; if a majority is lost for good, make a living one the only member (`k3s server --cluster-reset` there)',
    },
  ];
}

/** Without etcd a cluster is as well as the servers that serve its API. */
function serviceFindings({servers, datastore}: Facts): Finding[] {
  if (servers.some(({state}) => state === 'ready')) return [];
  const names = (...states: readonly string[]): string[] =>
    servers.filter(({state}) => states.includes(state)).map(({host}) => host);
  const unknown = names('unknown');
  if (unknown.length > 0)
    return [
      {
        level: 'unknown',
        hosts: unknown,
        what: `no server of those that can be reached serves the API, and ${join(unknown)} cannot be reached`,
        hint: 'look at the servers that cannot be reached first',
      },
    ];
  const there = names('stopped', 'failing', 'starting', 'running');
  if (there.length === 0) return [];
  const where = datastore === 'external' ? 'look at the external datastore, and' : '';
  return [
    {
      level: 'broken',
      hosts: there,
      what: `no server serves the API: ${servers.map(({host, state}) => `${host} is ${state}`).join(', ')}`,
      hint: `${where} run site.yml, which starts what is stopped`.trim(),
    },
  ];
}

/** Members that are no server of the inventory: alive they are forgotten there, dead they cost a failure. */
function strangerFindings({strangers, clusterIds}: Facts, known: readonly Known[]): Finding[] {
  if (clusterIds.length > 1) return [];
  return strangers.map(({id, name}): Finding => {
    const shown = name === '' ? `${id} (never started)` : name;
    const answers = etcdOf(known).some(({members, peers}) =>
      members.some((member) => member.id === id && member.peerUrls.some((url) => peers.get(url) === 'open')),
    );
    return answers
      ? {
          level: 'note',
          hosts: [],
          what: `etcd member ${shown} is no server of the inventory, and lives`,
          hint: 'add its host to group `server`',
        }
      : {
          level: 'degraded',
          hosts: [],
          what: `etcd member ${shown} is no server of the inventory, and nothing answers at its address: it counts as a failure`,
          hint: 'if it is gone for good, delete its Node on a living server (`k3s kubectl delete node NAME`), which removes the member',
        };
  });
}
