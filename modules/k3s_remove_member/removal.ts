import {type EtcdMember, parseMemberList, peerPort} from '../../src/cluster/index.js';
import type {Step, StepOutput, WaitVerdict} from '../../src/module/index.js';
import {raw, type Script, sh} from '../../src/shell/index.js';

export interface RemovalGiven {
  readonly node: string;
  readonly member: string;
  readonly learner: boolean;
  readonly address_is_free: boolean;
  readonly data_dir: string;
  readonly bin_dir: string;
  readonly timeout_s: number;
}

export interface RemovalSeen {
  /** The member as listed; undefined where it is out already. */
  readonly member: EtcdMember | undefined;
  readonly node: boolean;
  readonly secret: boolean;
  /** Etcd answered; without an answer nothing is known. */
  readonly answered: boolean;
}

const marker = '-- node --';

const etcd = raw(
  `etcd() { curl -s --max-time 5 --cacert "$t/server-ca.crt" --cert "$t/client.crt" --key "$t/client.key" -X POST -d "$2" "https://127.0.0.1:2379/v3/cluster/member/$1" 2>/dev/null; }`,
);

const head = ({data_dir: dataDir, bin_dir: binDir}: RemovalGiven): Script => sh`t=${`${dataDir}/server/tls/etcd`}
kubectl() { ${`${binDir}/k3s`} kubectl "$@"; }
${etcd}`;

const secretOf = (node: string): string => `${node}.node-password.k3s`;

export const removalProbe = (given: RemovalGiven): Script => sh`${head(given)}
etcd list '{}'
echo
echo ${marker}
kubectl get node ${given.node} -o name 2>/dev/null
kubectl -n kube-system get secret ${secretOf(given.node)} -o name 2>/dev/null
:`;

/** A member by its name, or by its ID as long as it has none. */
const isCalled =
  (member: string) =>
  ({name, id}: EtcdMember): boolean =>
    name === member || id === member;

export function parseRemoval(stdout: string, {member}: RemovalGiven): RemovalSeen {
  const [list = '', objects = ''] = stdout.split(`${marker}\n`);
  const found = parseMemberList(list);
  return {
    answered: found !== undefined,
    member: found?.members.find(isCalled(member)),
    node: /^node\//m.test(objects),
    secret: /^secret\//m.test(objects),
  };
}

/** Why the member at this address may live, by how its port is seen; undefined when nobody is there. */
function mayLive(state: string | undefined, url: string, {member, address_is_free}: RemovalGiven): string | undefined {
  if (state === 'closed' || (state === 'silent' && address_is_free)) return undefined;
  if (state === 'open') return `at ${url} something answers now, so ${member} lives and is not removed`;
  if (state === 'silent')
    return `nothing at all comes back from ${url}, so ${member} may live behind a firewall and is not removed`;
  return `whether ${url} answers cannot be told, so ${member} is not removed`;
}

/**
 * The last look before it is done: whoever answers at one of the member's addresses, or only takes the connection, is alive and not
 * removed; and nobody who says nothing at all, unless that address is known to be free.
 */
function stillDead({peerUrls}: EtcdMember, given: RemovalGiven): Step {
  return {
    step: 'wait',
    title: `${given.member} to be seen dead`,
    probe: sh`${head(given)}
${peerPort}
for u in ${peerUrls}; do echo "peer $u $(peer_port "$u")"; done`,
    until({stdout}) {
      const seen = new Map([...stdout.matchAll(/^peer (\S+) (\w+)$/gm)].map(([, url, state]) => [url, state]));
      const why = peerUrls.map((url) => mayLive(seen.get(url), url, given)).find((one) => one !== undefined);
      return why === undefined ? {wait: 'done'} : {wait: 'failed', why, hint: 'look at that machine, then run again'};
    },
    everyMs: 1000,
    deadlineMs: 10_000,
  };
}

/**
 * Etcd is asked up to five times: a proposal that meets an election is dropped without an answer, for ever (seen with etcd 3.5.0). Whoever is out
 * already has been removed by an answer that was lost.
 */
const removal = (given: RemovalGiven, {id}: EtcdMember): Script => sh`${head(given)}
for n in 1 2 3 4 5; do
  said=$(etcd remove ${JSON.stringify({ID: id})})
  case $said in *'"members"'* | *'member not found'*) exit 0 ;; esac
  [ "$n" = 5 ] || sleep 1
done
[ -n "$said" ] || said='nothing within 5 s'
printf 'etcd says: %s\n' "$said" >&2
exit 1`;

function outVerdict(output: StepOutput, member: string): WaitVerdict {
  const found = parseMemberList(output.stdout);
  if (found === undefined) return {wait: 'more', progress: 'etcd does not answer'};
  if (found.members.some(isCalled(member))) return {wait: 'more', progress: `${member} is still listed`};
  return {wait: 'done', data: {members: found.members.map(({name}) => name)}};
}

/**
 * `kubectl delete node` makes K3s remove the member (its controller does, in up to 40 s on old versions) and the
 * node-password secret, which old versions leave. A server without an agent has no Node, and of a learner K3s may not know the member's
 * name: then etcd is told itself.
 */
export function removalSteps(given: RemovalGiven, seen: RemovalSeen): readonly Step[] {
  const {node, member, timeout_s: timeoutS} = given;
  const steps: Step[] = [];
  if (seen.member !== undefined) steps.push(stillDead(seen.member, given));
  if (seen.member !== undefined && (seen.member.isLearner || !seen.node))
    steps.push({step: 'script', title: `remove member ${member}`, script: removal(given, seen.member)});
  if (seen.node)
    steps.push({
      step: 'script',
      title: `delete Node ${node}`,
      script: sh`${head(given)}
kubectl delete node ${node} --ignore-not-found --wait=false`,
    });
  if (seen.member !== undefined)
    steps.push({
      step: 'wait',
      title: `${member} to be out of etcd`,
      probe: sh`${head(given)}
etcd list '{}'`,
      until: (output) => outVerdict(output, member),
      everyMs: 1000,
      deadlineMs: timeoutS * 1000,
    });
  if (seen.secret || seen.node)
    steps.push({
      step: 'script',
      title: `delete the node password of ${node}`,
      script: sh`${head(given)}
kubectl -n kube-system delete secret ${secretOf(node)} --ignore-not-found`,
    });
  return steps;
}
