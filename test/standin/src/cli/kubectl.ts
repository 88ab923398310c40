/** `k3s kubectl`: the verbs that scripts and playbooks use on a cluster, over real requests. */

import {ApiClient} from '../api/client.js';
import {findKind, type Kind} from '../api/kinds.js';
import {type Obj, StatusError} from '../api/objects.js';
import {messageOf} from '../base/fatal.js';
import {sleep} from '../base/time.js';
import {version} from '../base/version.js';
import {readKubeconfig} from './kubeconfig_read.js';
import {type KubectlArgs, parseKubectl} from './kubectl_args.js';
import {change, create, drain, label, waitFor} from './kubectl_change.js';
import {print} from './print.js';

/** What a verb works with. */
export interface Kubectl {
  readonly api: ApiClient;
  readonly words: readonly string[];
  flag(name: string): string | undefined;
  flags(name: string): readonly string[];
  readonly namespace: string;
  readonly allNamespaces: boolean;
  readonly out: (text: string) => void;
  readonly now: () => Date;
}

export const kindNamed = (name: string): Kind => {
  const kind = findKind(name);
  if (kind) return kind;
  throw new Error(`error: the server doesn't have a resource type "${name}"`);
};

/** The targets of `nodes a b`, `node/a node/b`, `nodes`: kind and names. */
export const targets = (words: readonly string[]): {kind: Kind; names: string[]}[] => {
  const [first = '', ...rest] = words;
  if (first.includes('/')) {
    return words.map((word) => {
      const [kind = '', name = ''] = word.split('/');
      return {kind: kindNamed(kind), names: [name]};
    });
  }
  return first.split(',').map((name) => ({kind: kindNamed(name), names: rest}));
};

/** The namespace of requests; none where all are meant or the kind has none. */
export const spaceOf = (kubectl: Kubectl, kind: Kind): string | undefined =>
  kind.namespaced && !kubectl.allNamespaces ? kubectl.namespace : undefined;

const rawGet = async ({api, flag, out}: Kubectl): Promise<void> => {
  const reply = await api.raw('GET', flag('raw') ?? '/');
  const text = reply.body.toString();
  if (reply.status < 300) return out(text);
  if (reply.status === 401) throw new Error('error: You must be logged in to the server (Unauthorized)');
  if (reply.status === 404)
    throw new Error('Error from server (NotFound): the server could not find the requested resource');
  const reason = reply.status === 503 ? 'ServiceUnavailable' : 'InternalError';
  const state =
    reply.status === 503
      ? 'the server is currently unable to handle the request'
      : `an error on the server (${JSON.stringify(text)}) has prevented the request from succeeding`;
  throw new Error(`Error from server (${reason}): ${state}`);
};

const query = ({flag}: Kubectl): Record<string, string> => ({
  ...(flag('selector') ? {labelSelector: flag('selector') ?? ''} : {}),
  ...(flag('field-selector') ? {fieldSelector: flag('field-selector') ?? ''} : {}),
});

const getOne = async (kubectl: Kubectl, kind: Kind, name: string): Promise<Obj[]> => {
  try {
    return [await kubectl.api.get(kind, spaceOf(kubectl, kind), name)];
  } catch (error) {
    if (error instanceof StatusError && error.code === 404 && kubectl.flag('ignore-not-found')) return [];
    throw error;
  }
};

const get = async (kubectl: Kubectl): Promise<void> => {
  if (kubectl.flag('raw') !== undefined) return rawGet(kubectl);
  for (const {kind, names} of targets(kubectl.words.slice(1))) {
    const found = names.length > 0 ? await Promise.all(names.map((name) => getOne(kubectl, kind, name))) : undefined;
    const items = found?.flat() ?? (await kubectl.api.list(kind, spaceOf(kubectl, kind), query(kubectl)));
    const format = kubectl.flag('output') ?? '';
    if (items.length === 0 && found) continue;
    if (items.length === 0 && (format === '' || format === 'wide')) {
      const where = kind.namespaced && !kubectl.allNamespaces ? ` in ${kubectl.namespace} namespace` : '';
      process.stderr.write(`No resources found${where}${where ? '.' : ''}\n`);
      continue;
    }
    const headers = !kubectl.flag('no-headers');
    kubectl.out(
      print(kind, items, {
        format,
        headers,
        allNamespaces: kubectl.allNamespaces,
        labels: kubectl.flag('show-labels') !== undefined,
        now: kubectl.now(),
        single: names.length === 1,
      }),
    );
  }
};

