import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import type {ClusterChecks} from './cluster_checks.js';
import type {ClusterLab} from './cluster_lab.js';

/** A point on server3's way into the cluster of server1 and server2, at which it is killed together with the controller. */
export interface Stage {
  /** Makes the stand-in wait there; real K3s goes on, and is caught on its way. */
  readonly prepare: () => Promise<void>;
  readonly reached: () => Promise<boolean>;
  /** Ends the joiner; whoever was made to wait goes on at the next start. */
  readonly kill: () => Promise<void>;
}

const settings = '/etc/rancher/k3s/standin.yaml';
const joiner = 'server3';
const wal = '/var/lib/rancher/k3s/server/db/etcd/member/wal';

/**
 * Stages of a join by name, in their order. On real K3s, which cannot be told to wait, most are over within seconds; as a learner
 * it is frozen when its log is on its disk, since the leader promotes whoever has caught up, every 15 s.
 */
export function joinerStages({lab, k3s}: ClusterLab, checks: ClusterChecks): Readonly<Record<string, Stage>> {
  /** Waits for the host's next start of K3s. */
  const hold = async (host: string, lines: string): Promise<void> => {
    if (k3s.real) return;
    await checks.inside(host, `mkdir -p /etc/rancher/k3s; echo '${lines}' > ${settings}`);
  };
  const letGo = async (host: string): Promise<void> => {
    await checks.inside(host, `rm -f ${settings}`);
  };
  const votersSeen = async (): Promise<{readonly voters: number; readonly learners: readonly string[]}> => {
    const members = (await checks.membersSeenBy('server1'))?.members ?? [];
    return {
      voters: members.filter(({isLearner}) => !isLearner).length,
      learners: members.filter(({isLearner}) => isLearner).map(({name}) => name),
    };
  };
  const stateOfJoiner = (): Promise<string> =>
    checks.inside(joiner, `systemctl show k3s -p ActiveState --value; ls -d ${wal}`);
  /** K3s and all it started, at once, as when the host loses its power; it comes back at the next boot. */
  const powerCut = async (): Promise<void> => {
    await lab.host(joiner).kill();
    await rm(join(lab.host(joiner).upperDir, settings), {force: true});
    await lab.host(joiner).start();
  };
  /** K3s alone, which stays down. */
  const killK3s = async (): Promise<void> => {
    await checks.inside(joiner, 'systemctl kill -s KILL k3s; systemctl stop k3s');
    await letGo(joiner);
  };
  const freezeWithData = async (): Promise<void> => {
    const script = `until [ -e ${wal} ]; do sleep 0.02; done; systemctl kill -s STOP k3s`;
    await checks.inside(joiner, `systemd-run --collect /bin/sh -c '${script}'`);
  };
  const others = ['server1', 'server2'];
  /** Only so that the stand-in reads its settings. */
  const restartOthers = async (): Promise<void> => {
    if (!k3s.real) await Promise.all(others.map((host) => checks.inside(host, 'systemctl restart k3s')));
  };
  return {
    'before its member is added': {
      prepare: () => hold(joiner, 'start-delay-ms: 600000'),
      reached: async () => (await stateOfJoiner()).startsWith('activating'),
      kill: powerCut,
    },
    'as a learner whose etcd has not started': {
      prepare: () => hold(joiner, 'join-delay-ms: 600000'),
      reached: async () => (await votersSeen()).learners.includes(''),
      kill: killK3s,
    },
    // Started again it knows nobody: those that knock give etcd's default for their own address once they were restarted.
    'as a learner whose log has just been made': {
      prepare: () => (k3s.real ? freezeWithData() : hold(joiner, 'stop-at-log: true')),
      reached: async () => (await votersSeen()).learners.length > 0 && (await stateOfJoiner()).includes('wal'),
      kill: powerCut,
    },
    'as a learner with data on its disk': {
      // The leader promotes; K3s reads its settings when it starts.
      async prepare() {
        await Promise.all(others.map((host) => hold(host, 'learner-ms: 600000')));
        await restartOthers();
      },
      reached: async () =>
        // Without a name as long as its etcd has not told it to the others.
        (await votersSeen()).learners.length > 0 && (await stateOfJoiner()).includes('wal'),
      async kill() {
        await killK3s();
        await Promise.all(others.map(letGo));
        await restartOthers();
      },
    },
    'after its promotion': {
      prepare: () => hold(joiner, 'readyz-delay-ms: 600000'),
      reached: async () => (await votersSeen()).voters === 3,
      kill: killK3s,
    },
    'before it is ready': {
      prepare: () => hold(joiner, 'readyz-delay-ms: 600000'),
      reached: async () => (await stateOfJoiner()).startsWith('active\n'),
      kill: powerCut,
    },
  };
}
