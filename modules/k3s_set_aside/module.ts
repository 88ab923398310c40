import {defaultPaths} from '../../src/cluster/index.js';
import {defineModule, p, type Resource} from '../../src/module/index.js';
import {sh} from '../../src/shell/index.js';

interface Seen {
  /** The name of the member whose data lies there; empty where none does. */
  readonly member: string;
  readonly targetExists: boolean;
}

const folders = ({member, data_dir: dataDir}: {readonly member: string; readonly data_dir: string}) => ({
  from: `${dataDir}/server/db/etcd`,
  to: `${dataDir}/server/db/etcd-${member}`,
});

export default defineModule({
  kind: 'state',
  name: 'k3s_set_aside',
  summary: 'Puts the data of an etcd member aside, so that its server joins as a new one.',
  description: `\`server/db/etcd\` gets the member's name beside it and is kept; remove it once nobody needs it. Data of any other member stays
where it is, and nothing is moved while K3s runs.`,
  params: p.object({
    member: p.string("The member's name, as in `server/db/etcd/name`: `server1-0123abcd`."),
    data_dir: p.path("K3s's data-dir.").default(defaultPaths.dataDir),
  }),
  returns: {aside: 'Where the data is now.'},
  examples: [{name: 'A learner that cannot catch up joins anew', params: {member: 'server3-0123abcd'}}],
  reach: 'run',
  probeIs: 'volatile',
  reads: (given): readonly Resource[] => [{kind: 'path', path: folders(given).from}],
  probe(given) {
    const {from, to} = folders(given);
    return sh`d=${from} to=${to}
[ ! -f "$d/name" ] || printf 'member %s\n' "$(cat "$d/name")"
[ ! -e "$to" ] || echo exists`;
  },
  parse: ({stdout}): Seen => ({
    member: /^member (.*)$/m.exec(stdout)?.[1]?.trim() ?? '',
    targetExists: /^exists$/m.test(stdout),
  }),
  // What else this run does below the data-dir (the measuring of its disk) leaves it alone.
  overlay: (seen, predicted, given) =>
    predicted.get({kind: 'path', path: folders(given).from}) === undefined ? seen : {...seen, member: ''},
  plan(given, seen) {
    const {from, to} = folders(given);
    const result = {aside: to};
    if (seen.member !== given.member) return {plan: 'same', result};
    if (seen.targetExists)
      return {
        plan: 'fail',
        why: `${to} exists already, so the data in ${from} is not put there`,
        hint: 'remove or rename it if nobody needs it, then run again',
      };
    return {
      plan: 'change',
      diff: [{kind: 'values', path: from, before: {member: seen.member}, after: {'put aside as': to}}],
      steps: [
        {
          step: 'script',
          title: `put the data of ${given.member} aside as ${to}`,
          script: sh`d=${from} to=${to}
case $(systemctl show k3s -p ActiveState 2>/dev/null) in *=inactive|*=failed) ;; *) echo 'K3s runs' >&2; exit 1 ;; esac
mv "$d" "$to" && sync`,
        },
      ],
      touches: [
        {kind: 'path', path: from},
        {kind: 'path', path: to},
      ],
      after: [{resource: {kind: 'path', path: from}, state: {type: 'absent'}}],
      result,
    };
  },
});
