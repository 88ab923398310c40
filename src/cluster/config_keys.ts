/** Settings that `k3s agent` and `k3s server` share (docs "cli/agent"). */
const agentKeys = `
alsologtostderr airgap-extra-registry bind-address config container-runtime-endpoint data-dir debug default-runtime
disable-apiserver-lb disable-default-registry-endpoint docker enable-pprof flannel-cni-conf flannel-conf flannel-iface
image-credential-provider-bin-dir image-credential-provider-config image-service-endpoint kube-proxy-arg kubelet-arg
lb-server-port log node-external-dns node-external-ip node-internal-dns node-ip node-label node-name node-taint
nonroot-devices pause-image prefer-bundled-bin private-registry protect-kernel-defaults resolv-conf rootless selinux
server snapshotter token token-file v vmodule vpn-auth vpn-auth-file with-node-id
`;

/** Settings of `k3s server` alone (docs "cli/server"). */
const serverOnlyKeys = `
advertise-address advertise-port agent-token agent-token-file apiserver-bind-address apiserver-port cluster-cidr
cluster-dns cluster-domain cluster-init cluster-reset cluster-reset-restore-path datastore-cafile datastore-certfile
datastore-endpoint datastore-keyfile datastore-max-idle-connections datastore-max-open-connections
datastore-connection-max-lifetime default-local-storage-path disable disable-agent disable-apiserver
disable-cloud-controller disable-controller-manager disable-etcd disable-helm-controller disable-kube-proxy
disable-network-policy disable-scheduler egress-selector-mode embedded-registry etcd-arg etcd-disable-snapshots
etcd-expose-metrics etcd-s3 etcd-s3-access-key etcd-s3-bucket etcd-s3-bucket-lookup-type etcd-s3-config-secret
etcd-s3-endpoint etcd-s3-endpoint-ca etcd-s3-folder etcd-s3-insecure etcd-s3-proxy etcd-s3-region etcd-s3-retention
etcd-s3-secret-key etcd-s3-session-token etcd-s3-skip-ssl-verify etcd-s3-timeout etcd-snapshot-compress
etcd-snapshot-dir etcd-snapshot-name etcd-snapshot-reconcile-interval etcd-snapshot-retention
etcd-snapshot-schedule-cron flannel-backend flannel-external-ip flannel-ipv6-masq helm-job-image https-listen-port
kine-tls kube-apiserver-arg kube-cloud-controller-manager-arg kube-controller-manager-arg kube-scheduler-arg
multi-cluster-cidr secrets-encryption secrets-encryption-provider service-cidr service-node-port-range
servicelb-namespace supervisor-metrics supervisor-port system-default-registry tls-san tls-san-security
write-kubeconfig write-kubeconfig-group write-kubeconfig-mode
`;

const words = (text: string): string[] => text.trim().split(/\s/);

export const knownAgentKeys: ReadonlySet<string> = new Set(words(agentKeys));
export const knownServerKeys: ReadonlySet<string> = new Set([...words(agentKeys), ...words(serverOnlyKeys)]);

/** Flags without a value (pkg/cli/cmds); each is off unless it is given. */
export const booleanKeys: ReadonlySet<string> = new Set(
  words(`
alsologtostderr cluster-init cluster-reset debug disable-agent disable-apiserver disable-apiserver-lb
disable-cloud-controller disable-controller-manager disable-default-registry-endpoint disable-etcd
disable-helm-controller disable-kube-proxy disable-network-policy disable-scheduler docker embedded-registry
enable-pprof etcd-disable-snapshots etcd-expose-metrics etcd-s3 etcd-s3-insecure etcd-s3-skip-ssl-verify
etcd-snapshot-compress flannel-external-ip flannel-ipv6-masq multi-cluster-cidr
nonroot-devices prefer-bundled-bin protect-kernel-defaults rootless secrets-encryption selinux
supervisor-metrics with-node-id
`),
);
