import {type PoolState, poolName} from '../../src/cluster/index.js';
import {defineModule, p} from '../../src/module/index.js';
import {drainSteps, type PoolSeenHere, readySteps, seenIn, statistics} from './haproxy.js';

const params = p.object({
  server: p.string('The server, by its name in the inventory.'),
  state: p
    .choice(['ready', 'drained'], '`ready` takes new connections; `drained` none, and those it has may end.')
    .default('ready'),
  drain_s: p
    .int(
      'How long its connections may take to end. Watches never do: the restart cuts them, and clients make new ones.',
    )
    .default(5),
  timeout_s: p.int('How long haproxy may take to see the server healthy again.').default(60),
  socket: p.path("haproxy's own page: a socket that only root can open.").default('/run/haproxy-k3s.sock'),
  backend: p.string("haproxy's name of the pool.").default('k3s_servers'),
});

/** A haproxy that is started or loaded anew has all its servers in use. */
const service = {kind: 'service', name: 'haproxy'} as const;

export default defineModule({
  kind: 'state',
  name: 'k3s_pool',
  summary: 'Takes a server out of the pool behind the fixed address, or into it again, on one load balancer.',
  description: `Runs on a host of group \`lb\` (\`delegate_to\`, once for each), through haproxy's own page on a socket that only root can open.
A drained server takes no new connection; haproxy's health checks go on, and it is \`ready\` again only once they see it healthy. A haproxy that is
loaded anew has all members in its pool: nothing stays drained for ever.`,
  params,
  returns: {server: "haproxy's name of the server.", state: 'How haproxy has it.'},
  examples: [{name: 'Before a restart', params: {server: 'server1', state: 'drained'}}],
  reach: 'run',
  probeIs: 'volatile',
  reads: ({server}) => [{kind: 'pool', name: server}, service],
  probe: ({socket}) => statistics(socket),
  parse: (output, {backend}): {readonly pool: PoolSeenHere} => ({pool: seenIn(output, backend)}),
  overlay(seen, predicted, {server}) {
    const [own, anew] = [predicted.get({kind: 'pool', name: server}), predicted.get(service)];
    if (own === undefined && anew === undefined) return seen;
    const state = own === undefined ? 'up' : (own.state as PoolState | undefined);
    if (state === undefined) return undefined;
    return {pool: new Map([...(seen.pool ?? []), [poolName(server), {state, sessions: 0}]])};
  },
  plan({server, state, socket, backend, drain_s: drainS, timeout_s: timeoutS}, {pool}) {
    const name = poolName(server);
    const present = pool?.get(name)?.state;
    if (present === undefined)
      return {
        plan: 'fail',
        why: pool === undefined ? `haproxy does not answer on ${socket}` : `haproxy's pool lists no server ${name}`,
        hint: 'run playbooks/load_balancer.yml, which writes its settings and starts it',
      };
    const wanted: PoolState = state === 'ready' ? 'up' : 'drained';
    const result = {server: name, state};
    // Of a server that is down haproxy does not show whether it is drained as well, so it is told again.
    if (present === wanted) return {plan: 'same', result};
    const place = {socket, backend, name};
    return {
      plan: 'change',
      diff: [{kind: 'values', path: `pool ${name}`, before: {state: present}, after: {state: wanted}}],
      steps: state === 'ready' ? readySteps(place, timeoutS) : drainSteps(place, drainS),
      touches: [{kind: 'pool', name: server}],
      after: [{resource: {kind: 'pool', name: server}, state: wanted}],
      result,
    };
  },
});
