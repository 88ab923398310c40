import {defaultPaths, keptNamesScript, namesNotKept} from '../../src/cluster/index.js';
import {defineModule, p} from '../../src/module/index.js';
import {sh} from '../../src/shell/index.js';

const secret = 'kube-system/k3s-serving';
const file = 'server/tls/dynamic-cert.json';

export default defineModule({
  kind: 'state',
  name: 'k3s_serving_secret',
  summary: "Deletes what a cluster remembers of its servers' certificate where that lacks a wanted name.",
  description: `Runs on the server that is restarted first for another \`tls-san\`: K3s keeps the certificate of port 6443 in the Secret ${secret} and
in \`${file}\`, and old versions (seen: v1.22) go back to these at a start, whatever \`tls-san\` says. Without them the server makes the certificate anew
from its \`tls-san\`, and the others take it over; what is served meanwhile stays as it is.`,
  params: p.object({
    names: p.strings('Names and addresses that the certificate has to be good for.'),
    data_dir: p.path("K3s's data-dir.").default(defaultPaths.dataDir),
    bin_dir: p.path('Where k3s is.').default(defaultPaths.binDir),
  }),
  returns: {missing: 'Names that the Secret lacked.'},
  examples: [{name: 'Before a restart', params: {names: ['192.0.2.10', 'k3s.example.com']}}],
  reach: 'run',
  probeIs: 'volatile',
  reads: () => [{kind: 'secret', name: secret}],
  probe: ({bin_dir: binDir}) => keptNamesScript(binDir),
  parse: ({stdout}) => stdout.split('\n').filter((line) => line !== ''),
  overlay: (seen) => seen,
  plan({names, data_dir: dataDir, bin_dir: binDir}, kept) {
    const missing = namesNotKept(kept, names);
    if (missing.length === 0) return {plan: 'same', result: {missing}};
    const resource = {kind: 'secret', name: secret};
    return {
      plan: 'change',
      diff: [{kind: 'values', path: `Secret ${secret}`, before: {lacks: missing.join(', ')}, after: {state: 'absent'}}],
      steps: [
        {
          step: 'script',
          title: `delete Secret ${secret}`,
          // The file first: a run that dies here finds the Secret as it was, and does both again.
          script: sh`rm -f ${`${dataDir}/${file}`} && ${`${binDir}/k3s`} kubectl -n kube-system delete secret k3s-serving --ignore-not-found`,
        },
      ],
      touches: [resource],
      after: [{resource, state: {absent: true}}],
      result: {missing},
    };
  },
});
