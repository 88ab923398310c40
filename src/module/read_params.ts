import {ParamsError, type Where} from '../errors/index.js';
import {didYouMean} from '../errors/nearest.js';
import {docOf, type ParamDoc, type z} from './params.js';
import type {Data, Module, ParamsSchema} from './types.js';

/** Documentation of each parameter by its own name, in the order of the schema. */
export function paramDocs(schema: ParamsSchema): ReadonlyMap<string, ParamDoc> {
  const shape = (schema as {readonly shape?: Readonly<Record<string, z.ZodType>>}).shape ?? {};
  const docs = new Map<string, ParamDoc>();
  for (const [name, member] of Object.entries(shape)) {
    const doc = docOf(member);
    if (doc !== undefined) docs.set(name, doc);
  }
  return docs;
}

const show = (value: unknown): string =>
  typeof value === 'string' ? `'${value}'` : (JSON.stringify(value) ?? 'nothing');

const kinds: Readonly<Record<ParamDoc['type'], string>> = {
  str: 'a string',
  path: 'a path',
  bool: 'true or false',
  int: 'a whole number',
  float: 'a number',
  list: 'a list',
  dict: 'a mapping',
  mode: 'a file mode in quotes',
  raw: 'a value',
  secret: 'a string',
  expression: 'an expression',
};

type Issue = z.core.$ZodIssue;

function explain(issue: Issue, given: Data, docs: ReadonlyMap<string, ParamDoc>): {what: string; hint?: string} {
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? '';
    return {
      what: `there is no parameter '${key}'`,
      hint: didYouMean(key, [...docs.keys()]) ?? `the parameters are: ${[...docs.keys()].join(', ')}`,
    };
  }
  const [name, ...below] = issue.path.map(String);
  if (name === undefined) return {what: issue.message};
  const label = [name, ...below].join('.');
  if (!(name in given)) return {what: `the parameter '${name}' is missing`};
  const value = below.reduce<unknown>((at, key) => (at as Data | undefined)?.[key], given[name]);
  const doc = docs.get(name);
  if (doc?.choices !== undefined)
    return {
      what: `${label}: ${show(value)} is none of ${doc.choices.join(', ')}`,
      ...(typeof value === 'string' ? hintOf(didYouMean(value, [...doc.choices])) : {}),
    };
  if (/^(Invalid|Too|Unrecognized)/.test(issue.message))
    return {
      what: `${label}: ${show(value)} is not ${below.length > 0 ? 'what is wanted there' : kinds[doc?.type ?? 'raw']}`,
    };
  return {what: `${label}: ${issue.message.startsWith('is ') ? `${show(value)} ` : ''}${issue.message}`};
}

const hintOf = (hint: string | undefined): {hint?: string} => (hint === undefined ? {} : {hint});

/**
 * A module's arguments, templated, as its `params` schema has them: aliases under their own name, null as not given
 * (Ansible's None), values coerced.
 * @throws ParamsError that names the parameter, the value and, if it is known, its place.
 */
export function readParams(module: Module, raw: Data, whereOf?: (key: string) => Where | undefined): object {
  const docs = paramDocs(module.params);
  const own = new Map<string, string>();
  for (const [name, doc] of docs) for (const alias of doc.aliases ?? []) own.set(alias, name);
  const given: Record<string, unknown> = {};
  const writtenAs = new Map<string, string>();
  for (const [key, value] of Object.entries(raw)) {
    const name = own.get(key) ?? key;
    const type = docs.get(name)?.type;
    if (value === undefined || (value === null && type !== undefined && type !== 'raw' && type !== 'expression'))
      continue;
    const other = writtenAs.get(name);
    if (other !== undefined)
      throw new ParamsError({
        what: `${module.name}: '${other}' and '${key}' are two names of one parameter`,
        where: whereOf?.(key),
        hint: `leave one of them out`,
      });
    writtenAs.set(name, key);
    given[name] = value;
  }
  const parsed = module.params.safeParse(given);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  if (issue === undefined) throw new ParamsError({what: `${module.name}: its parameters cannot be read`});
  const {what, hint} = explain(issue, given, docs);
  const key = issue.code === 'unrecognized_keys' ? issue.keys[0] : issue.path[0];
  throw new ParamsError({
    what: `${module.name}: ${what}`,
    where: key === undefined ? undefined : whereOf?.(writtenAs.get(String(key)) ?? String(key)),
    hint,
  });
}
