/** Reads all hosts of a K3s cluster, without a playbook and without touching anything. */
import pLimit from 'p-limit';
import {
  type ClusterHost,
  defaultPaths,
  isRunning,
  type K3sPaths,
  lookScript,
  type NodeRow,
  nodesScript,
  parseLook,
  parseNodeList,
  parseStatusLook,
  type SeenHost,
  statusScript,
  type WantedHost,
  wantedOf,
} from '../cluster/index.js';
import {InventoryError, messageOf, QuorateError} from '../errors/index.js';
import {joinScripts, type Script, sh} from '../shell/index.js';
import {createSessionPool} from '../transport/index.js';
import type {SessionPool} from '../transport/types.js';
import {createConnectionOf, type HostConnection} from '../vars/index.js';
import {contextOf} from './moments.js';
import type {Project} from './project.js';

export interface ClusterSeen {
  readonly servers: readonly SeenHost[];
  readonly agents: readonly SeenHost[];
  /** What a living server's API lists; undefined where none answered. */
  readonly nodes?: readonly NodeRow[];
}

/** A look takes seconds even where etcd has no leader; a host that takes longer is as good as unreachable. */
const lookTimeoutMs = 60_000;
const marker = '-- status --';
/** Nodes come with their images and addresses, some 15 KiB each. */
const captureBytes = 64 * 1024 * 1024;

/** What the inventory says of one host, and the way to it. */
interface Target {
  readonly wanted: WantedHost;
  readonly connection: HostConnection;
}

/**
 * One trip to each host of groups `server` and `agent`, and one more to a living server for the Nodes. Becomes root.
 * A host that cannot be read comes back without a sighting, with the reason. Throws InventoryError.
 */
export async function lookAtCluster(project: Project, forks?: number): Promise<ClusterSeen> {
  const {servers, agents} = targetsIn(project);
  const {env, home} = project.options;
  const pool = createSessionPool({env, homeDir: home, masker: project.masker});
  const limit = pLimit(forks ?? project.config?.forks?.value ?? 50);
  const lookAll = (targets: readonly Target[]): Promise<SeenHost[]> =>
    Promise.all(targets.map((target) => limit(() => lookAt(pool, target))));
  try {
    const [seenServers, seenAgents] = await Promise.all([lookAll(servers), lookAll(agents)]);
    const nodes = await nodesOf(pool, seenServers, servers);
    return {servers: seenServers, agents: seenAgents, ...(nodes === undefined ? {} : {nodes})};
  } finally {
    await pool.close();
  }
}

function targetsIn(project: Project): {readonly servers: readonly Target[]; readonly agents: readonly Target[]} {
  const {inventory} = project;
  const hostsOf = (group: string): readonly string[] =>
    inventory.groups.has(group) ? project.matchHosts(group, {limited: false}) : [];
  const names = hostsOf('server');
  if (names.length === 0)
    throw new InventoryError({
      what: `the inventory has no host in group 'server'`,
      hint:
        inventory.hosts.size === 0
          ? 'give an inventory: -i FILE'
          : 'servers of the cluster belong in group `server`, agents in group `agent`',
    });
  return {
    servers: names.map((host) => targetOf(project, host, 'server')),
    agents: hostsOf('agent')
      .filter((host) => !names.includes(host))
      .map((host) => targetOf(project, host, 'agent')),
  };
}

function targetOf(project: Project, host: string, kind: 'server' | 'agent'): Target {
  const context = contextOf(project, host);
  const variable = (name: string): unknown => {
    const found = context.variables.get(name);
    return found === undefined || !found.template ? found?.value : project.templates.render(found.value, context);
  };
  const connection = createConnectionOf(project.connection)({
    host,
    inInventory: project.inventory.hosts.has(host),
    keywords: {become: true},
    value: variable,
  });
  return {wanted: wantedOf(host, kind, {variable}), connection};
}

const pathsOf = ({wanted}: Target): K3sPaths => ({...defaultPaths, dataDir: wanted.dataDir});

async function lookAt(pool: SessionPool, target: Target): Promise<SeenHost> {
  const {wanted} = target;
  const paths = pathsOf(target);
  // The look comes last: it ends with the host's clock, which is compared with when the answer is here.
  const script = joinScripts([statusScript(paths, wanted.port), sh`echo ${marker}`, lookScript(paths, {sums: true})]);
  try {
    const [status = '', look = ''] = (await read(pool, target, script)).split(`${marker}\n`);
    const host: ClusterHost = {wanted, sighting: parseLook(look), sightedAtMs: Date.now(), inPlay: true};
    return {host, more: parseStatusLook(status)};
  } catch (error) {
    const why = error instanceof QuorateError ? error.what : messageOf(error);
    return {host: {wanted, why, inPlay: true}};
  }
}

async function read(pool: SessionPool, {connection: {spec, become}}: Target, script: Script): Promise<string> {
  const {stdout} = await pool.session(spec).run(script, {
    timeoutMs: lookTimeoutMs,
    captureBytes,
    ...(become === undefined ? {} : {become}),
  });
  return stdout.toString('utf8');
}

/** Asked of servers whose API is ready, until one answers. */
async function nodesOf(
  pool: SessionPool,
  servers: readonly SeenHost[],
  targets: readonly Target[],
): Promise<readonly NodeRow[] | undefined> {
  for (const [index, {host, more}] of servers.entries()) {
    const target = targets[index];
    if (target === undefined || !isRunning(host) || more?.apiReady !== true) continue;
    try {
      const nodes = parseNodeList(await read(pool, target, nodesScript(pathsOf(target))));
      if (nodes !== undefined) return nodes;
    } catch {
      // It was lost since the look: the next one may answer.
    }
  }
  return undefined;
}
