/** Annotation of Nodes that are cordoned for their restart, and not by a person. */
export const cordonMark = 'quorate/cordoned';

/** A Node of the Kubernetes API, as far as people ask after it. */
export interface NodeRow {
  readonly name: string;
  readonly ready: boolean;
  /** Closed for new pods. */
  readonly cordoned: boolean;
  /** Closed for its restart, by a run that may have died since. */
  readonly restarting: boolean;
  readonly roles: string;
  /** What its kubelet runs, which may be older than the binary on the disk. */
  readonly version: string;
  readonly address: string;
}

interface NodeList {
  readonly items?: readonly {
    readonly metadata?: {
      readonly name?: string;
      readonly labels?: Readonly<Record<string, string>>;
      readonly annotations?: Readonly<Record<string, string>>;
    };
    readonly spec?: {readonly unschedulable?: boolean};
    readonly status?: {
      readonly conditions?: readonly {readonly type?: string; readonly status?: string}[];
      readonly nodeInfo?: {readonly kubeletVersion?: string};
      readonly addresses?: readonly {readonly type?: string; readonly address?: string}[];
    };
  }[];
}

const rolePrefix = 'node-role.kubernetes.io/';

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** A list without `items` is empty; whatever else is no list of objects is none. */
function itemsIn(text: string): NodeList['items'] {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    return undefined;
  }
  const items = isObject(list) ? ((list as NodeList).items ?? []) : undefined;
  return Array.isArray(items) && items.every(isObject) ? items : undefined;
}

/** Reads a NodeList in JSON, sorted by name; undefined where the API gave none. */
export function parseNodeList(text: string): readonly NodeRow[] | undefined {
  return itemsIn(text)
    ?.map(({metadata, spec, status}) => ({
      name: metadata?.name ?? '',
      ready: status?.conditions?.some(({type, status: value}) => type === 'Ready' && value === 'True') === true,
      cordoned: spec?.unschedulable === true,
      restarting: metadata?.annotations?.[cordonMark] !== undefined,
      roles:
        Object.keys(metadata?.labels ?? {})
          .filter((label) => label.startsWith(rolePrefix))
          .map((label) => label.slice(rolePrefix.length))
          .sort()
          .join(',') || 'agent',
      version: status?.nodeInfo?.kubeletVersion ?? '',
      address: status?.addresses?.find(({type}) => type === 'InternalIP')?.address ?? '',
    }))
    .sort((a, b) => a.name.localeCompare(b.name));
}
