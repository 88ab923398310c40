import {posix} from 'node:path';
import {type Data, defineModule, type GroupEntry, p} from '../../src/module/index.js';
import {overlaySeen, parseSeen, restartDue, type Seen, seenProbe, staleFiles} from '../k3s_service/look.js';
import {serviceParams} from '../k3s_service/params.js';

const params = p.object({
  ...serviceParams,
  group: p.string('Group made of the hosts that are to be restarted.').default('k3s_restarting_servers'),
});

/** Why this host's service is to be restarted; empty where it goes on, or does not run. */
function reasonsOf({
  params: given,
  sighting,
  predicted,
}: GroupEntry<typeof params._zod.output, Seen>): readonly string[] {
  if (sighting.seen === 'unknown') return [];
  const seen = overlaySeen(sighting.value, predicted, given);
  if (seen === undefined) return ['its settings'];
  if (!restartDue(given, seen)) return [];
  const files = staleFiles(given, seen);
  return files.length > 0 ? files.map((path) => posix.basename(path)) : ['a unit of another hand'];
}

export default defineModule({
  kind: 'group',
  name: 'k3s_restarts',
  summary: 'Says which of the hosts have to be restarted for what is on their disks, or is to be written there.',
  description: `Takes the parameters of \`k3s_service\` and comes to the same answer, for all hosts at once and before the first is restarted:
what has to be done once before that (a snapshot) can be. Sets \`k3s_restart\` (\`due\`, \`files\`) for each host, and makes a group of those that are due.`,
  params,
  examples: [{name: 'Before servers are restarted', params: {name: 'k3s', config: {disable: ['traefik']}}}],
  scope: () => [],
  probe: seenProbe,
  parse: parseSeen,
  plan(entries) {
    const reasons = new Map(entries.map((entry) => [entry.host, reasonsOf(entry)] as const));
    const due = [...reasons].filter(([, files]) => files.length > 0);
    return {
      variables: new Map(
        [...reasons].map(([host, files]): [string, Data] => [host, {k3s_restart: {due: files.length > 0, files}}]),
      ),
      groups: new Map([[entries[0]?.params.group ?? '', due.map(([host]) => host)]]),
      refusals: [],
      shows: due.map(([host, files]) => `to be restarted: ${host} (${files.join(', ')})`),
      data: {hosts: due.map(([host]) => host)},
    };
  },
});
