import {defaultPaths} from '../../src/cluster/index.js';
import {defineModule, p} from '../../src/module/index.js';
import {parseRemoval, removalProbe, removalSteps} from './removal.js';

export default defineModule({
  kind: 'state',
  name: 'k3s_remove_member',
  summary: 'Takes a dead server out of the cluster: its etcd member, its Node and its node password.',
  description: `Runs on a living server. Needed before a server that lost its disk can join again: as long as its old member is listed, K3s
answers "duplicate node name found", and then rejects its node password. Refuses when something answers at the member's peer address, and
when nothing comes back from it, unless \`address_is_free\`: a firewall may drop what comes.
Whether quorum holds after it is checked by \`k3s_roles\`, which sees every server.`,
  params: p.object({
    node: p.string("The dead server's Node name."),
    member: p.string('Its member, as etcd lists it: `server1-0123abcd`; of one that has no name there yet, its ID.'),
    learner: p.bool('It has no vote: removed only as long as that is so.').default(false),
    address_is_free: p
      .bool(
        'The machine at its peer address was looked at, and nobody listens there, so that silence is no sign of life; as `k3s.dead` of `k3s_roles` says.',
      )
      .default(false),
    data_dir: p.path("K3s's data-dir.").default(defaultPaths.dataDir),
    bin_dir: p.path('Where the binary lies.').default(defaultPaths.binDir),
    timeout_s: p.int('How long the removal may take; K3s 1.22 was seen to take 40 s.').default(180),
  }),
  returns: {node: 'The Node name.', member: 'The member.'},
  examples: [
    {
      name: 'A server was rebuilt',
      params: {node: 'server1', member: 'server1-0123abcd'},
    },
  ],
  reach: 'run',
  probeIs: 'volatile',
  reads: ({member}) => [{kind: 'etcd-member', name: member}],
  probe: removalProbe,
  parse: (output, given) => parseRemoval(output.stdout, given),
  plan(given, seen) {
    const {node, member} = given;
    const result = {node, member};
    if (!seen.answered)
      return {
        plan: 'fail',
        why: `etcd does not answer here, so ${member} cannot be removed`,
        hint: 'run it on a living member (delegate_to)',
      };
    if (given.learner && seen.member?.isLearner === false)
      return {
        plan: 'fail',
        why: `${member} votes by now, so it is not removed`,
        hint: 'run again: it is started as a member',
      };
    if (seen.member === undefined && !seen.node) return {plan: 'same', result};
    return {
      plan: 'change',
      diff: [
        {
          kind: 'values',
          path: `etcd member ${member}`,
          before: {
            ...(seen.member === undefined ? {} : {member: seen.member.id}),
            ...(seen.node ? {Node: node} : {}),
            ...(seen.secret ? {'node password': 'set'} : {}),
          },
          after: {},
        },
      ],
      steps: removalSteps(given, seen),
      touches: [{kind: 'etcd-member', name: member}],
      after: [{resource: {kind: 'etcd-member', name: member}, state: 'absent'}],
      result,
    };
  },
});
