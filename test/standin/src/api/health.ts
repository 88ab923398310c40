/** /readyz, /livez and /healthz as the API server words them. */

export interface Check {
  readonly name: string;
  readonly ok: boolean;
}

const HOOKS = [
  'start-kube-apiserver-admission-initializer',
  'generic-apiserver-start-informers',
  'priority-and-fairness-config-consumer',
  'priority-and-fairness-filter',
  'start-apiextensions-informers',
  'start-apiextensions-controllers',
  'crd-informer-synced',
  'bootstrap-controller',
  'rbac/bootstrap-roles',
  'scheduling/bootstrap-system-priority-classes',
  'priority-and-fairness-config-producer',
  'start-cluster-authentication-info-controller',
  'aggregator-reload-proxy-client-cert',
  'start-kube-aggregator-informers',
  'apiservice-registration-controller',
  'apiservice-status-available-controller',
  'kube-apiserver-autoregistration',
];

/** The two hooks that fail for a few seconds after a start, as on real servers. */
const LATE = new Set(['rbac/bootstrap-roles', 'scheduling/bootstrap-system-priority-classes']);

export const readyChecks = (datastoreOk: boolean, hooksDone: boolean): Check[] => [
  {name: 'ping', ok: true},
  {name: 'log', ok: true},
  {name: 'etcd', ok: datastoreOk},
  {name: 'etcd-readiness', ok: datastoreOk},
  {name: 'informer-sync', ok: true},
  ...HOOKS.map((hook) => ({name: `poststarthook/${hook}`, ok: hooksDone || !LATE.has(hook)})),
  {name: 'autoregister-completion', ok: true},
  {name: 'shutdown', ok: true},
];

/** 200 and `ok`, or 500 and the list of checks. */
export const healthReply = (
  endpoint: string,
  checks: readonly Check[],
  verbose: boolean,
): {code: number; text: string} => {
  const failed = checks.some(({ok}) => !ok);
  if (!failed && !verbose) return {code: 200, text: 'ok'};
  const lines = checks.map(({name, ok}) => (ok ? `[+]${name} ok` : `[-]${name} failed: reason withheld`));
  return {
    code: failed ? 500 : 200,
    text: `${[...lines, `${endpoint} check ${failed ? 'failed' : 'passed'}`].join('\n')}\n`,
  };
};
