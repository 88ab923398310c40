import path from 'node:path';
import {kubeconfigSource} from '../cluster/index.js';
import type {RunEvent} from '../events/types.js';
import {minimalReporter} from '../report/index.js';
import {eventCounter, prepareRun, type RunPlaybookOptions, runProject} from '../run/run_playbook.js';
import {type ClusterFlags, seeCluster} from './cluster_work.js';
import {connectionOptions, inventoryOptions, surroundings} from './common_flags.js';
import {printLines, textOptions} from './console.js';
import {nameOfFile} from './faults.js';
import {openOutput} from './output.js';

/** The name under which the one task is read as a playbook; messages show it. */
const playbookName = 'cluster kubeconfig';

/** `--file`, else the first file of KUBECONFIG, else kubectl's own. */
export function kubeconfigPath(
  file: string | undefined,
  {cwd, home, env}: Pick<ReturnType<typeof surroundings>, 'cwd' | 'home' | 'env'>,
): string {
  const listed = env.KUBECONFIG?.split(path.delimiter).find((one) => one !== '');
  return path.resolve(cwd, file ?? listed ?? path.join(home, '.kube', 'config'));
}

/** `quorate cluster kubeconfig`: looks for a server that is well, and runs module `k3s_kubeconfig` on it. */
export async function saveKubeconfig(flags: ClusterFlags): Promise<number> {
  const around = surroundings();
  const {seen} = await seeCluster(flags);
  const source = kubeconfigSource(seen.servers, flags.server);
  const target = kubeconfigPath(flags.file, around);
  const task = {
    k3s_kubeconfig: {
      path: target,
      server: source.url,
      src: source.file,
      context: flags.context ?? "{{ k3s_context | default(cluster_context | default('k3s')) }}",
      use: flags.use === true,
      force: flags.force === true,
    },
  };
  const play = {name: 'Kubeconfig', hosts: source.host, gather_facts: false, become: true, tasks: [task]};
  const {limit: _limit, ...inventory} = inventoryOptions(flags);
  const options: RunPlaybookOptions = {
    ...around,
    ...inventory,
    ...(await connectionOptions(flags, around)),
    playbooks: [playbookName],
    texts: new Map([[path.join(around.cwd, playbookName), JSON.stringify([play])]]),
    check: flags.check === true,
    diff: flags.diff === true,
    verbosity: flags.verbose ?? 0,
  };
  const output = openOutput(flags, '', minimalReporter({...textOptions(flags), oneLine: false}));
  let result: Readonly<Record<string, unknown>> | undefined;
  const events = eventCounter({
    onEvent(event: RunEvent, stats) {
      if (event.kind === 'host-result' && event.outcome.status !== 'failed') result = event.outcome.result;
      output.event(event, stats);
    },
  });
  try {
    const {project, playbooks} = await prepareRun(options, (message) =>
      events.emit({kind: 'notice', level: 'warning', message, at: Date.now()}),
    );
    const {exitCode} = await runProject(project, playbooks, options, events);
    if (exitCode === 0 && result !== undefined && flags.json !== true && flags.check !== true)
      printLines([
        `to use it: kubectl --kubeconfig ${nameOfFile(target)} --context ${String(result.context)} get nodes`,
      ]);
    return exitCode;
  } finally {
    output.close();
  }
}
