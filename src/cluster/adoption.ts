import {isDeepStrictEqual} from 'node:util';
import {loadAll, YAML11_SCHEMA} from 'js-yaml';
import {Secret} from '../shell/index.js';
import {type ClusterHost, kindOf, nodeNameOf, unitOf} from './classify.js';
import {differingKeys, type K3sConfig, membershipKeys} from './config_file.js';
import {booleanKeys} from './config_keys.js';
import {effectiveOf, effectiveThen, isForeign} from './effective.js';
import {defaultPaths} from './look.js';
import {sameToken} from './tokens.js';

/** What adopting a service that another hand installed comes to. */
export interface Adoption {
  /** All that it runs with stays: the files are written anew, and nothing is restarted. */
  readonly same: boolean;
  /** Settings whose effective value changes. */
  readonly differing: readonly string[];
  /** The same for a person. */
  readonly words: string;
}

const wordsOf = (differing: readonly string[]): string =>
  differing.length === 0
    ? 'installed by another hand: taken over as it runs'
    : `installed by another hand: taken over, and restarted, since ${differing.join(', ')} differ${differing.length === 1 ? 's' : ''}`;

/** Names and addresses that are in a server's certificate whatever `tls-san` says (pkg/server, pkg/daemons/control). */
const ownNames = (host: ClusterHost): ReadonlySet<string> =>
  new Set([
    nodeNameOf(host),
    host.sighting?.hostname ?? '',
    'localhost',
    '127.0.0.1',
    ...(host.sighting?.addresses ?? []).map(({address}) => address),
  ]);

/** Arguments for other programs are passed on whole; other lists K3s splits at commas, so `a,b` and a list of both are one. */
function itemsOf(key: string, value: unknown): string[] {
  const items = [value].flat().map(String);
  return key.endsWith('-arg') ? items : items.flatMap((item) => item.split(',')).map((item) => item.trim());
}

/** One form for what K3s takes for the same: no flag and `false`, the default data-dir and none, one string and a list. */
function normal(config: K3sConfig, host: ClusterHost): K3sConfig {
  const own = ownNames(host);
  return Object.fromEntries(
    Object.entries(config).flatMap(([key, value]): (readonly [string, unknown])[] => {
      if (value instanceof Secret) return [[key, value]];
      if (booleanKeys.has(key) && /^(false|0|f)$/i.test(String(value))) return [];
      if (key === 'data-dir' && value === defaultPaths.dataDir) return [];
      const items = itemsOf(key, value).filter((item) => item !== '' && !(key === 'tls-san' && own.has(item)));
      return items.length === 0 ? [] : [[key, key === 'tls-san' ? [...new Set(items)].sort() : items]];
    }),
  );
}

const tokenKeys = ['token', 'agent-token'] as const;

/** A token that K3s made itself is in no file of settings, and one may be written in two forms. */
function tokensDiffer(effective: K3sConfig, planned: K3sConfig, host: ClusterHost): boolean {
  const data = host.sighting?.data;
  return tokenKeys.some((key) => {
    const wanted = planned[key];
    const found =
      key === 'token' ? (data?.tokenFile ?? effective[key] ?? data?.token) : (effective[key] ?? data?.agentToken);
    if (wanted === undefined) return false;
    return !(wanted instanceof Secret && found instanceof Secret && sameToken(wanted, found));
  });
}

const variablesDiffer = (before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] =>
  [...new Set([...before.keys(), ...after.keys()])]
    .filter((name) => (before.get(name) ?? '') !== (after.get(name) ?? ''))
    .sort();

/** registries.yaml compared as data: another layout of the text is no difference. */
function registriesDiffer({wanted, sighting}: ClusterHost): boolean {
  if (wanted.registries === undefined) return false;
  try {
    return !isDeepStrictEqual(loadAll(sighting?.registriesText ?? '', {schema: YAML11_SCHEMA})[0], wanted.registries);
  } catch {
    return true;
  }
}

/** What a server runs with decides of whom it becomes a member, unless its disk has decided that already. */
function hasJoined(host: ClusterHost): boolean {
  const kind = kindOf(host);
  return kind !== 'bare' && kind !== 'half-converted' && host.sighting?.data.tombstone !== true;
}

/**
 * A start that is not over, or that systemd makes up for since K3s has ended by itself, runs with its files as what runs does: to
 * restart it would gain nothing, and a member would go down for it.
 */
function runsWithItsFiles(host: ClusterHost): boolean {
  const active = unitOf(host)?.active ?? '';
  if (active === 'active') return true;
  return ['activating', 'reloading'].includes(active) && (host.wanted.kind === 'agent' || hasJoined(host));
}

/**
 * Compares what a service of another hand runs with and what it would run with; undefined for a service of our own, one
 * that does not run, or none.
 */
export function adoptionOf(host: ClusterHost, planned: K3sConfig): Adoption | undefined {
  const {sighting, wanted} = host;
  if (sighting === undefined || !isForeign(sighting, wanted.kind)) return undefined;
  if (!runsWithItsFiles(host)) return undefined;
  const now = effectiveOf(sighting, wanted.kind);
  const then = effectiveThen(sighting, wanted.kind, planned, wanted.environment);
  const except = [
    ...tokenKeys,
    'config',
    'token-file',
    'agent-token-file',
    ...(wanted.kind === 'server' ? membershipKeys : []),
  ];
  const differing = [
    ...differingKeys(normal(now.config, host), normal(then.config, host), except),
    ...variablesDiffer(now.allEnvironment, then.allEnvironment),
    ...(tokensDiffer(now.config, then.config, host) ? ['token'] : []),
    ...(registriesDiffer(host) ? ['registries.yaml'] : []),
    ...(wanted.version === undefined || wanted.version === sighting.version ? [] : ['version']),
  ];
  return {same: differing.length === 0, differing, words: wordsOf(differing)};
}
