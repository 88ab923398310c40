import {defaultPaths, parseMemberList, startCauses} from '../../src/cluster/index.js';
import {defineModule, p, type StepOutput, type WaitVerdict} from '../../src/module/index.js';
import {sh} from '../../src/shell/index.js';

const params = p.object({
  name: p.choice(['k3s', 'k3s-agent'], 'The service.').default('k3s'),
  datastore: p
    .choice(['etcd', 'sqlite', 'external'], 'With etcd, the server also has to be a voter under a leader.')
    .default('etcd'),
  node_name: p.string("The server's Node name, as in its etcd member's name.").default(''),
  data_dir: p.path("K3s's data-dir.").default(defaultPaths.dataDir),
  bin_dir: p.path('Where the binary lies.').default(defaultPaths.binDir),
  timeout_s: p.int('How long it may take.').default(300),
});

const marker = '-- etcd --';

/** Whether the API server is ready, and with etcd whether this server votes and sees a leader (k3s docs; rules of readiness). */
export function readiness(output: StepOutput, datastore: string, nodeName: string): WaitVerdict {
  const [api = '', list = '', metrics = ''] = output.stdout.split(`${marker}\n`);
  if (api.trim() !== 'ok') {
    const failing = [...api.matchAll(/\[-\](\S+)/g)].map(([, name]) => name);
    return {
      wait: 'more',
      progress: failing.length > 0 ? `the API waits for ${failing.join(', ')}` : 'the API does not answer yet',
    };
  }
  if (datastore !== 'etcd') return {wait: 'done'};
  const found = parseMemberList(list);
  if (found === undefined) return {wait: 'more', progress: 'etcd does not answer yet'};
  const own = found.members.find((member) => member.name.replace(/-[0-9a-f]{8}$/, '') === nodeName);
  if (own === undefined) return {wait: 'more', progress: 'not listed as a member yet'};
  if (own.isLearner) return {wait: 'more', progress: 'a learner, catching up'};
  if (!/^etcd_server_has_leader 1/m.test(metrics)) return {wait: 'more', progress: 'etcd has no leader'};
  return {
    wait: 'done',
    data: {cluster_id: found.clusterId, voters: found.members.filter((member) => !member.isLearner).length},
  };
}

export default defineModule({
  kind: 'action',
  name: 'k3s_ready',
  summary: 'Waits until a server is ready: its API answers /readyz, and with etcd it votes under a leader.',
  description:
    'K3s reports its start before `/readyz` is ok, and a joining server is a learner first: both are waited for, with what is missing shown.',
  params,
  returns: {cluster_id: "The etcd cluster's id.", voters: 'Its voters.'},
  examples: [{name: 'Gate before the next server', params: {node_name: 'server1'}}],
  reach: 'run',
  check: 'skip',
  readOnly: true,
  steps: ({name, datastore, node_name: nodeName, data_dir: dataDir, bin_dir: binDir, timeout_s: timeoutS}) => [
    {
      step: 'wait',
      title: `${nodeName || name} to be ready`,
      probe: sh`t=${`${dataDir}/server/tls/etcd`}
${`${binDir}/k3s`} kubectl get --raw /readyz 2>&1
echo
echo ${marker}
if [ -d "$t" ] && command -v curl >/dev/null 2>&1; then
curl -s --max-time 5 --cacert "$t/server-ca.crt" --cert "$t/client.crt" --key "$t/client.key" -X POST -d '{}' https://127.0.0.1:2379/v3/cluster/member/list 2>/dev/null
echo
echo ${marker}
curl -s --max-time 5 http://127.0.0.1:2381/metrics 2>/dev/null | grep '^etcd_server_has_leader'
fi
:`,
      until: (output) => readiness(output, datastore, nodeName),
      everyMs: 1000,
      deadlineMs: timeoutS * 1000,
      follow: {journal: name, cause: startCauses()},
    },
  ],
  result: (_given, outcomes) => ({changed: false, data: outcomes[0]?.data ?? {}}),
});
