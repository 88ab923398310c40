/** Which datastore a server uses, decided at each start as K3s decides it (pkg/cluster/managed.go). */

export interface Facts {
  /** db/etcd/member/wal is there: etcd is initialised */
  readonly wal: boolean;
  readonly clusterInit: boolean;
  readonly hasServerUrl: boolean;
  readonly hasToken: boolean;
  readonly endpoint?: string;
}

export type Choice =
  /** etcd data on disk decides; cluster-init, server and the endpoint no longer do */
  | {readonly kind: 'etcd-member'}
  | {readonly kind: 'etcd-join'}
  | {readonly kind: 'etcd-new'}
  | {readonly kind: 'sqlite'}
  | {readonly kind: 'external'; readonly endpoint: string};

export const chooseStore = ({wal, clusterInit, hasServerUrl, hasToken, endpoint}: Facts): Choice => {
  if (wal) return {kind: 'etcd-member'};
  if (endpoint) return {kind: 'external', endpoint};
  if (hasServerUrl && hasToken) return {kind: 'etcd-join'};
  if (clusterInit) return {kind: 'etcd-new'};
  return {kind: 'sqlite'};
};
