import {Secret} from '../shell/index.js';
import type {K3sConfig} from './config_file.js';

/**
 * Flags that must match on all servers (docs "cli/server", critical configuration values; source CriticalControlArgs), with
 * what K3s takes where they are not set. K3s compares them only at a server's first join, so a tool has to.
 */
const criticalDefaults: Readonly<Record<string, string>> = {
  'agent-token': '',
  'cluster-cidr': '10.42.0.0/16',
  'cluster-dns': '10.43.0.10',
  'cluster-domain': 'cluster.local',
  'disable-cloud-controller': 'false',
  'disable-helm-controller': 'false',
  'disable-kube-proxy': 'false',
  'disable-network-policy': 'false',
  'egress-selector-mode': 'agent',
  'embedded-registry': 'false',
  'flannel-backend': 'vxlan',
  'flannel-external-ip': 'false',
  'flannel-ipv6-masq': 'false',
  'secrets-encryption': 'false',
  'secrets-encryption-provider': 'aescbc',
  'service-cidr': '10.43.0.0/16',
  'supervisor-metrics': 'false',
};

export const criticalKeys: readonly string[] = Object.keys(criticalDefaults);

/** Settings that are of one host: no difference of them means anything. */
const ownToHost = new Set(
  `advertise-address bind-address cluster-init config data-dir debug disable-agent flannel-cni-conf flannel-conf
  flannel-iface image-service-endpoint kubelet-arg log node-external-dns node-external-ip node-internal-dns node-ip
  node-label node-name node-taint private-registry resolv-conf selinux server token token-file v vmodule vpn-auth
  vpn-auth-file with-node-id write-kubeconfig write-kubeconfig-group write-kubeconfig-mode`.split(/\s+/),
);

/** A value as K3s reads it: lists are split at commas, `True` is true; undefined where the setting is not there. */
export function settingOf(config: K3sConfig, key: string): string | undefined {
  const value = config[key];
  if (value === undefined || value === null) return undefined;
  if (value instanceof Secret) return value.reveal();
  const words = [value].flat().flatMap((item) => String(item).split(','));
  return words.map((word) => (/^(true|false)$/i.test(word.trim()) ? word.trim().toLowerCase() : word.trim())).join(',');
}

/** Every packaged component that is switched off: `disable` of all kinds of writing. */
export const disabledIn = (config: K3sConfig): ReadonlySet<string> =>
  new Set((settingOf(config, 'disable') ?? '').split(',').filter((item) => item !== ''));

/** What a critical setting comes to, its default where it is not set. */
export function effectiveValue(config: K3sConfig, key: string): string {
  const set = settingOf(config, key);
  if (set !== undefined) return set;
  // The address of the DNS is worked out from the services' network, which is compared by itself.
  if (key === 'cluster-dns' && settingOf(config, 'service-cidr') !== undefined) return '';
  return criticalDefaults[key] ?? '';
}

/** Settings on which servers may differ, and seldom should: all that is neither critical nor of one host. */
export const comparableKeys = (configs: readonly K3sConfig[]): readonly string[] =>
  [...new Set(configs.flatMap((config) => Object.keys(config)))]
    .filter((key) => !(key in criticalDefaults) && !ownToHost.has(key) && key !== 'disable')
    .sort();
