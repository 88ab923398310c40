import {createHash, X509Certificate} from 'node:crypto';
import {CORE_SCHEMA, dump, load} from 'js-yaml';
import {ClusterError, messageOf} from '../errors/index.js';

type Mapping = Readonly<Record<string, unknown>>;

interface Named {
  readonly name: string;
  readonly [key: string]: unknown;
}

/** A kubeconfig (Kubernetes docs "config/v1"): three lists of named entries, and whatever else is in it. */
interface Kubeconfig {
  readonly clusters: readonly Named[];
  readonly contexts: readonly Named[];
  readonly users: readonly Named[];
  readonly current: string;
  readonly rest: Mapping;
}

/** What shall be in the file, beside what is there. */
export interface KubeconfigWanted {
  /** Name of the context, and of its cluster and user. */
  readonly context: string;
  /** `https://HOST:6443`. */
  readonly server: string;
  /** Make it the current context, also where there is one. */
  readonly use: boolean;
  /** Replace entries of the same name that are of another cluster. */
  readonly force: boolean;
}

/** What one entry is, for people: nothing secret, and it differs whenever the entry does. */
export interface KubeconfigShown {
  readonly server?: string;
  /** Beginnings of the sha256 of the certificate, and when it ends. */
  readonly 'certificate-authority'?: string;
  readonly 'client-certificate'?: string;
  readonly 'current-context'?: string;
}

export type KubeconfigMerge =
  | {readonly merge: 'same'}
  | {
      readonly merge: 'change';
      readonly text: string;
      readonly before: KubeconfigShown;
      readonly after: KubeconfigShown;
      readonly current: string;
    }
  | {readonly merge: 'refuse'; readonly what: string; readonly hint: string};

const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isNamed = (value: unknown): value is Named => isMapping(value) && typeof value.name === 'string';

/** Reads a kubeconfig; an empty text is one without entries. Throws ClusterError; `file` is for its message. */
function parse(text: string, file: string): Kubeconfig {
  const broken = (why: string): ClusterError =>
    new ClusterError({what: `${file} is no kubeconfig: ${why}`, hint: 'mend it, or name another file'});
  let value: unknown;
  try {
    value = text.trim() === '' ? {} : load(text);
  } catch (error) {
    throw broken(messageOf(error).split('\n')[0] ?? '');
  }
  const {clusters, contexts, users, 'current-context': current, ...rest} = isMapping(value) ? value : {};
  if (!isMapping(value) || (value.kind !== undefined && value.kind !== 'Config'))
    throw broken('it holds something else');
  const listOf = (entries: unknown, name: string): readonly Named[] => {
    if (entries === undefined || entries === null) return [];
    if (!Array.isArray(entries) || !entries.every(isNamed)) throw broken(`${name} is no list of named entries`);
    return entries;
  };
  return {
    clusters: listOf(clusters, 'clusters'),
    contexts: listOf(contexts, 'contexts'),
    users: listOf(users, 'users'),
    current: typeof current === 'string' ? current : '',
    rest,
  };
}

const find = (list: readonly Named[], name: string): Named | undefined => list.find((entry) => entry.name === name);

/** In its place, or at the end. */
const put = (list: readonly Named[], entry: Named): readonly Named[] =>
  find(list, entry.name) === undefined ? [...list, entry] : list.map((one) => (one.name === entry.name ? entry : one));

const inner = (entry: Named | undefined, key: 'cluster' | 'context' | 'user'): Mapping => {
  const value = entry?.[key];
  return isMapping(value) ? value : {};
};

const textOf = (data: unknown): string =>
  Buffer.from(String(data ?? ''), 'base64')
    .toString('utf8')
    .trim();

const certificateShown = (data: unknown): string | undefined => {
  const pem = textOf(data);
  if (pem === '') return undefined;
  const hash = createHash('sha256').update(pem).digest('hex').slice(0, 12);
  try {
    return `sha256 ${hash}, until ${new Date(new X509Certificate(pem).validTo).toISOString().slice(0, 10)}`;
  } catch {
    return `sha256 ${hash}`;
  }
};

