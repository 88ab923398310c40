import {joinedLines} from './args.js';
import type {K3sConfig} from './config_file.js';
import {knownAgentKeys} from './config_keys.js';

/** Settings of K3s that the environment can give (docs "reference/env-variables", pkg/cli/cmds). */
const settingOf: Readonly<Record<string, string>> = {
  K3S_TOKEN: 'token',
  K3S_TOKEN_FILE: 'token-file',
  K3S_AGENT_TOKEN: 'agent-token',
  K3S_AGENT_TOKEN_FILE: 'agent-token-file',
  K3S_URL: 'server',
  K3S_CLUSTER_INIT: 'cluster-init',
  K3S_CONFIG_FILE: 'config',
  K3S_NODE_NAME: 'node-name',
  K3S_DATA_DIR: 'data-dir',
  K3S_DEBUG: 'debug',
  K3S_KUBECONFIG_OUTPUT: 'write-kubeconfig',
  K3S_KUBECONFIG_MODE: 'write-kubeconfig-mode',
  K3S_KUBECONFIG_GROUP: 'write-kubeconfig-group',
  K3S_DATASTORE_ENDPOINT: 'datastore-endpoint',
  K3S_DATASTORE_CAFILE: 'datastore-cafile',
  K3S_DATASTORE_CERTFILE: 'datastore-certfile',
  K3S_DATASTORE_KEYFILE: 'datastore-keyfile',
  K3S_SYSTEM_DEFAULT_REGISTRY: 'system-default-registry',
  K3S_RESOLV_CONF: 'resolv-conf',
  K3S_SELINUX: 'selinux',
  K3S_LB_SERVER_PORT: 'lb-server-port',
  K3S_VPN_AUTH: 'vpn-auth',
  K3S_VPN_AUTH_FILE: 'vpn-auth-file',
};

/** A value in an environment file: quoted pieces joined, backslashes taken off (systemd.exec(5), EnvironmentFile=). */
function unquoted(text: string): string {
  const pieces = /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^'"\\])/g;
  return [...text.matchAll(pieces)]
    .map(([, single, double, escaped, bare]) =>
      double === undefined ? (single ?? escaped ?? bare ?? '') : double.replace(/\\(["\\`$])/g, '$1'),
    )
    .join('');
}

/** `NAME=value` lines of an environment file. */
export function environmentIn(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^\s*([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line);
    if (match?.[1] !== undefined) found.set(match[1], unquoted((match[2] ?? '').trim()));
  }
  return found;
}

/** `Environment=` lines of a unit: several assignments a line, each may be quoted as a whole; an empty one starts anew. */
export function unitEnvironmentIn(unitText: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [, words = ''] of joinedLines(unitText).matchAll(/^Environment=(.*)/gm)) {
    if (words.trim() === '') found.clear();
    for (const [word] of words.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g)) {
      const match = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)/.exec(unquoted(word));
      if (match?.[1] !== undefined) found.set(match[1], match[2] ?? '');
    }
  }
  return found;
}

export interface SplitEnvironment {
  /** K3s's settings among the variables, by the names they have in config.yaml. */
  readonly settings: K3sConfig;
  /** All others: proxies, CONTAINERD_*, what users pass through. */
  readonly others: ReadonlyMap<string, string>;
}

/** The agents' own token is one of the servers' settings, and this tool gives it to agents as their token. */
const isOf = (key: string, kind: 'server' | 'agent'): boolean =>
  kind === 'server' || knownAgentKeys.has(key) || key === 'agent-token';

/** K3s takes an empty variable for one that is not set, and an agent does not look at those of servers. */
export function splitEnvironment(
  variables: Iterable<readonly [string, string]>,
  kind: 'server' | 'agent',
): SplitEnvironment {
  const settings: Record<string, unknown> = {};
  const others = new Map<string, string>();
  for (const [name, value] of variables) {
    const key = settingOf[name];
    if (key === undefined) others.set(name, value);
    else if (value !== '' && isOf(key, kind)) settings[key] = value;
  }
  return {settings, others};
}

const keptLine = /^# Kept as found, since the inventory does not name them: (.*)/m;

/** Names in the head of a file of ours that the inventory does not name and that are kept as they were found. */
export const keptIn = (text: string): readonly string[] => keptLine.exec(text)?.[1]?.split(', ') ?? [];

export const keptComment = (names: readonly string[]): string =>
  names.length === 0
    ? ''
    : `# Kept as found, since the inventory does not name them: ${[...names].sort().join(', ')}\n`;

const quotedValue = (value: string): string =>
  /^[\w@%+:,./=-]*$/.test(value) ? value : `"${value.replace(/["\\`$]/g, '\\$&')}"`;

/** The service's environment file, sorted; empty where there is nothing to say. */
export const renderEnvironment = (variables: Readonly<Record<string, string>>, kept: readonly string[]): string =>
  keptComment(kept) +
  Object.entries(variables)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${quotedValue(value)}\n`)
    .join('');

/** Values that must not be shown: those of variables named like secrets, and passwords in URLs. */
export const secretsInEnvironment = (variables: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(variables).flatMap(([name, value]) => {
    if (/PASS|SECRET|TOKEN|KEY|CREDENTIAL/i.test(name)) return [value];
    const password = /^[a-z][a-z0-9+.-]*:\/\/[^/@:]*:([^/@]*)@/i.exec(value)?.[1];
    return password === undefined ? [] : [password];
  });
