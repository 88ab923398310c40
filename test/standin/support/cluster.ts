/** Reading a cluster of stand-ins from outside, with the means an operator has. */

import {type Host, until} from './hosts.js';

export const DB = '/var/lib/rancher/k3s/server/db';
export const TOKEN = '/var/lib/rancher/k3s/server/token';

/** Waits for /readyz; fails at once, with the log, when K3s ends instead. */
export const ready = (host: Host): Promise<boolean> =>
  until(`${host.name} is ready`, () => {
    if (host.exited !== undefined) throw new Error(`${host.name} ended with ${host.exited}:\n${host.log()}`);
    return host.kubectl('get', '--raw', '/readyz').out === 'ok';
  });

/** Waits until `host` shows a node with this status. */
export const becomes = (host: Host, node: string, status: string): Promise<boolean> =>
  until(`${node} is ${status}`, () => {
    const {out} = host.kubectl('get', 'node', node, '--no-headers', '--ignore-not-found');
    return out.split(/\s+/)[1] === status;
  });

/** The flags with which another host joins `host`. */
export const joining = (host: Host): string[] => [
  '--server',
  `https://${host.address}:6443`,
  '--token',
  host.read(TOKEN).trim(),
];

interface MemberList {
  readonly header: {readonly cluster_id: string};
  readonly members: readonly {readonly name: string; readonly isLearner?: boolean}[];
}

/** The member list as tools have to read it: etcd's own, by K3s's client certificate. */
const members = (host: Host): MemberList => {
  const tls = '/var/lib/rancher/k3s/server/tls/etcd';
  const certificates = [
    '--cacert',
    `${tls}/server-ca.crt`,
    '--cert',
    `${tls}/client.crt`,
    '--key',
    `${tls}/client.key`,
  ];
  const {out, err} = host.run([
    'curl',
    '-sS',
    ...certificates,
    '-d',
    '{}',
    'https://127.0.0.1:2379/v3/cluster/member/list',
  ]);
  if (out === '') throw new Error(err);
  return JSON.parse(out) as MemberList;
};

export const idOf = (host: Host): string => members(host).header.cluster_id;

const nodeOf = (memberName: string): string => memberName.replace(/-[0-9a-f]{8}$/, '');

/** The nodes of the voting members. */
export const voters = (host: Host): string[] =>
  members(host)
    .members.filter(({isLearner}) => !isLearner)
    .map(({name}) => nodeOf(name))
    .sort();

/** The name of a node's member. */
export const memberOf = (host: Host, node: string): string =>
  members(host).members.find(({name}) => nodeOf(name) === node)?.name ?? '';
