import {PlaybookError} from '../errors/index.js';
import type {Written} from '../playbook/types.js';
import type {ConnectionKeywords, HostConnection} from '../vars/connection.js';
import {isMapping} from './args.js';
import type {EffectiveKeywords} from './keywords.js';
import type {Target} from './target.js';
import {booleanOf, numberOf, textOf} from './values.js';
import type {View} from './view.js';

/** The way to the host a task acts on (its own or the delegate), and as whom. Opens nothing. */
export function targetOf(view: View, keywords: EffectiveKeywords, signal: AbortSignal): Target {
  const {run} = view.play;
  const host = view.options.delegate ?? view.host;
  const {spec, become}: HostConnection = run.connectionOf({
    host,
    inInventory: run.options.variables.inventory.hosts.has(host),
    value: (name) => view.connectionVariable(name),
    keywords: connectionKeywords(view, keywords),
  });
  const session = run.options.sessions.session(spec);
  run.sessions.set(host, session);
  return {
    host,
    session,
    become,
    user: become?.user ?? spec.user,
    environment: environmentOf(view, keywords.environment),
    signal,
  };
}

function connectionKeywords(view: View, keywords: EffectiveKeywords): ConnectionKeywords {
  const found = {
    become: keywords.become === undefined ? undefined : booleanOf(view, 'become', keywords.become, false),
    becomeUser: textOf(view, keywords.becomeUser),
    becomeMethod: textOf(view, keywords.becomeMethod),
    connection: textOf(view, keywords.connection),
    remoteUser: textOf(view, keywords.remoteUser),
    port: numberOf(view, 'port', keywords.port, undefined),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

/** `environment` of all scopes, inner ones last: mappings, or lists of mappings, often from a template. */
export function environmentOf(view: View, written: readonly Written[]): Readonly<Record<string, string>> {
  const environment: Record<string, string> = {};
  for (const one of written) {
    const value = view.written(one);
    for (const mapping of Array.isArray(value) ? value.flat() : [value]) {
      if (mapping === null || mapping === undefined || mapping === '') continue;
      if (!isMapping(mapping))
        throw new PlaybookError({
          what: `environment is ${JSON.stringify(mapping)}, not a mapping`,
          where: one.where,
          hint: 'Write NAME: value pairs, or a template that gives a mapping',
        });
      for (const [name, text] of Object.entries(mapping)) environment[name] = environmentText(text);
    }
  }
  return environment;
}

/** Python's words, as programs that were fed by Ansible know them. */
const environmentText = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};
