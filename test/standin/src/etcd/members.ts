/** What K3s does with members: test its own, promote learners, remove peers (pkg/etcd/etcd.go). */

import {messageOf} from '../base/fatal.js';
import type {Logger} from '../base/log.js';
import {type EtcdClient, EtcdError, type Member} from './client.js';

/** A learner that makes no progress for this long is put out of the cluster. */
const STALL_MS = 5 * 60_000;

/** Throws why this server is no working member yet: no leader, still a learner, or not in the list. */
export const testMember = async (client: EtcdClient, name: string, address: string): Promise<void> => {
  const status = await client.status();
  if (status.leader === '0') throw new Error('etcdserver: no leader');
  if (status.isLearner) throw new Error('this server has not yet been promoted from learner to voting member');
  const members = await client.members();
  if (members.some((member) => member.name === name && member.peerUrls.some((url) => url.includes(`//${address}:`))))
    return;
  const found = members.map((member) => `${member.name}=${member.peerUrls[0]}`).join(' ');
  throw new Error(`this server is a not a member of the etcd cluster. Found [${found}], expect: ${name}=${address}`);
};

/** Whether this server's member leads the cluster. */
export const leads = async (client: EtcdClient): Promise<boolean> => {
  const status = await client.status();
  return status.leader !== '0' && status.leader === status.memberId;
};

export interface LearnerWatch {
  /** One round: does nothing unless this member leads. */
  look(): Promise<void>;
}

export const watchLearners = (client: EtcdClient, log: Logger, now: () => number): LearnerWatch => {
  const seenSince = new Map<string, number>();
  const promote = async (member: Member) => {
    try {
      await client.promote(member.id);
      log.info(`Promoted learner ${member.name}`);
      seenSince.delete(member.id);
    } catch (error) {
      log.debug(`Unable to promote learner ${member.name}: ${messageOf(error)}`);
      const since = seenSince.get(member.id) ?? now();
      seenSince.set(member.id, since);
      if (now() - since < STALL_MS) return;
      await client.remove(member.id);
      log.warn(`Removed learner ${member.name} from etcd cluster`);
    }
  };
  return {
    look: async () => {
      if (!(await leads(client))) return;
      const learner = (await client.members()).find((member) => member.isLearner);
      if (learner) await promote(learner);
    },
  };
};

/** Removes the member whose name and address both match; a member that is gone already is no error. */
export const removePeer = async (client: EtcdClient, name: string, address: string, log: Logger): Promise<void> => {
  const member = (await client.members()).find((one) => one.name === name);
  if (!member?.peerUrls.some((url) => url.includes(`//${address}:`))) return;
  log.info(`Removing name=${name} id=${member.id} address=${address} from etcd`);
  const status = await client.status();
  const next = (await client.members()).find((one) => one.id !== member.id && !one.isLearner);
  if (status.leader === member.id && next) await client.moveLeader(next.id).catch(() => {});
  try {
    await client.remove(member.id);
  } catch (error) {
    if (!(error instanceof EtcdError && /member not found/.test(error.message))) throw error;
  }
};
