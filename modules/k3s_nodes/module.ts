import {defaultPaths} from '../../src/cluster/index.js';
import {defineModule, p} from '../../src/module/index.js';
import {type Script, sh} from '../../src/shell/index.js';
import {marker, type NodesSeen, nodesTable, nodesVerdict, parseNodes} from './table.js';

const params = p.object({
  nodes: p.strings('Names of the Nodes that have to be Ready.').default([]),
  data_dir: p.path("K3s's data-dir.").default(defaultPaths.dataDir),
  bin_dir: p.path('Where the binary lies.').default(defaultPaths.binDir),
  timeout_s: p.int('How long it may take.').default(300),
});

/** The Nodes as JSON, then etcd's member list where there is one. Asked raw, since kubectl's discovery would write a cache. */
const nodesProbe = (dataDir: string, binDir: string): Script => sh`t=${`${dataDir}/server/tls/etcd`}
${`${binDir}/k3s`} kubectl get --raw /api/v1/nodes 2>/dev/null
echo
echo ${marker}
if [ -d "$t" ] && command -v curl >/dev/null 2>&1; then
curl -s --max-time 5 --cacert "$t/server-ca.crt" --cert "$t/client.crt" --key "$t/client.key" -X POST -d '{}' https://127.0.0.1:2379/v3/cluster/member/list 2>/dev/null
fi
:`;

export default defineModule({
  kind: 'action',
  name: 'k3s_nodes',
  summary: 'Waits until all Nodes of the cluster are Ready, and lists them and the etcd members.',
  params,
  returns: {
    nodes: 'Nodes: name, ready, roles, version, address, and whether `k3s_cordon` has cordoned it.',
    members: 'Etcd members: id, name, isLearner, peerUrls.',
    table: 'Both as lines for a person.',
  },
  examples: [{name: 'Verify', params: {nodes: ['server1', 'agent1']}}],
  reach: 'run',
  check: 'predict',
  readOnly: true,
  predict: ({data_dir: dataDir, bin_dir: binDir}) => ({
    probe: nodesProbe(dataDir, binDir),
    parse(output) {
      const seen = parseNodes(output);
      if (seen === undefined)
        return {changed: false, data: {nodes: [], members: [], table: ['there is no cluster yet']}};
      return {changed: false, data: {nodes: seen.nodes, members: seen.members, table: nodesTable(seen)}};
    },
  }),
  steps: ({nodes, data_dir: dataDir, bin_dir: binDir, timeout_s: timeoutS}) => [
    {
      step: 'wait',
      title: 'all nodes to be ready',
      probe: nodesProbe(dataDir, binDir),
      until: (output) => nodesVerdict(output, nodes),
      everyMs: 2000,
      deadlineMs: timeoutS * 1000,
    },
  ],
  result(_given, outcomes) {
    const seen = (outcomes[0]?.data ?? {nodes: [], members: []}) as unknown as NodesSeen;
    return {changed: false, data: {nodes: seen.nodes, members: seen.members, table: nodesTable(seen)}};
  },
});
