import {ClusterError} from '../errors/index.js';
import {addressOf, isRunning, kindOf, urlOf} from './classify.js';
import {effectiveOf} from './effective.js';
import type {SeenHost} from './status_types.js';

/** Where a kubeconfig is read, and what clients shall reach the API by. */
export interface KubeconfigSource {
  readonly host: string;
  readonly url: string;
  /** K3s's own on that server (`write-kubeconfig`). */
  readonly file: string;
}

/**
 * A server whose API is ready, else one that runs. The address: the one asked for, else the fixed one (`k3s_api_endpoint`),
 * else that server's own, which is in its certificate. Throws ClusterError where no server runs.
 */
export function kubeconfigSource(servers: readonly SeenHost[], url?: string): KubeconfigSource {
  const running = servers.filter(({host}) => isRunning(host));
  const from = running.find(({more}) => more?.apiReady === true) ?? running[0];
  if (from?.host.sighting === undefined)
    throw new ClusterError({
      what: `no server runs: ${servers.map(({host}) => `${host.wanted.host} ${host.sighting === undefined ? 'cannot be reached' : `is ${kindOf(host) === 'bare' ? 'bare' : 'stopped'}`}`).join(', ')}`,
      hint: '`quorate cluster status` says more',
    });
  const {wanted, sighting} = from.host;
  const file = effectiveOf(sighting, 'server').config['write-kubeconfig'];
  return {
    host: wanted.host,
    url: url ?? urlOf(wanted.endpoints[0] ?? addressOf(from.host), wanted.port),
    file: typeof file === 'string' && file !== '' ? file : '/etc/rancher/k3s/k3s.yaml',
  };
}
