/** How a server becomes a member of a cluster that exists (pkg/etcd/etcd.go join). */

import {FatalError, messageOf} from '../base/fatal.js';
import {removeIfThere} from '../base/files.js';
import type {Logger} from '../base/log.js';
import {sleep} from '../base/time.js';
import {atLeast} from '../base/version.js';
import type {EtcdClient, Member} from './client.js';
import {peerUrl} from './process.js';

export interface Joiner {
  /** `<node>-<8 hex>` */
  readonly name: string;
  readonly nodeName: string;
  readonly address: string;
  readonly nameFile: string;
}

export interface JoinPlan {
  /** `name=peerURL,...`: etcd's initial-cluster */
  readonly cluster: readonly string[];
  /** whether the member has to be added first */
  readonly add: boolean;
}

const hostOf = (url: string): string => new URL(url).hostname.replace(/^\[|\]$/g, '');

/** The node's name within a member's: what stands before the last hyphen. */
export const nodeOfMember = (memberName: string): string => {
  const hyphen = memberName.lastIndexOf('-');
  return hyphen > 1 ? memberName.slice(0, hyphen) : memberName;
};

/** Reads the member list as the joiner `self` has to; throws K3s's error when its node name is taken. */
export const planJoin = (members: readonly Member[], self: Joiner): JoinPlan => {
  let add = true;
  const cluster: string[] = [];
  for (const member of members) {
    const ours = member.peerUrls.some((url) => hostOf(url) === self.address);
    // A member added but not started yet has no name; at our address it is us.
    const name = member.name === '' && ours ? self.name : member.name;
    if (name === self.name && ours) add = false;
    if (member.peerUrls[0] !== undefined) cluster.push(`${name}=${member.peerUrls[0]}`);
    if (name !== self.name && nodeOfMember(name) === self.nodeName) {
      throw new FatalError('ETCD join failed: duplicate node name found, please use a unique name for this node');
    }
  }
  return {cluster: add ? [...cluster, `${self.name}=${peerUrl(self.address)}`] : cluster, add};
};

/** Errors that pass once another learner was promoted or members have met. */
const PASSING =
  /too many learner members|unhealthy cluster|not enough started members|request timed out|leader changed/;

/** Adds `self` as a learner unless it is a member; resolves to etcd's initial-cluster. */
export const join = async (client: EtcdClient, self: Joiner, log: Logger, signal: AbortSignal): Promise<string> => {
  for (;;) {
    try {
      return await joinOnce(client, self, log);
    } catch (error) {
      const why = messageOf(error);
      if (error instanceof FatalError) {
        // A new member name is made once the node's name is mended.
        removeIfThere(self.nameFile);
        throw error;
      }
      // Before May 2023 K3s gave up here and left the rest to systemd.
      if (!atLeast(27) || !PASSING.test(why) || signal.aborted) throw new FatalError(`ETCD join failed: ${why}`);
      log.warn(`Failed to join etcd cluster: ${why}; retrying`);
      await sleep(1000, signal);
    }
  }
};

const joinOnce = async (client: EtcdClient, self: Joiner, log: Logger): Promise<string> => {
  const plan = planJoin(await client.members(), self);
  if (plan.add) {
    log.info(
      `Adding member ${self.name}=${peerUrl(self.address)} to etcd cluster [${plan.cluster.slice(0, -1).join(' ')}]`,
    );
    await client.addLearner(peerUrl(self.address));
  }
  log.info(`Starting etcd for cluster [${plan.cluster.join(' ')}]`);
  return plan.cluster.join(',');
};
