import {dump, loadAll, YAML11_SCHEMA} from 'js-yaml';
import {ClusterError, messageOf} from '../errors/index.js';
import {Secret} from '../shell/index.js';

/** config.yaml as K3s reads it: flag names without dashes in front, to scalars or lists (docs "installation/configuration"). */
export type K3sConfig = Readonly<Record<string, unknown>>;

/** The two keys that K3s ignores once etcd is on disk: never a difference, never a restart (pkg/cluster/managed.go). */
export const membershipKeys = ['cluster-init', 'server'] as const;

const secretKeys = new Set([
  'token',
  'agent-token',
  'datastore-endpoint',
  'etcd-s3-access-key',
  'etcd-s3-secret-key',
  'etcd-s3-session-token',
  'vpn-auth',
]);

export const isSecretKey = (key: string): boolean => secretKeys.has(key.replace(/\+$/, ''));

/** Reads a config.yaml; values of secret keys come back as Secret. `file` is for the message only. */
export function parseConfigFile(text: string, file: string): K3sConfig {
  let value: unknown;
  try {
    // A file of comments alone holds no document. K3s reads YAML 1.1: `yes` is true, 0644 is octal.
    [value] = loadAll(text, {schema: YAML11_SCHEMA});
  } catch (error) {
    throw new ClusterError({
      what: `${file} is no YAML: ${messageOf(error).split('\n')[0]}`,
      hint: 'mend or remove the file on that host',
    });
  }
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new ClusterError({
      what: `${file} holds no mapping of K3s settings`,
      hint: 'mend or remove the file on that host',
    });
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      isSecretKey(key) && typeof member === 'string' ? new Secret(member) : member,
    ]),
  );
}

const plain = (value: unknown): unknown => {
  if (value instanceof Secret) return value.reveal();
  if (Array.isArray(value)) return value.map(plain);
  return value;
};

/** The file's text, keys sorted, secrets revealed: for an upload with mode 0600, never for a log. */
export function renderConfigFile(config: K3sConfig, comment = ''): string {
  const entries = Object.entries(config).filter(([, value]) => value !== undefined);
  const head = `# Written by quorate: change the inventory and run the playbook again.\n${comment}`;
  if (entries.length === 0) return head;
  return (
    head +
    dump(Object.fromEntries(entries.map(([key, value]) => [key, plain(value)])), {
      lineWidth: -1,
      sortKeys: true,
      noRefs: true,
    })
  );
}

/** For diffs: secrets are `***`, and what follows equal values stays comparable. */
export const shownConfig = (config: K3sConfig): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, value instanceof Secret || isSecretKey(key) ? '***' : value]),
  );

/** Whether two values mean the same to K3s: `8` and `"8"`, one string and a list of it. */
export function sameValue(a: unknown, b: unknown): boolean {
  const normal = (value: unknown): string => {
    if (Array.isArray(value)) return JSON.stringify(value.map((item) => String(plain(item))));
    return JSON.stringify([String(plain(value))]);
  };
  return normal(a) === normal(b);
}

/** Keys on which two configurations differ, sorted. */
export function differingKeys(a: K3sConfig, b: K3sConfig, except: readonly string[] = []): string[] {
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((key) => !except.includes(key));
  return keys.filter((key) => !(key in a) || !(key in b) || !sameValue(a[key], b[key])).sort();
}

/**
 * Keys on which config.yaml, as found, differs from what is planned and which K3s takes up only when it is restarted. A
 * server's membership lines are none of these; an agent's `server`, which is in its plan, is one like any other.
 */
export const restartKeys = (found: K3sConfig, planned: K3sConfig): string[] =>
  differingKeys(found, planned, 'server' in planned ? [] : membershipKeys);
