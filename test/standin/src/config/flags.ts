/** K3s's flags, as `k3s server --help` and `k3s agent --help` list them in v1.30. */

export type FlagKind = 'string' | 'bool' | 'int' | 'list';
export type Role = 'server' | 'agent';

export interface Flag {
  readonly name: string;
  readonly kind: FlagKind;
  readonly roles: readonly Role[];
  /** one-letter or other names */
  readonly aliases: readonly string[];
  /** the environment variable read when neither CLI nor config file sets it */
  readonly env?: string;
}

/** role(s: b both, s server, a agent) kind name[,alias] [ENV] */
const TABLE = `
b string config,c K3S_CONFIG_FILE
b bool debug K3S_DEBUG
b int v
b string vmodule
b string log,l
b bool alsologtostderr
b string data-dir,d
b string token,t K3S_TOKEN
b string token-file K3S_TOKEN_FILE
b string server,s K3S_URL
b string node-name K3S_NODE_NAME
b bool with-node-id
b list node-label
b list node-taint
b list node-ip,i
b bool node-internal-dns
b list node-external-ip
b list node-external-dns
b string image-credential-provider-bin-dir
b string image-credential-provider-config
b bool docker
b string container-runtime-endpoint
b string default-runtime
b bool nonroot-devices
b string pause-image
b string snapshotter
b string private-registry
b bool disable-default-registry-endpoint
b string system-default-registry K3S_SYSTEM_DEFAULT_REGISTRY
b list airgap-extra-registry
b string resolv-conf K3S_RESOLV_CONF
b string flannel-iface
b string flannel-conf
b string flannel-cni-conf
b string vpn-auth K3S_VPN_AUTH
b string vpn-auth-file K3S_VPN_AUTH_FILE
b list kubelet-arg
b list kube-proxy-arg
b bool protect-kernel-defaults
b bool enable-pprof
b bool rootless
b bool prefer-bundled-bin
b bool selinux K3S_SELINUX
b bool disable-selinux
b int lb-server-port K3S_LB_SERVER_PORT
b bool disable-apiserver-lb
b string node-name-from-cloud-provider-metadata
b string bind-address
s int https-listen-port
s int supervisor-port
s int apiserver-port
s string apiserver-bind-address
s string advertise-address
s int advertise-port
s list tls-san
s string tls-san-security
s list cluster-cidr
s list service-cidr
s string service-node-port-range
s list cluster-dns
s string cluster-domain
s string flannel-backend
s bool flannel-ipv6-masq
s bool flannel-external-ip
s string egress-selector-mode
s string servicelb-namespace
s string write-kubeconfig,o K3S_KUBECONFIG_OUTPUT
s string write-kubeconfig-mode K3S_KUBECONFIG_MODE
s string write-kubeconfig-group K3S_KUBECONFIG_GROUP
s string helm-job-image
s string agent-token K3S_AGENT_TOKEN
s string agent-token-file K3S_AGENT_TOKEN_FILE
s bool cluster-init K3S_CLUSTER_INIT
s bool cluster-reset K3S_CLUSTER_RESET
s string cluster-reset-restore-path
s list kube-apiserver-arg
s list etcd-arg
s list kube-controller-manager-arg
s list kube-scheduler-arg
s list kube-cloud-controller-manager-arg
s list kube-controller-arg
s list kube-cloud-controller-arg
s string kine-tls
s string datastore-endpoint K3S_DATASTORE_ENDPOINT
s string datastore-cafile K3S_DATASTORE_CAFILE
s string datastore-certfile K3S_DATASTORE_CERTFILE
s string datastore-keyfile K3S_DATASTORE_KEYFILE
s bool etcd-expose-metrics
s bool etcd-disable-snapshots
s string etcd-snapshot-name
s string etcd-snapshot-schedule-cron
s int etcd-snapshot-retention
s string etcd-snapshot-dir
s bool etcd-snapshot-compress
s string etcd-snapshot-reconcile-interval
s bool etcd-s3
s string etcd-s3-endpoint
s string etcd-s3-endpoint-ca
s bool etcd-s3-skip-ssl-verify
s string etcd-s3-access-key AWS_ACCESS_KEY_ID
s string etcd-s3-secret-key AWS_SECRET_ACCESS_KEY
s string etcd-s3-session-token AWS_SESSION_TOKEN
s string etcd-s3-bucket
s string etcd-s3-region
s string etcd-s3-folder
s string etcd-s3-proxy
s string etcd-s3-config-secret
s bool etcd-s3-insecure
s string etcd-s3-timeout
s string default-local-storage-path
s list disable
s bool disable-scheduler
s bool disable-cloud-controller
s bool disable-kube-proxy
s bool disable-network-policy
s bool disable-helm-controller
s bool disable-apiserver
s bool disable-controller-manager
s bool disable-etcd
s bool disable-agent
s bool embedded-registry
s bool supervisor-metrics
s bool secrets-encryption
s string secrets-encryption-provider
s list no-deploy
b string cluster-secret K3S_CLUSTER_SECRET
b bool no-flannel
`;

const parseRow = (row: string): Flag => {
  const [roles, kind, names = '', env] = row.split(' ');
  const [name = '', ...aliases] = names.split(',');
  return {
    name,
    kind: kind as FlagKind,
    aliases,
    roles: roles === 'b' ? ['server', 'agent'] : [roles === 's' ? 'server' : 'agent'],
    ...(env ? {env} : {}),
  };
};

const FLAGS: readonly Flag[] = TABLE.trim().split('\n').map(parseRow);

export const flagsOf = (role: Role): readonly Flag[] => FLAGS.filter((flag) => flag.roles.includes(role));

/** Finds a flag by its name or an alias. */
export const findFlag = (role: Role, name: string): Flag | undefined =>
  flagsOf(role).find((flag) => flag.name === name || flag.aliases.includes(name));
