import {etcdOf} from './known.js';
import type {Facts} from './status.js';
import type {FindingsInput} from './status_findings.js';
import type {Finding, HostStatus, ServerStatus, StatusInput} from './status_types.js';

const dayMs = 24 * 3600 * 1000;

/** K3s renews a leaf at a start once it has fewer days (docs "cli/certificate"; 90 before the May 2025 releases). */
export const renewedUnderDays = 120;
const urgentDays = 30;
/** Etcd takes no more writes at its quota. */
const fullShare = 0.8;

/** Whole days until a certificate ends; negative once it has. */
export const daysLeft = (notAfter: Date, now: Date): number => Math.floor((notAfter.getTime() - now.getTime()) / dayMs);

/** What is amiss with one server. */
export function serverFindings(server: ServerStatus, facts: Facts, {known, input}: FindingsInput): Finding[] {
  return [
    ...serverState(server, facts, known),
    ...learnerFindings(server),
    ...sizeFindings(server, input),
    ...certificateFindings(server, input.now),
    ...nodeFindings(server),
  ];
}

function serverState(server: ServerStatus, {datastore, servers}: Facts, known: FindingsInput['known']): Finding[] {
  const {host, state, why, hint, member} = server;
  const at = (what: string, more: string | undefined = undefined): Finding[] => [
    {level: 'degraded', hosts: [host], what, ...(more === undefined ? {} : {hint: more})},
  ];
  switch (state) {
    case 'unknown': {
      const peers = etcdOf(known).flatMap((one) => {
        const own = one.members.find(({id}) => id === member?.id);
        return (own?.peerUrls ?? []).flatMap((url) => one.peers.get(url) ?? []);
      });
      if (peers.includes('open'))
        return at(`${host} cannot be reached from here, but other members reach its etcd: ${why}`);
      return at(`${host} cannot be reached${peers.length > 0 ? ', by other members neither' : ''}: ${why}`);
    }
    case 'failing':
      return at(`${host} does not stay up: ${why}`, hint ?? `its journal: journalctl -u k3s on ${host}`);
    case 'stopped':
      return at(
        `${host} ${datastore === 'etcd' ? 'is a member that does not run' : 'has data and does not run'}`,
        'site.yml starts it',
      );
    case 'starting':
      return at(`${host} is starting`);
    case 'bare':
      if (servers.every((one) => one.state === 'bare')) return [];
      return member === undefined
        ? at(`${host} has no data and is no member`, 'site.yml lets it join')
        : at(
            `${host} has no data, and the cluster still lists it as member ${member.name}: it counts as a failure`,
            'site.yml removes that member, and lets the server join anew',
          );
    case 'running':
      return server.node?.ready === false ? [] : at(`${host} runs, and its API is not ready`);
    default:
      return [];
  }
}

function learnerFindings({host, state, member}: ServerStatus): Finding[] {
  if (member?.role !== 'learner') return [];
  const stuck = state === 'ready' || state === 'running' || state === 'starting' ? '' : ', and it is stuck';
  return [
    {
      level: 'degraded',
      hosts: [host],
      what: `${host} is a learner of etcd and does not vote yet${stuck}`,
      hint: 'K3s makes it a voter within a quarter of a minute of catching up, and drops it after five minutes without progress; nobody else can join meanwhile',
    },
  ];
}

function sizeFindings({host, dbSizeBytes}: ServerStatus, {servers}: StatusInput): Finding[] {
  const quota = servers.find((seen) => seen.host.wanted.host === host)?.more?.dbQuotaBytes;
  if (dbSizeBytes === undefined || quota === undefined || quota === 0 || dbSizeBytes < quota * fullShare) return [];
  return [
    {
      level: 'degraded',
      hosts: [host],
      what: `etcd's database on ${host} has reached ${Math.round((dbSizeBytes / quota) * 100)} % of its quota; at 100 % it takes no more writes`,
      hint: 'restart K3s there, which defragments it; or raise it: etcd-arg: quota-backend-bytes=BYTES',
    },
  ];
}

const endWords = (days: number): string => (days < 0 ? `ended ${-days} days ago` : `ends in ${days} days`);

function certificateFindings({host, certificate, certificates}: HostStatus, now: Date): Finding[] {
  const authority = certificates.find((one) => one.authority && daysLeft(one.notAfter, now) < 365);
  const findings: Finding[] =
    authority === undefined
      ? []
      : [
          {
            level: 'degraded',
            hosts: [host],
            what: `the authority ${authority.file} on ${host} ${endWords(daysLeft(authority.notAfter, now))}`,
            hint: 'K3s never renews it by itself: see `k3s certificate rotate-ca`',
          },
        ];
  if (certificate === undefined) return findings;
  const days = daysLeft(certificate.notAfter, now);
  if (days >= renewedUnderDays) return findings;
  const hint = `a restart of K3s on ${host} renews what has fewer than ${renewedUnderDays} days left (90 in releases before May 2025)`;
  findings.push({
    level: days < urgentDays ? 'degraded' : 'note',
    hosts: [host],
    what: `${certificate.file} on ${host} ${endWords(days)}`,
    hint,
  });
  return findings;
}

function nodeFindings({host, node, nodeName, state}: HostStatus): Finding[] {
  if (node === undefined) return [];
  return [
    ...(node.ready || state === 'stopped' || state === 'failing' || state === 'unknown'
      ? []
      : [{level: 'degraded', hosts: [host], what: `the Node ${nodeName} of ${host} is not ready`} as const]),
    ...(node.cordoned
      ? [{level: 'note', hosts: [host], what: `the Node ${nodeName} is cordoned: it takes no new pods`} as const]
      : []),
  ];
}

/** What is amiss with one agent; without a cluster there is nothing for it to belong to. */
export function agentFindings(agent: HostStatus, {nodes, now}: StatusInput): Finding[] {
  const {host, state, why, hint, node, nodeName} = agent;
  const at = (what: string, more?: string): Finding => ({
    level: 'degraded',
    hosts: [host],
    what,
    ...(more === undefined ? {} : {hint: more}),
  });
  const own: Finding[] = [];
  if (state === 'unknown') own.push(at(`${host} cannot be reached: ${why}`));
  if (state === 'failing')
    own.push(at(`${host} does not stay up: ${why}`, hint ?? 'its journal: journalctl -u k3s-agent'));
  if (state === 'stopped') own.push(at(`${host} is an agent that does not run`, 'site.yml starts it'));
  if (state === 'starting') own.push(at(`${host} is starting`));
  if (state === 'bare') own.push(at(`${host} is no agent yet`, 'site.yml makes it one'));
  if (nodes !== undefined && node === undefined && state === 'running')
    own.push(at(`${host} runs, and the cluster has no Node ${nodeName}`));
  return [...own, ...nodeFindings(agent), ...certificateFindings(agent, now)];
}