const gone = async ({api}: Kubectl, kind: Kind, namespace: string | undefined, object: Obj): Promise<void> => {
  for (;;) {
    const now = await api.find(kind, namespace, object.metadata.name);
    if (!now || now.metadata.uid !== object.metadata.uid) return;
    await sleep(300);
  }
};

const removeOne = async (kubectl: Kubectl, kind: Kind, namespace: string | undefined, name: string): Promise<void> => {
  try {
    const object = await kubectl.api.remove(kind, namespace, name);
    kubectl.out(`${kind.singular} "${name}" deleted\n`);
    // Like the real one it waits until finalizers are done, a server's member out of etcd among them.
    if (kubectl.flag('wait') !== 'false') await gone(kubectl, kind, namespace, object);
  } catch (error) {
    if (!(error instanceof StatusError && error.code === 404 && kubectl.flag('ignore-not-found'))) throw error;
  }
};

const remove = async (kubectl: Kubectl): Promise<void> => {
  for (const {kind, names} of targets(kubectl.words.slice(1))) {
    const namespace = spaceOf(kubectl, kind);
    const all = kubectl.flag('all') || kubectl.flag('selector');
    const found = all
      ? (await kubectl.api.list(kind, namespace, query(kubectl))).map(({metadata}) => metadata.name)
      : names;
    if (found.length === 0 && !all) throw new Error('error: resource(s) were provided, but no name was specified');
    for (const name of found) await removeOne(kubectl, kind, namespace, name);
  }
};

const VERBS: Readonly<Record<string, (kubectl: Kubectl) => Promise<void>>> = {
  get,
  delete: remove,
  create: (kubectl) => create(kubectl, false),
  apply: (kubectl) => create(kubectl, true),
  annotate: (kubectl) => label(kubectl, 'annotations'),
  label: (kubectl) => label(kubectl, 'labels'),
  cordon: (kubectl) => change(kubectl, true),
  uncordon: (kubectl) => change(kubectl, false),
  drain,
  wait: waitFor,
  version: async ({api, flag, out}) => {
    out(`Client Version: ${version}\nKustomize Version: v5.0.4-0.20230601165947-6ce0bf390ce3\n`);
    if (flag('client')) return;
    const server = JSON.parse((await api.raw('GET', '/version')).body.toString()) as {gitVersion: string};
    out(`Server Version: ${server.gitVersion}\n`);
  },
  'cluster-info': async ({api, out}) => {
    await api.raw('GET', '/version');
    out(`Kubernetes control plane is running at ${api.server}\n`);
  },
};

/** kubectl's own words for a failure, with `Error from server (Reason):` where the server refused. */
const explain = (error: unknown, server: string): string => {
  if (error instanceof StatusError) {
    if (error.code === 401) return 'error: You must be logged in to the server (Unauthorized)';
    return `Error from server${error.reason ? ` (${error.reason})` : ''}: ${error.message}`;
  }
  const text = messageOf(error);
  if (/connection refused/.test(text)) {
    return `The connection to the server ${server.replace('https://', '')} was refused - did you specify the right host or port?`;
  }
  return /^(error|Error|The connection)/.test(text)
    ? text
    : `Unable to connect to the server: ${text.replace(/^Get "[^"]*": /, '')}`;
};

/** Resolves to the exit status. */
export const kubectl = async (args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> => {
  const parsed: KubectlArgs = parseKubectl(args);
  const flag = (name: string) => parsed.flags.get(name)?.at(-1);
  let server = 'localhost:8080';
  try {
    const path = flag('kubeconfig') ?? env.KUBECONFIG ?? '/etc/rancher/k3s/k3s.yaml';
    const credentials = readKubeconfig(path.split(':')[0] ?? path, flag('context'));
    server = flag('server') ?? credentials.server;
    const verb = VERBS[parsed.words[0] ?? ''];
    if (!verb)
      throw new Error(
        `error: unknown command "${parsed.words[0] ?? ''}" for "kubectl" (the stand-in has: ${Object.keys(VERBS).join(', ')})`,
      );
    const seconds = Number.parseInt(flag('request-timeout') ?? '60', 10) || 60;
    await verb({
      api: new ApiClient({...credentials, server, timeoutMs: seconds * 1000}),
      words: parsed.words,
      flag,
      flags: (name) => parsed.flags.get(name) ?? [],
      namespace: flag('namespace') ?? 'default',
      allNamespaces: flag('all-namespaces') === 'true',
      out: (text) => process.stdout.write(text),
      now: () => new Date(),
    });
    return 0;
  } catch (error) {
    process.stderr.write(`${explain(error, server)}\n`);
    return 1;
  }
};
