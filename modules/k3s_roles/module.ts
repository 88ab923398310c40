import {
  type ClusterHost,
  type ClusterPlan,
  defaultConversionDir,
  effectiveOf,
  groupOfStep,
  type HostPlan,
  isAddress,
  isOnItsWay,
  kindOf,
  lookScript,
  parseLook,
  renderEnvironment,
  resolveRoles,
  secretsInEnvironment,
  servingNames,
  urlOf,
} from '../../src/cluster/index.js';
import {type Data, defineModule, p} from '../../src/module/index.js';
import {Secret} from '../../src/shell/index.js';
import {clusterHosts} from './entries.js';
import {lookParams, pathsOf} from './look_params.js';
import {refusalsOf} from './where.js';

const secretsOf = ({wanted, sighting}: ClusterHost): readonly Secret[] => [
  ...secretsInEnvironment(wanted.environment).map((value) => new Secret(value)),
  ...(sighting === undefined
    ? []
    : Object.values(effectiveOf(sighting, wanted.kind).config).filter((value) => value instanceof Secret)),
];

/** What the trial of an external datastore needs, and which of its files go to the host. */
function externalOf({wanted: {datastore}}: ClusterHost, plan: ClusterPlan): Data {
  const {endpoint} = datastore ?? {};
  return {
    tried: plan.datastore === 'external' && datastore?.trial !== false,
    in_use: plan.datastoreInUse,
    ca_file: datastore?.files.ca ?? '',
    cert_file: datastore?.files.cert ?? '',
    key_file: datastore?.files.key ?? '',
    // Known to the run as a secret of its own, so that no message shows it, in whatever endpoint it stands.
    password: endpoint === undefined || endpoint.kind === 'etcd' ? '' : (endpoint.password ?? ''),
  };
}

/** The member that has to go first, as the plays read it; empty where none has to. */
function deadVariable({dead}: HostPlan): Data {
  if (dead === undefined) return {};
  const {addressIsFree, isLearner, ...rest} = dead;
  return {...rest, address_is_free: addressIsFree, is_learner: isLearner};
}

/** What tasks of this run read as `k3s`: one mapping for each host. */
function variablesOf(host: ClusterHost, own: HostPlan, plan: ClusterPlan, reachable: readonly string[]): Data {
  const {wanted} = host;
  const servers = [...plan.hosts.values()].filter(({kind, step}) => kind === 'server' && step !== 'none');
  return {
    k3s: {
      role: own.kind,
      step: own.step,
      found: host.sighting === undefined ? 'unknown' : kindOf(host),
      on_its_way: isOnItsWay(host, own.step),
      group: groupOfStep[own.step],
      why: own.why,
      service: own.kind === 'server' ? 'k3s' : 'k3s-agent',
      node_name: own.nodeName,
      address: own.address,
      config: own.config,
      membership:
        own.membership.membership === 'server'
          ? {server: own.membership.url}
          : own.membership.membership === 'cluster-init'
            ? {'cluster-init': true}
            : {},
      peer_url: own.peerUrl ?? '',
      datastore: plan.datastore,
      external: externalOf(host, plan),
      data_dir: wanted.dataDir,
      data_link: wanted.dataLink ?? '',
      version: wanted.version ?? host.sighting?.version ?? '',
      // Empty: what is installed stays.
      version_wanted: wanted.version ?? '',
      arch: host.sighting?.arch ?? '',
      kernel_modules: host.sighting?.kernelModules ?? false,
      environment_file: renderEnvironment(wanted.environment, wanted.keptEnvironment),
      // Nobody reads them; they are here to be masked in what is shown of the files that are replaced.
      masked: secretsOf(host),
      url:
        wanted.endpoints[0] === undefined
          ? urlOf(own.address, wanted.port)
          : urlOf(wanted.endpoints[0], wanted.apiPort),
      port: wanted.port,
      api_port: wanted.apiPort,
      endpoints: wanted.endpoints,
      endpoint_names: wanted.endpoints.filter((endpoint) => !isAddress(endpoint)),
      serving_names: own.kind === 'server' ? servingNames(own.config, wanted.endpoints) : [],
      servers: servers.map(({host: name}) => name),
      reachable,
      living: plan.living,
      dead: deadVariable(own),
      aside: own.aside ?? '',
      kept: own.kept,
      foreign: own.foreign,
      restart: own.restart ?? '',
      adopted: own.adoption?.same ?? false,
      nodes: [...plan.hosts.values()].filter(({step}) => step !== 'none').map(({nodeName}) => nodeName),
    },
  };
}

export default defineModule({
  kind: 'group',
  name: 'k3s_roles',
  summary: "Decides each host's role in the K3s cluster from what lies and runs on all of its hosts.",
  description: `Reads every host of the server and agent groups in one trip each, whatever \`--limit\` says, and decides who starts the
cluster, who joins through whom, who is a member already. A host that cannot be read is unknown, and unknown is never bare:
no cluster is started while a server is unknown. Sets the variable \`k3s\` for each host,
which the K3s tasks of this run read, and sorts the hosts into the groups that the plays of site.yml name.`,
  params: p.object({
    ...lookParams,
    lost_servers: p.strings('Servers given up by name: they are lost for good and hold nothing back.').default([]),
    conversion: p
      .choice(
        ['none', 'first', 'only', 'back'],
        'A server on SQLite is converted to etcd before others join (`first`), and nothing else is done (`only`); or a conversion is rolled back (`back`).',
      )
      .default('none'),
    conversion_dir: p.path('Folder of the backup that a conversion makes.').default(defaultConversionDir),
    allow_even: p.bool('Let the number of etcd voters become even.').default(false),
    snapshot: p.bool('A snapshot is taken before servers are restarted; only said in the plan.').default(true),
  }),
  examples: [{name: 'Decide the roles', params: {}}],
  scope: (params) => [params.server_group, params.agent_group],
  probe: (params) => lookScript({...pathsOf(params), conversionDir: params.conversion_dir}, {sums: true}),
  parse: (output) => parseLook(output.stdout),
  plan(entries, run) {
    const hosts = clusterHosts(entries);
    const given = entries[0]?.params;
    const plan = resolveRoles({
      ...hosts,
      lost: given?.lost_servers ?? [],
      allowEven: given?.allow_even ?? false,
      conversion: given?.conversion ?? 'none',
      snapshotBefore: given?.snapshot ?? true,
      random: run.random,
    });
    const reachable = hosts.servers.filter(({sighting}) => sighting !== undefined).map(({wanted}) => wanted.host);
    const all = [...hosts.servers, ...hosts.agents];
    return {
      variables: new Map(
        all.flatMap((host) => {
          const own = plan.hosts.get(host.wanted.host);
          return own === undefined ? [] : [[host.wanted.host, variablesOf(host, own, plan, reachable)] as const];
        }),
      ),
      groups: new Map([
        ['k3s_decided', all.map(({wanted}) => wanted.host)],
        ...Object.entries(groupOfStep).map(
          ([step, group]) =>
            [group, [...plan.hosts.values()].filter((own) => own.step === step).map((own) => own.host)] as const,
        ),
      ]),
      refusals: refusalsOf(plan.refusals, entries),
      warnings: plan.warnings,
      shows: plan.shows,
      data: {
        datastore: plan.datastore,
        cluster_id: plan.clusterId ?? '',
        voters: plan.votersBefore,
        voters_after: plan.votersAfter,
      },
    };
  },
});
