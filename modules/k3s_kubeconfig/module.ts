import {type KubeconfigMerge, mergeKubeconfig} from '../../src/cluster/index.js';
import {QuorateError} from '../../src/errors/index.js';
import {type Diff, defineModule, type ModuleResult, p, type z} from '../../src/module/index.js';
import {sh} from '../../src/shell/index.js';
import {type FileSeen, readKubeconfigFile, replaceKubeconfigFile, wantedMode} from './file.js';

const params = p.object({
  path: p.string('The kubeconfig on the controller; made if there is none.').default('~/.kube/config'),
  server: p.string("The API's URL as clients reach it; it has to be in the servers' certificates."),
  context: p.string('Name of the context, and of its cluster and user.').default('k3s'),
  use: p.bool('Make it the current context; where the file has none, it becomes that anyway.').default(false),
  force: p.bool('Replace entries of that name which belong to another cluster.').default(false),
  src: p.path("K3s's own kubeconfig on the server.").default('/etc/rancher/k3s/k3s.yaml'),
});

type Params = z.output<typeof params>;

const merged = (given: Params, seen: FileSeen, own: string): KubeconfigMerge =>
  mergeKubeconfig(seen.text, own, given, {existing: seen.path, own: given.src});

/** What it comes to, for the result and the diff; secrets are in neither. */
function resultOf(given: Params, seen: FileSeen, merge: KubeconfigMerge, backup?: string): ModuleResult {
  const {path} = seen;
  const {context, server} = given;
  if (merge.merge === 'refuse') return {changed: false, failed: true, msg: merge.what, hint: merge.hint};
  const modeDiffers = seen.exists && seen.mode !== wantedMode;
  const data = {path, context, server, ...(backup === undefined ? {} : {backup_file: backup})};
  if (merge.merge === 'same' && !modeDiffers) return {changed: false, data};
  const diff: Diff = {
    kind: 'values',
    path: `controller:${path}`,
    before: {...(merge.merge === 'change' ? merge.before : {}), ...(modeDiffers ? {mode: seen.mode} : {})},
    after: {
      ...(merge.merge === 'change' ? merge.after : {}),
      ...(seen.exists && !modeDiffers ? {} : {mode: wantedMode}),
    },
  };
  return {changed: true, diff: [diff], data};
}

const failed = (error: unknown): ModuleResult => {
  if (!(error instanceof QuorateError)) throw error;
  return {changed: false, failed: true, msg: error.what, ...(error.hint === undefined ? {} : {hint: error.hint})};
};

export default defineModule({
  kind: 'action',
  name: 'k3s_kubeconfig',
  summary: "Merges a server's kubeconfig into one on the controller, under a context of its own.",
  description: `Reads K3s's own kubeconfig on a server, gives it the address that clients use, and puts context, cluster and user of one
name into the file on the controller. Other entries stay, and so does the current context. The file has mode 0600; before it is changed it is
copied beside. An entry of the same name that belongs to another cluster, told by its CA, is refused. Comments are lost, as with kubectl.`,
  params,
  returns: {
    path: 'The file on the controller.',
    context: 'The context in it.',
    server: "The API's URL in it.",
    backup_file: 'The copy of the file as it was, when it was changed.',
  },
  examples: [
    {name: 'For kubectl on this machine', params: {server: 'https://192.0.2.10:6443', context: 'home'}},
    {name: 'A file of its own', params: {path: './kubeconfig', server: 'https://192.0.2.10:6443'}},
  ],
  reach: 'host',
  check: 'predict',
  prepare: ({path}) => readKubeconfigFile(path),
  predict: (given, seen) => ({
    probe: sh`cat -- ${given.src} 2>/dev/null`,
    parse({stdout}) {
      // A server that an earlier task of this dry run would start has none yet.
      if (stdout === '') return 'conditional';
      try {
        return resultOf(given, seen, merged(given, seen, stdout));
      } catch (error) {
        return failed(error);
      }
    },
  }),
  steps: ({src}) => [{step: 'script', title: `read ${src}`, script: sh`cat -- ${src}`}],
  async result(given, [output], seen) {
    const own = output?.stdout ?? '';
    try {
      let merge = merged(given, seen, own);
      if (resultOf(given, seen, merge).changed === false) return resultOf(given, seen, merge);
      const done = await replaceKubeconfigFile(given.path, new Date(), (now) => {
        merge = merged(given, now, own);
        return merge.merge === 'change' ? merge.text : undefined;
      });
      return resultOf(given, done.seen, merge, done.backup);
    } catch (error) {
      return failed(error);
    }
  },
});
