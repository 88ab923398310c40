/** The kinds of object the stand-in's API serves, and the keys Kubernetes stores them under. */

export interface Kind {
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly short: readonly string[];
  /** `v1`, `apps/v1`, ... */
  readonly apiVersion: string;
  readonly namespaced: boolean;
  /** e.g. `/registry/minions/` */
  readonly prefix: string;
}

/** kind plural apiVersion scope prefix [short names] */
const TABLE = `
Node nodes v1 cluster minions no
Namespace namespaces v1 cluster namespaces ns
ConfigMap configmaps v1 namespaced configmaps cm
Secret secrets v1 namespaced secrets
Pod pods v1 namespaced pods po
Service services v1 namespaced services/specs svc
Endpoints endpoints v1 namespaced services/endpoints ep
Event events v1 namespaced events ev
ServiceAccount serviceaccounts v1 namespaced serviceaccounts sa
PersistentVolume persistentvolumes v1 cluster persistentvolumes pv
PersistentVolumeClaim persistentvolumeclaims v1 namespaced persistentvolumeclaims pvc
Lease leases coordination.k8s.io/v1 namespaced leases
Deployment deployments apps/v1 namespaced deployments deploy
DaemonSet daemonsets apps/v1 namespaced daemonsets ds
StatefulSet statefulsets apps/v1 namespaced statefulsets sts
ReplicaSet replicasets apps/v1 namespaced replicasets rs
Job jobs batch/v1 namespaced jobs
PriorityClass priorityclasses scheduling.k8s.io/v1 cluster priorityclasses pc
StorageClass storageclasses storage.k8s.io/v1 cluster storageclasses sc
Addon addons k3s.cattle.io/v1 namespaced k3s.cattle.io/addons
ETCDSnapshotFile etcdsnapshotfiles k3s.cattle.io/v1 cluster k3s.cattle.io/etcdsnapshotfiles
HelmChart helmcharts helm.cattle.io/v1 namespaced helm.cattle.io/helmcharts
`;

const KINDS: readonly Kind[] = TABLE.trim()
  .split('\n')
  .map((row) => {
    const [kind = '', plural = '', apiVersion = '', scope, prefix, ...short] = row.split(' ');
    return {
      kind,
      plural,
      singular: kind.toLowerCase(),
      apiVersion,
      namespaced: scope === 'namespaced',
      prefix: `/registry/${prefix}/`,
      short,
    };
  });

/** By plural, singular, short name or `plural.group`, in any case: as kubectl takes them. */
export const findKind = (name: string): Kind | undefined => {
  const wanted = name.toLowerCase();
  return KINDS.find(
    (kind) =>
      [kind.plural, kind.singular, ...kind.short].includes(wanted) ||
      (kind.apiVersion.includes('/') && `${kind.plural}.${kind.apiVersion.split('/')[0]}` === wanted),
  );
};

export const kindOf = (kind: string): Kind | undefined => KINDS.find((one) => one.kind === kind);

export const keyOf = (kind: Kind, namespace: string, name: string): string =>
  kind.namespaced ? `${kind.prefix}${namespace}/${name}` : `${kind.prefix}${name}`;

/** The API path of a collection or one object. */
export const pathOf = (kind: Kind, namespace: string | undefined, name?: string): string => {
  const root = kind.apiVersion.includes('/') ? `/apis/${kind.apiVersion}` : `/api/${kind.apiVersion}`;
  const scope = kind.namespaced && namespace ? `/namespaces/${namespace}` : '';
  return `${root}${scope}/${kind.plural}${name ? `/${encodeURIComponent(name)}` : ''}`;
};

export interface ApiTarget {
  readonly kind: Kind;
  readonly namespace?: string;
  readonly name?: string;
  readonly sub?: string;
}

/** Reads `/api/v1/namespaces/ns/configmaps/name` and its like; undefined where nothing is served. */
export const parsePath = (path: string): ApiTarget | undefined => {
  const parts = path.split('/').filter(Boolean).map(decodeURIComponent);
  const groupLength = parts[0] === 'api' ? 2 : parts[0] === 'apis' ? 3 : 0;
  if (groupLength === 0 || parts.length <= groupLength) return undefined;
  const apiVersion = parts.slice(1, groupLength).join('/');
  let rest = parts.slice(groupLength);
  let namespace: string | undefined;
  if (rest[0] === 'namespaces' && rest.length > 2) {
    namespace = rest[1];
    rest = rest.slice(2);
  }
  const [plural, name, sub] = rest;
  const kind = KINDS.find((one) => one.plural === plural && one.apiVersion === apiVersion);
  if (!kind) return undefined;
  return {kind, ...(namespace ? {namespace} : {}), ...(name ? {name} : {}), ...(sub ? {sub} : {})};
};
