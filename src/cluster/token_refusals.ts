import type {Secret} from '../shell/index.js';
import {type ClusterHost, liveToken} from './classify.js';
import type {FaultyVariable, PlanRefusal} from './plan.js';
import {variableOf} from './together.js';
import {parseToken, sameToken} from './tokens.js';

export interface TokenHosts {
  readonly servers: readonly ClusterHost[];
  readonly agents: readonly ClusterHost[];
  /** A server with data, whose token is the cluster's; undefined where there is no cluster yet. */
  readonly keeper: ClusterHost | undefined;
}

type TokenKey = 'token' | 'agent-token';

const variable = ({wanted}: ClusterHost, key: TokenKey): FaultyVariable => ({
  host: wanted.host,
  ...variableOf(wanted.sources, key, key),
});

/** The variable's name as the user wrote it; an inventory of k3s-ansible has `token`. */
const nameOf = (host: ClusterHost, key: TokenKey): string => {
  const {name, member} = variable(host, key);
  return member === undefined ? name : `${key} in ${name}`;
};

/** The first digits of a CA's hash, which are no secret: enough to tell two apart. */
const shortHash = (hash: string): string => `K10${hash.slice(0, 8)}…`;

/** What is wrong with the servers' token by itself, then with what the cluster has (docs "cli/token", pkg/clientaccess). */
export function refuseToken({servers, agents, keeper}: TokenHosts): readonly PlanRefusal[] {
  const holder = [...servers, ...agents].find(({wanted}) => wanted.token !== undefined);
  const token = holder?.wanted.token;
  if (holder === undefined || token === undefined) return [];
  const other = [...servers, ...agents].find(
    ({wanted}) => wanted.token !== undefined && !sameToken(wanted.token, token),
  );
  if (other !== undefined)
    return [
      {
        hosts: [other.wanted.host],
        what: `${nameOf(other, 'token')} differs between ${holder.wanted.host} and ${other.wanted.host}`,
        hint: 'a cluster has one token: set it once, for the group `k3s_cluster`',
        variable: variable(other, 'token'),
      },
    ];
  const found = parseToken(token).bootstrap ? bootstrapWords : foreignWords(holder, token, keeper);
  if (found === undefined) return [];
  const {what, hint} = found;
  return [{hosts: [], what: `${nameOf(holder, 'token')} ${what}`, hint, variable: variable(holder, 'token')}];
}

interface Words {
  readonly what: string;
  readonly hint: string;
}

const bootstrapWords: Words = {
  what: 'is a bootstrap token (as `k3s token create` makes them), which expires and serves agents only',
  hint: 'give the servers a token of their own (any long random text), or leave it out and one is made',
};

function foreignWords(holder: ClusterHost, token: Secret, keeper: ClusterHost | undefined): Words | undefined {
  const {caHash} = parseToken(token);
  const living = keeper?.sighting === undefined ? undefined : liveToken(keeper.sighting);
  if (keeper === undefined || living === undefined) {
    // A new cluster makes a CA of its own, so a hash known beforehand is that of another.
    if (caHash === undefined || holder.sighting?.data.ca === caHash) return undefined;
    return {
      what: `is tied to the CA of another cluster (${shortHash(caHash)}), and a new cluster makes a CA of its own`,
      hint: 'write only what comes after the last `::server:`; or leave it out and a token is made',
    };
  }
  const {host, dataDir} = keeper.wanted;
  const hint = `take it from ${dataDir}/server/token on ${host}; or leave it out: it is read from there`;
  const {ca} = keeper.sighting?.data ?? {};
  const livingHash = ca ?? parseToken(living).caHash;
  if (caHash !== undefined && livingHash !== undefined && caHash !== livingHash)
    return {
      what: `names the CA of another cluster (${shortHash(caHash)}) than the one ${host} belongs to (${shortHash(livingHash)})`,
      hint,
    };
  if (sameToken(living, token)) return undefined;
  const agents = keeper.sighting?.data.agentToken;
  if (agents !== undefined && sameToken(agents, token))
    return {what: `is the agents' token of the cluster that ${host} belongs to: servers cannot join with it`, hint};
  return {what: `is not the token of the cluster that ${host} belongs to`, hint};
}

/** Agents may have a token of their own, which the servers have to know. */
export function refuseAgentTokens({servers, agents, keeper}: TokenHosts, token: Secret): readonly PlanRefusal[] {
  const holder = servers.find(({wanted}) => wanted.agentToken !== undefined);
  const wanted = holder?.wanted.agentToken;
  const living = separateToken(keeper);
  if (holder !== undefined && wanted !== undefined) {
    const found = agentWords(wanted, living, keeper);
    if (found !== undefined)
      return [
        {
          hosts: [],
          what: `${nameOf(holder, 'agent-token')} ${found.what}`,
          hint: found.hint,
          variable: variable(holder, 'agent-token'),
        },
      ];
  }
  const taken = [wanted ?? living, token].filter((one) => one !== undefined);
  return agents.flatMap((agent): PlanRefusal[] => {
    const own = agent.wanted.agentToken;
    // A bootstrap token is known to the cluster's API alone.
    if (own === undefined || parseToken(own).bootstrap || taken.some((one) => sameToken(one, own))) return [];
    return [
      {
        hosts: [agent.wanted.host],
        what: `${nameOf(agent, 'agent-token')} of ${agent.wanted.host} is not one that the servers accept`,
        hint: 'set it for the group `k3s_cluster`, so that servers and agents have the same; or leave it out',
        variable: variable(agent, 'agent-token'),
      },
    ];
  });
}

/** The cluster's token for agents, where it is another than the servers' (server/agent-token is a link to token else). */
function separateToken(keeper: ClusterHost | undefined): Secret | undefined {
  const agents = keeper?.sighting?.data.agentToken;
  const servers = keeper?.sighting === undefined ? undefined : liveToken(keeper.sighting);
  return agents !== undefined && servers !== undefined && !sameToken(agents, servers) ? agents : undefined;
}

function agentWords(wanted: Secret, living: Secret | undefined, keeper: ClusterHost | undefined): Words | undefined {
  if (parseToken(wanted).bootstrap)
    return {
      what: 'is a bootstrap token, which expires: servers need an agent token that lasts',
      hint: 'any long random text will do; or leave it out, and agents join with the token of the servers',
    };
  if (keeper === undefined || living === undefined || sameToken(living, wanted)) return undefined;
  const {host, dataDir} = keeper.wanted;
  return {
    what: `is not the agent token of the cluster that ${host} belongs to: agents that have that one would be turned away`,
    hint: `take it from ${dataDir}/server/agent-token on ${host}; or leave it out: it is kept as it is`,
  };
}
