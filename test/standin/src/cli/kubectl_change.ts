/** kubectl's verbs that write: create, apply, label, annotate, cordon, drain; and wait. */

import {readFileSync} from 'node:fs';
import {basename} from 'node:path';
import {loadAll} from 'js-yaml';
import {kindOf} from '../api/kinds.js';
import {type Obj, StatusError} from '../api/objects.js';
import {sleep} from '../base/time.js';
import {conditionsOf} from '../server/controllers.js';
import {jsonpath} from './jsonpath.js';
import {type Kubectl, kindNamed, spaceOf, targets} from './kubectl.js';

const base64 = (bytes: string | Buffer): string => Buffer.from(bytes).toString('base64');

/** `--from-literal` and `--from-file` as data. */
const dataOf = ({flags}: Kubectl): Record<string, Buffer> => {
  const literals = flags('from-literal')
    .map((one) => one.split(/=(.*)/s))
    .map(([key = '', value = '']) => [key, Buffer.from(value)]);
  const files = flags('from-file').map((one) => {
    const [key = '', path] = one.split(/=(.*)/s);
    return path === undefined ? [basename(key), readFileSync(key)] : [key, readFileSync(path)];
  });
  return Object.fromEntries([...literals, ...files]) as Record<string, Buffer>;
};

/** What `create configmap NAME`, `create secret generic NAME`, `create namespace NAME` make. */
const fromWords = (kubectl: Kubectl): Obj => {
  const [, what = '', ...rest] = kubectl.words;
  const kind = kindNamed(what);
  const secret = kind.kind === 'Secret';
  const name = (secret ? rest[1] : rest[0]) ?? '';
  if (name === '') throw new Error(`error: exactly one NAME is required, got 0`);
  const data = Object.fromEntries(
    Object.entries(dataOf(kubectl)).map(([key, value]) => [key, secret ? base64(value) : value.toString()]),
  );
  return {
    apiVersion: kind.apiVersion,
    kind: kind.kind,
    metadata: {name},
    ...(kind.namespaced ? {data} : {}),
    ...(secret ? {type: 'Opaque'} : {}),
  };
};

const fromFile = (path: string): Obj[] =>
  (loadAll(readFileSync(path === '-' ? 0 : path, 'utf8')) as (Obj & {items?: Obj[]})[])
    .filter(Boolean)
    .flatMap((document) => document.items ?? [document]);

const createOne = async (kubectl: Kubectl, object: Obj, apply: boolean): Promise<string> => {
  const kind = kindOf(object.kind ?? '');
  if (!kind) throw new Error(`error: no matches for kind "${object.kind}" in version "${object.apiVersion}"`);
  const namespace = kind.namespaced ? (object.metadata.namespace ?? kubectl.namespace) : undefined;
  const name = `${kind.singular}/${object.metadata.name}`;
  const before = apply ? await kubectl.api.find(kind, namespace, object.metadata.name) : undefined;
  if (!before) {
    await kubectl.api.create(kind, namespace, object);
    return `${name} created\n`;
  }
  const after = await kubectl.api.patch(kind, namespace, object.metadata.name, object);
  return `${name} ${after.metadata.resourceVersion === before.metadata.resourceVersion ? 'unchanged' : 'configured'}\n`;
};

const AT_ONCE = 16;

export const create = async (kubectl: Kubectl, apply: boolean): Promise<void> => {
  const files = kubectl.flags('filename');
  const objects = files.length > 0 ? files.flatMap(fromFile) : [fromWords(kubectl)];
  if (kubectl.flag('dry-run')) {
    for (const object of objects) kubectl.out(`${JSON.stringify(object, null, 4)}\n`);
    return;
  }
  // A file of thousands is sent many at a time; what is said of them keeps their order.
  for (let i = 0; i < objects.length; i += AT_ONCE) {
    const said = await Promise.all(objects.slice(i, i + AT_ONCE).map((object) => createOne(kubectl, object, apply)));
    for (const line of said) kubectl.out(line);
  }
};

