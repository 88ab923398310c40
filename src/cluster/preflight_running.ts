import {addressOf, kindOf, nodeNameOf} from './classify.js';
import {isSecretKey, sameValue} from './config_file.js';
import {criticalKeys} from './config_keys.js';
import {effectiveOf, keptSettings} from './effective.js';
import {knownServers, listedMembers, memberNodeName} from './known.js';
import type {PlanRefusal} from './plan.js';
import type {Check} from './preflight_types.js';
import {moveBetween, parseVersion} from './versions.js';

/** A member's peer address is written down in etcd at its join: another node-ip does not move it. */
export const movedMembers: Check = ({servers}) => {
  const listed = listedMembers(knownServers(servers));
  return servers.flatMap((host): PlanRefusal[] => {
    const {wanted, sighting} = host;
    if (sighting?.data.wal !== true) return [];
    const own =
      listed.find(({name}) => name === sighting.data.etcdName) ??
      listed.find(({name}) => memberNodeName(name) === nodeNameOf(host));
    const peer = own?.peerUrls[0];
    const address = addressOf(host);
    if (peer === undefined || wanted.config['node-ip'] === undefined || hostOf(peer) === address) return [];
    return [
      {
        hosts: [wanted.host],
        what: `node-ip ${address} is not the address under which ${wanted.host} is a member (${hostOf(peer)})`,
        hint: `K3s does not move a member: leave node-ip as it was; or wipe the server (k3s-uninstall.sh) and run again, which replaces its member`,
        variable: {name: 'k3s_node_ip', host: wanted.host},
      },
    ];
  });
};

const hostOf = (url: string): string => /^https?:\/\/\[?([^\]/]+?)\]?(?::\d+)?\/?$/.exec(url)?.[1] ?? url;

/** Nodes join at the cluster's version or a newer one of the same minor (docs "upgrades/manual"). */
export const olderThanCluster: Check = ({servers}, hosts) => {
  const living = servers
    .filter((host) => kindOf(host) === 'member' && host.sighting?.version !== undefined)
    .map((host) => ({host: host.wanted.host, version: parseVersion(host.sighting?.version ?? '')}));
  return hosts.flatMap((host): PlanRefusal[] => {
    const {wanted, sighting} = host;
    const fresh = wanted.kind === 'server' ? kindOf(host) === 'bare' : sighting?.data.agent !== true;
    const to = wanted.version === undefined ? undefined : parseVersion(wanted.version);
    if (sighting === undefined || !fresh || to === undefined) return [];
    const newer = living.find(({version}) => version !== undefined && moveBetween(version, to) === 'downgrade');
    if (newer === undefined) return [];
    return [
      {
        hosts: [wanted.host],
        what: `${wanted.host} would join with ${wanted.version}, which is older than ${newer.version?.text} of ${newer.host}`,
        hint: `set k3s_version to ${newer.version?.text} for all hosts`,
        variable: {name: 'k3s_version', host: wanted.host},
      },
    ];
  });
};

/** Variables of a service of another hand that are no settings would be gone with its environment file. */
export const lostEnvironment: Check = (_input, hosts) =>
  hosts.flatMap(({wanted, sighting}): PlanRefusal[] => {
    if (sighting === undefined) return [];
    const {environment, foreign} = effectiveOf(sighting, wanted.kind);
    const missing = [...environment.keys()].filter((name) => !(name in wanted.environment)).sort();
    if (!foreign || missing.length === 0) return [];
    const service = wanted.kind === 'server' ? 'k3s' : 'k3s-agent';
    return [
      {
        hosts: [wanted.host],
        what: `${service}.service.env on ${wanted.host} sets ${missing.join(', ')}, and k3s_environment does not`,
        hint: 'name each in k3s_environment with the value it shall have, which may be empty',
        variable: {name: 'k3s_environment', host: wanted.host},
      },
    ];
  });

/** Flags that must match, by what runs: a server outside this run keeps what it has. */
export const criticalRunning: Check = ({servers}) => {
  const member = servers.find((host) => !host.inPlay && kindOf(host) === 'member');
  if (member?.sighting === undefined) return [];
  const {config} = effectiveOf(member.sighting, 'server');
  return servers.flatMap((host) => {
    if (!host.inPlay || host.sighting === undefined) return [];
    const planned = {...keptSettings(host.sighting, 'server'), ...host.wanted.config};
    return criticalKeys
      .filter((key) => !isSecretKey(key) && !sameValue(config[key] ?? '', planned[key] ?? ''))
      .map((key) => ({
        hosts: [host.wanted.host],
        what: `'${key}' must be the same on all servers, but would be ${String(planned[key] ?? 'not set')} on ${host.wanted.host}, while ${member.wanted.host}, which is not in this run, has ${String(config[key] ?? 'not set')}`,
        hint: 'run without --limit, so that all servers get it',
        variable: {name: 'k3s_server_config', host: host.wanted.host},
      }));
  });
};
