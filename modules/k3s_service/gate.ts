import {mayStopOne, parseMemberList, quorumOf} from '../../src/cluster/index.js';
import type {Step, StepOutput, WaitVerdict} from '../../src/module/index.js';
import {sh} from '../../src/shell/index.js';

const marker = '-- health --';

/** How long other members may take to become healthy before a restart is refused. */
const patienceMs = 60_000;

/** Whether this server may go down now: the other voters have to keep quorum for as long as it is away. */
export function restartVerdict(output: StepOutput): WaitVerdict {
  const [list = '', health = ''] = output.stdout.split(`${marker}\n`);
  const found = parseMemberList(list);
  // Without an answer there is no quorum to lose: this server is cut off, or etcd is what the restart shall mend.
  if (found === undefined) return {wait: 'done', data: {voters: 0, healthy: 0}};
  const voters = found.members.filter((member) => !member.isLearner);
  const healthyUrls = new Set(
    health.split('\n').flatMap((line) => (line.endsWith(' true') ? [line.slice(0, -5)] : [])),
  );
  const healthy = voters.filter((member) => member.clientUrls.some((url) => healthyUrls.has(url)));
  const data = {voters: voters.length, healthy: healthy.length};
  if (mayStopOne(voters.length, healthy.length)) return {wait: 'done', data};
  const down = voters.filter((member) => !healthy.includes(member)).map((member) => member.name);
  return {
    wait: 'more',
    progress: `${healthy.length} of ${voters.length} voters are healthy (not: ${down.join(', ')}); going down now would leave fewer than the quorum of ${quorumOf(voters.length)}`,
  };
}

/** Asks etcd for its members, and each of them how it is, before this server is taken down. */
export const quorumGate = (name: string, dataDir: string): Step => ({
  step: 'wait',
  title: `the other members to keep quorum while ${name} restarts (k3s_allow_outage: true accepts the outage)`,
  probe: sh`t=${`${dataDir}/server/tls/etcd`}
[ -d "$t" ] && command -v curl >/dev/null 2>&1 || exit 0
ask() { curl -s --max-time 3 --cacert "$t/server-ca.crt" --cert "$t/client.crt" --key "$t/client.key" "$@" 2>/dev/null; }
list=$(ask -X POST -d '{}' https://127.0.0.1:2379/v3/cluster/member/list) || exit 0
printf '%s\n' "$list"
echo ${marker}
printf '%s' "$list" | tr '",[]' '\n\n\n\n' | grep '^https://.*:2379$' | sort -u | while read -r url; do
  case $(ask "$url/health") in *'"health":"true"'*) echo "$url true";; *) echo "$url false";; esac
done`,
  until: restartVerdict,
  everyMs: 2000,
  deadlineMs: patienceMs,
});
