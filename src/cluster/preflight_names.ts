import {addressOf, type ClusterHost, hostOf, kindOf, nodeNameOf} from './classify.js';
import {knownServers, listedMembers, memberNodeName} from './known.js';
import type {PlanRefusal} from './plan.js';
import type {Check} from './preflight_types.js';
import {variableOf} from './together.js';

/** Members and Nodes are told apart by the node name (pkg/etcd, pkg/nodepassword): the second of a name is turned away. */
export const nodeNames: Check = (_input, hosts) => {
  const byName = new Map<string, ClusterHost[]>();
  for (const host of hosts) byName.set(nodeNameOf(host), [...(byName.get(nodeNameOf(host)) ?? []), host]);
  return [...byName].flatMap(([name, same]): PlanRefusal[] => {
    const last = same.at(-1);
    if (same.length < 2 || last === undefined) return [];
    const named = same.find(({wanted}) => wanted.config['node-name'] !== undefined);
    return [
      {
        hosts: [last.wanted.host],
        what: `${same.map(({wanted}) => wanted.host).join(' and ')} would ${same.length === 2 ? 'both' : 'all'} be the Node '${name}'`,
        hint:
          named === undefined
            ? `they have one hostname: give each its own (on ${last.wanted.host}: \`hostnamectl set-hostname ${last.wanted.host}\`), or set 'node-name' for it`
            : "leave 'node-name' out, so that the hostname counts, or give each host another",
        ...(named === undefined
          ? {}
          : {
              variable: {
                host: named.wanted.host,
                ...variableOf(named.wanted.sources, 'node-name', `k3s_${named.wanted.kind}_config`),
              },
            }),
      },
    ];
  });
};

const nodeIpsOf = ({wanted}: ClusterHost): readonly string[] =>
  [wanted.config['node-ip'] ?? []]
    .flat()
    .flatMap((item) => String(item).split(','))
    .map((item) => item.trim())
    .filter((item) => item !== '');

/** Devices that K3s's flannel and CNI make: what is on them is no address of the host. */
const ofPods = /^(cni\d|flannel[.-]|kube-|veth)/;

const wrongIps = (host: ClusterHost): readonly string[] =>
  nodeIpsOf(host).filter((wanted) => !host.sighting?.addresses.some(({address}) => address === wanted));

export const nodeIps: Check = (_input, hosts) =>
  hosts.flatMap((host): PlanRefusal[] => {
    const {wanted, sighting} = host;
    if (sighting === undefined || sighting.addresses.length === 0) return [];
    const wrong = wrongIps(host);
    if (wrong.length === 0) return [];
    const usual = sighting.addresses
      .filter(
        ({device, address}) => device !== 'lo' && !ofPods.test(device) && !address.toLowerCase().startsWith('fe80:'),
      )
      .map(({address}) => address);
    return [
      {
        hosts: [wanted.host],
        what: `node-ip ${wrong.join(', ')} is no address of ${wanted.host}, which has ${usual.join(', ')}`,
        hint: 'set k3s_node_ip to one of them, for this host alone, or leave it out',
        variable: {host: wanted.host, ...variableOf(wanted.sources, 'node-ip', 'k3s_node_ip')},
      },
    ];
  });

/** A member's peer address is written down in etcd at its join; neither another node-ip nor another address moves it. */
export const movedMembers: Check = ({servers}) => {
  const listed = listedMembers(knownServers(servers));
  return servers.flatMap((host): PlanRefusal[] => {
    const {wanted, sighting} = host;
    if (sighting === undefined || !['member', 'half-converted'].includes(kindOf(host))) return [];
    const own =
      listed.find(({name}) => name === sighting.data.etcdName) ??
      listed.find(({name}) => memberNodeName(name) === nodeNameOf(host));
    const url = own?.peerUrls[0];
    if (url === undefined) return [];
    const peer = hostOf(url);
    const hint = `K3s does not move a member. Give ${wanted.host} that address again; or let it go (\`k3s-uninstall.sh\` there) and run again, which puts a new member in its place`;
    if (wrongIps(host).length > 0) return [];
    if (nodeIpsOf(host).length > 0 && !nodeIpsOf(host).includes(peer))
      return [
        {
          hosts: [wanted.host],
          what: `node-ip ${addressOf(host)} is not the address under which ${wanted.host} is a member (${peer})`,
          hint,
          variable: {host: wanted.host, ...variableOf(wanted.sources, 'node-ip', 'k3s_node_ip')},
        },
      ];
    if (sighting.addresses.length === 0 || sighting.addresses.some(({address}) => address === peer)) return [];
    return [
      {hosts: [wanted.host], what: `${wanted.host} is a member under ${peer}, and has that address no more`, hint},
    ];
  });
};