function shown(config: Kubeconfig, name: string): KubeconfigShown {
  const cluster = inner(find(config.clusters, name), 'cluster');
  const user = inner(find(config.users, name), 'user');
  const entries = {
    server: cluster.server,
    'certificate-authority': certificateShown(cluster['certificate-authority-data']),
    'client-certificate': certificateShown(user['client-certificate-data']),
    'current-context': config.current === '' ? undefined : config.current,
  };
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));
}

const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(canonical);
  if (!isMapping(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, canonical(value[key])]),
  );
};

const equal = (a: unknown, b: unknown): boolean => JSON.stringify(canonical(a)) === JSON.stringify(canonical(b));

/** An entry of the wanted name that is not of this cluster; undefined where there is none. */
function foreign(existing: Kubeconfig, name: string, authority: string): string | undefined {
  const cluster = find(existing.clusters, name);
  if (cluster !== undefined)
    return textOf(inner(cluster, 'cluster')['certificate-authority-data']) === authority ? undefined : 'cluster';
  const context = find(existing.contexts, name);
  if (context !== undefined) return 'context';
  return find(existing.users, name) === undefined ? undefined : 'user';
}

/**
 * Puts a server's own kubeconfig into a file that may hold others, as context, cluster and user of one name. All other
 * entries stay, and so do fields of ours that it does not name (a context's namespace); comments do not, as with kubectl.
 * Entries of that name which belong to another cluster, told by its CA, are replaced only by `force`. Throws ClusterError.
 */
export function mergeKubeconfig(
  existingText: string,
  ownText: string,
  wanted: KubeconfigWanted,
  files: {readonly existing: string; readonly own: string},
): KubeconfigMerge {
  const {context: name} = wanted;
  const existing = parse(existingText, files.existing);
  const own = parse(ownText, files.own);
  const ownCluster = inner(own.clusters[0], 'cluster');
  const ownUser = inner(own.users[0], 'user');
  if (textOf(ownCluster['certificate-authority-data']) === '' || Object.keys(ownUser).length === 0)
    throw new ClusterError({
      what: `${files.own} holds no cluster with a CA, or no user`,
      hint: 'K3s writes it at each start: look whether the server runs',
    });
  const kind = foreign(existing, name, textOf(ownCluster['certificate-authority-data']));
  if (kind !== undefined && !wanted.force)
    return {
      merge: 'refuse',
      what: `${files.existing} has a ${kind} '${name}' of another cluster`,
      hint: 'give this cluster a context name of its own (--context, k3s_context), or replace the entry with force',
    };
  const kept = kind === undefined ? inner(find(existing.clusters, name), 'cluster') : {};
  // These two would contradict the CA, and a client refuses them together.
  const {'insecure-skip-tls-verify': _skip, 'certificate-authority': _file, ...cluster} = kept;
  const keptContext = kind === undefined ? inner(find(existing.contexts, name), 'context') : {};
  const current = wanted.use || existing.current === '' ? name : existing.current;
  const merged: Kubeconfig = {
    clusters: put(existing.clusters, {
      name,
      cluster: {
        ...cluster,
        'certificate-authority-data': ownCluster['certificate-authority-data'],
        server: wanted.server,
      },
    }),
    contexts: put(existing.contexts, {name, context: {...keptContext, cluster: name, user: name}}),
    users: put(existing.users, {name, user: ownUser}),
    current,
    rest: existing.rest,
  };
  if (equal(existing, merged)) return {merge: 'same'};
  return {
    merge: 'change',
    text: render(merged),
    before: shown(existing, name),
    after: shown(merged, name),
    current,
  };
}

const render = ({clusters, contexts, users, current, rest}: Kubeconfig): string =>
  dump(
    {apiVersion: 'v1', kind: 'Config', ...rest, clusters, contexts, users, 'current-context': current},
    {schema: CORE_SCHEMA, lineWidth: -1, noRefs: true, sortKeys: true},
  );
