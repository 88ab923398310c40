import type {ExecutionContext} from 'ava';
import {compareListings} from '../../../src/lab/index.js';
import type {ClusterLab, RunOutcome} from './cluster_lab.js';
import {changedPaths, transcript} from './outcomes.js';

/** What reading a host leaves: logs, and sudo's notes. */
export const readingLeaves = [/^\/var\/log\//, /^\/var\/lib\/(sudo|systemd)(\/|$)/];

/** What K3s and etcd write by themselves while nobody touches them. */
const clusterWrites = [
  /^\/var\/lib\/rancher\/k3s\/(server|agent|data)(\/|$)/,
  /^\/var\/lib\/kubelet\//,
  /^\/var\/lib\/cni(\/|$)/,
];

/** A run that must not touch anything: no changed task, no file on any host, no restart. */
export async function touchesNothing(
  t: ExecutionContext,
  cluster: ClusterLab,
  args: readonly string[],
): Promise<RunOutcome> {
  const pids = await cluster.mainPids();
  const ignored = (host: string): readonly RegExp[] =>
    Number(pids.get(host) ?? 0) > 0 ? [...readingLeaves, ...clusterWrites] : readingLeaves;
  const before = await cluster.listings(ignored);
  const run = await cluster.run(args);
  t.deepEqual(changedPaths(run.events), [], transcript(run));
  for (const [host, listing] of await cluster.listings(ignored))
    t.deepEqual(compareListings(before.get(host) ?? [], listing, {ignore: ignored(host)}), [], host);
  t.deepEqual(await cluster.mainPids(), pids);
  return run;
}

/** The run refuses, and has touched nothing; its output is for the test to compare. */
export async function refuses(t: ExecutionContext, cluster: ClusterLab, args: readonly string[]): Promise<RunOutcome> {
  const run = await touchesNothing(t, cluster, args);
  t.not(run.code, 0, transcript(run));
  return run;
}
