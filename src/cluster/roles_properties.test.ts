/** Properties of the roles: no reachable state makes two clusters or forgets an unknown host. */
import test from 'ava';
import fc from 'fast-check';
import {clusterHost, runningMember, sightingOf, stoppedMember} from '../../test/support/cluster_hosts.js';
import type {ClusterHost} from './classify.js';
import {resolveRoles} from './roles.js';

const roles = (servers: readonly ClusterHost[]) =>
  resolveRoles({servers, agents: [], lost: [], random: (bytes) => Buffer.alloc(bytes, 7)});

const anyServer = (name: string, cluster: readonly string[]) =>
  fc
    .record({
      kind: fc.constantFrom('bare', 'unknown', 'running', 'stopped', 'begun'),
      inPlay: fc.boolean(),
    })
    .map(({kind, inPlay}) => {
      const sighting =
        kind === 'unknown'
          ? undefined
          : kind === 'running'
            ? runningMember(name, cluster)
            : kind === 'stopped'
              ? stoppedMember(name)
              : kind === 'begun'
                ? sightingOf(name, {configText: 'cluster-init: true\n'})
                : sightingOf(name);
      return {kind, host: clusterHost(name, sighting, {}, inPlay)};
    });

const anyCluster = fc.integer({min: 1, max: 7}).chain((size) => {
  const names = Array.from({length: size}, (_, index) => `server${index + 1}`);
  return fc.tuple(...names.map((name) => anyServer(name, names)));
});

test('for any state of up to 7 servers: at most one starts a cluster, and only where none exists and none is unknown', (t) => {
  fc.assert(
    fc.property(anyCluster, (servers) => {
      const plan = roles(servers.map(({host}) => host));
      const starts = [...plan.hosts.values()].filter(({membership}) => membership.membership === 'cluster-init');
      t.true(starts.length <= 1);
      if (plan.refusals.length > 0 || starts.length === 0) return;
      t.false(
        servers.some(({kind}) => kind === 'running' || kind === 'stopped'),
        'a cluster exists',
      );
      t.false(
        servers.some(({kind}) => kind === 'unknown'),
        'a server is unknown',
      );
    }),
    {numRuns: 2000},
  );
});

test('for any state: hosts outside the run, and unknown ones, are left out; members never join', (t) => {
  fc.assert(
    fc.property(anyCluster, (servers) => {
      const plan = roles(servers.map(({host}) => host));
      for (const {kind, host} of servers) {
        const step = plan.hosts.get(host.wanted.host)?.step;
        if (kind === 'unknown' || !host.inPlay) t.is(step, 'none');
        if (kind === 'running' || kind === 'stopped') t.not(step, 'join');
      }
    }),
    {numRuns: 1000},
  );
});
