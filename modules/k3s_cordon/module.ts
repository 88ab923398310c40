import {posix} from 'node:path';
import {cordonMark, defaultPaths} from '../../src/cluster/index.js';
import {defineModule, p, type Resource} from '../../src/module/index.js';
import {sh} from '../../src/shell/index.js';

interface Seen {
  /** The Node is there; false also where the API does not answer. */
  readonly node: boolean;
  readonly unschedulable: boolean;
  /** Cordoned by this module, and not uncordoned since. */
  readonly ours: boolean;
}

interface NodeObject {
  readonly metadata?: {readonly annotations?: Readonly<Record<string, string>>};
  readonly spec?: {readonly unschedulable?: boolean};
}

function parseNode(text: string): Seen {
  let node: NodeObject | undefined;
  try {
    node = JSON.parse(text) as NodeObject;
  } catch {
    // No answer, or an error in words.
  }
  return {
    node: node?.metadata !== undefined,
    unschedulable: node?.spec?.unschedulable === true,
    ours: node?.metadata?.annotations?.[cordonMark] !== undefined,
  };
}

export default defineModule({
  kind: 'state',
  name: 'k3s_cordon',
  summary: 'Cordons a Node before its restart, and uncordons it afterwards if it was this module that cordoned it.',
  description: `Runs on a server whose API answers. The Node is marked by the annotation \`${cordonMark}\`, so that a run which died between the two is
made up for by the next, and a Node that a person cordoned stays cordoned.`,
  params: p.object({
    node: p.string('The Node.'),
    state: p.choice(['cordoned', 'uncordoned'], 'Wanted state.').default('cordoned'),
    bin_dir: p.path('Where the binary lies.').default(defaultPaths.binDir),
  }),
  returns: {node: 'The Node.', ours: 'Whether it is, or was, cordoned by this module.'},
  examples: [
    {name: 'No new pods while it restarts', params: {node: 'server1'}},
    {name: 'It is ready again', params: {node: 'server1', state: 'uncordoned'}},
  ],
  reach: 'run',
  probeIs: 'volatile',
  reads: ({node}): readonly Resource[] => [{kind: 'node', name: node}],
  probe: ({node, bin_dir: binDir}) =>
    sh`${posix.join(binDir, 'k3s')} kubectl get --raw ${`/api/v1/nodes/${node}`} 2>/dev/null; :`,
  parse: ({stdout}) => parseNode(stdout),
  overlay: (seen, predicted, {node}) => ({
    ...seen,
    ...(predicted.get({kind: 'node', name: node})?.state as Partial<Seen> | undefined),
  }),
  plan({node, state, bin_dir: binDir}, seen) {
    const cordon = state === 'cordoned';
    const result = {node, ours: seen.ours};
    // A server whose API does not answer may be restarted to mend just that.
    if (!seen.node || (cordon ? seen.unschedulable : !seen.ours)) return {plan: 'same', result};
    const k3s = posix.join(binDir, 'k3s');
    return {
      plan: 'change',
      diff: [
        {
          kind: 'values',
          path: `Node ${node}`,
          before: {unschedulable: seen.unschedulable},
          after: {unschedulable: cordon},
        },
      ],
      steps: [
        cordon
          ? {
              step: 'script',
              title: `cordon ${node}`,
              // The mark goes first: a run that dies here leaves a mark without a cordon, which harms nobody.
              script: sh`${k3s} kubectl annotate node ${node} --overwrite ${`${cordonMark}=true`} && ${k3s} kubectl cordon ${node}`,
            }
          : {
              step: 'script',
              title: `uncordon ${node}`,
              script: sh`${k3s} kubectl uncordon ${node} && ${k3s} kubectl annotate node ${node} ${`${cordonMark}-`}`,
            },
      ],
      touches: [{kind: 'node', name: node}],
      after: [
        {
          resource: {kind: 'node', name: node},
          state: {node: true, unschedulable: cordon, ours: cordon} satisfies Seen,
        },
      ],
      result: {node, ours: true},
    };
  },
});