/** `label` and `annotate`: `key=value` sets, `key-` removes. */
export const label = async (kubectl: Kubectl, field: 'labels' | 'annotations'): Promise<void> => {
  const words = kubectl.words.slice(1);
  const first = words.findIndex(
    (word, index) => index > 0 && (/^[^/]*=/.test(word) || /\/.*=/.test(word) || word.endsWith('-')),
  );
  const edits = words.slice(first < 0 ? words.length : first);
  const patch = Object.fromEntries(
    edits.map((edit) =>
      edit.includes('=') ? (edit.split(/=(.*)/s).slice(0, 2) as [string, string]) : [edit.slice(0, -1), null],
    ),
  );
  for (const {kind, names} of targets(words.slice(0, first < 0 ? words.length : first))) {
    const namespace = spaceOf(kubectl, kind);
    const all = kubectl.flag('all')
      ? (await kubectl.api.list(kind, namespace)).map(({metadata}) => metadata.name)
      : names;
    for (const name of all) {
      await refuseOverwrite(kubectl, await kubectl.api.get(kind, namespace, name), field, patch);
      await kubectl.api.patch(kind, namespace, name, {metadata: {[field]: patch}});
      kubectl.out(`${kind.singular}/${name} ${field === 'labels' ? 'labeled' : 'annotated'}\n`);
    }
  }
};

const refuseOverwrite = async (
  kubectl: Kubectl,
  object: Obj,
  field: 'labels' | 'annotations',
  patch: Readonly<Record<string, unknown>>,
) => {
  if (kubectl.flag('overwrite')) return;
  for (const [key, value] of Object.entries(patch)) {
    const before = object.metadata[field]?.[key];
    if (value === null || before === undefined || before === value) continue;
    throw new Error(
      `error: --overwrite is false but found the following declared ${field.slice(0, -1)}(s): '${key}' already has a value (${before})`,
    );
  }
};

/** cordon and uncordon. */
export const change = async ({api, words, out}: Kubectl, cordon: boolean): Promise<void> => {
  const kind = kindNamed('nodes');
  for (const name of words.slice(1).map((word) => word.replace(/^nodes?\//, ''))) {
    const node = await api.get(kind, undefined, name);
    const already = ((node.spec as {unschedulable?: boolean})?.unschedulable ?? false) === cordon;
    if (!already) await api.patch(kind, undefined, name, {spec: {unschedulable: cordon || null}});
    out(`node/${name} ${already ? 'already ' : ''}${cordon ? 'cordoned' : 'uncordoned'}\n`);
  }
};

/** There are no pods to evict: a drain cordons. */
export const drain = async (kubectl: Kubectl): Promise<void> => {
  await change(kubectl, true);
  for (const name of kubectl.words.slice(1)) kubectl.out(`node/${name.replace(/^nodes?\//, '')} drained\n`);
};

const durationMs = (text: string): number => {
  const [, count = '30', unit = 's'] = /^(\d+)(ms|s|m|h)?$/.exec(text) ?? [];
  return Number(count) * ({ms: 1, s: 1000, m: 60_000, h: 3_600_000}[unit] ?? 1000);
};

/** `wait --for=condition=Ready|delete|jsonpath=...` */
export const waitFor = async (kubectl: Kubectl): Promise<void> => {
  const wanted = kubectl.flag('for') ?? '';
  const deadline = kubectl.now().getTime() + durationMs(kubectl.flag('timeout') ?? '30s');
  const [, condition, , wantedStatus = 'True'] = /^condition=([^=]+)(=(.+))?$/.exec(wanted) ?? [];
  const [, path, value] = /^jsonpath=(\{.*\})=(.*)$/s.exec(wanted) ?? [];
  const met = (object: Obj | undefined): boolean => {
    if (wanted === 'delete') return object === undefined;
    if (object === undefined) return false;
    if (path !== undefined) return jsonpath(path, object) === value;
    return conditionsOf(object).some(({type, status}) => type === condition && status === wantedStatus);
  };
  for (const {kind, names} of targets(kubectl.words.slice(1))) {
    const namespace = spaceOf(kubectl, kind);
    const all = kubectl.flag('all')
      ? (await kubectl.api.list(kind, namespace)).map(({metadata}) => metadata.name)
      : names;
    for (const name of all) {
      for (;;) {
        const object = await kubectl.api.find(kind, namespace, name);
        if (met(object)) break;
        if (!object && wanted !== 'delete')
          throw new StatusError(404, 'NotFound', `${kind.plural} "${name}" not found`);
        if (kubectl.now().getTime() > deadline)
          throw new Error(`error: timed out waiting for the condition on ${kind.plural}/${name}`);
        await sleep(300);
      }
      kubectl.out(`${kind.singular}/${name} condition met\n`);
    }
  }
};
