/** How kubectl prints objects: tables, json, yaml, names, jsonpath. */

import {dump} from 'js-yaml';
import type {Kind} from '../api/kinds.js';
import type {Obj} from '../api/objects.js';
import {conditionsOf} from '../server/controllers.js';
import {jsonpath} from './jsonpath.js';

/** 45s, 12m, 3h20m, 2d: as kubectl shows ages. */
export const age = (since: string | undefined, now: Date): string => {
  const seconds = Math.max(0, Math.floor((now.getTime() - Date.parse(since ?? '')) / 1000));
  if (Number.isNaN(seconds)) return '<unknown>';
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return seconds % 60 ? `${minutes}m${seconds % 60}s` : `${minutes}m`;
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return minutes % 60 ? `${hours}h${minutes % 60}m` : `${hours}h`;
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  return days < 8 && hours % 24 ? `${days}d${hours % 24}h` : `${days}d`;
};

const ROLE = 'node-role.kubernetes.io/';

export const rolesOf = (node: Obj): string =>
  Object.keys(node.metadata.labels ?? {})
    .filter((label) => label.startsWith(ROLE))
    .map((label) => label.slice(ROLE.length))
    .sort()
    .join(',') || '<none>';

const nodeStatus = (node: Obj): string => {
  const ready = conditionsOf(node).find(({type}) => type === 'Ready');
  const said = ready?.status === 'True' ? 'Ready' : ready ? 'NotReady' : 'Unknown';
  return (node.spec as {unschedulable?: boolean} | undefined)?.unschedulable ? `${said},SchedulingDisabled` : said;
};

interface NodeStatus {
  readonly addresses?: {type: string; address: string}[];
  readonly nodeInfo?: Readonly<Record<string, string>>;
}

const nodeRow = (node: Obj, now: Date, wide: boolean): string[] => {
  const {addresses = [], nodeInfo = {}} = (node.status ?? {}) as NodeStatus;
  const address = (type: string) => addresses.find((one) => one.type === type)?.address ?? '<none>';
  const {kubeletVersion = '', osImage = '', kernelVersion = '', containerRuntimeVersion = ''} = nodeInfo;
  const row = [
    node.metadata.name,
    nodeStatus(node),
    rolesOf(node),
    age(node.metadata.creationTimestamp, now),
    kubeletVersion,
  ];
  return wide
    ? [...row, address('InternalIP'), address('ExternalIP'), osImage, kernelVersion, containerRuntimeVersion]
    : row;
};

const NODE_HEAD = ['NAME', 'STATUS', 'ROLES', 'AGE', 'VERSION'];
const NODE_WIDE = [...NODE_HEAD, 'INTERNAL-IP', 'EXTERNAL-IP', 'OS-IMAGE', 'KERNEL-VERSION', 'CONTAINER-RUNTIME'];

const plainRow = (kind: Kind, object: Obj, now: Date): string[] => {
  const data = String(Object.keys((object.data ?? {}) as object).length);
  const old = age(object.metadata.creationTimestamp, now);
  if (kind.kind === 'Secret') return [object.metadata.name, String(object.type ?? 'Opaque'), data, old];
  if (kind.kind === 'ConfigMap') return [object.metadata.name, data, old];
  if (kind.kind === 'Namespace') return [object.metadata.name, 'Active', old];
  return [object.metadata.name, old];
};

const HEADS: Readonly<Record<string, readonly string[]>> = {
  Secret: ['NAME', 'TYPE', 'DATA', 'AGE'],
  ConfigMap: ['NAME', 'DATA', 'AGE'],
  Namespace: ['NAME', 'STATUS', 'AGE'],
};

/** Columns three spaces apart, as kubectl's tab writer sets them. */
export const columns = (rows: readonly (readonly string[])[]): string => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) =>
      row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd((widths[column] ?? 0) + 3))).join(''),
    )
    .map((line) => `${line}\n`)
    .join('');
};

export interface PrintOptions {
  /** `-o`: empty for the table */
  readonly format: string;
  readonly headers: boolean;
  readonly allNamespaces: boolean;
  /** `--show-labels`: one more column */
  readonly labels: boolean;
  readonly now: Date;
  /** a single object was asked for by name */
  readonly single: boolean;
}

const labelsOf = ({metadata: {labels = {}}}: Obj): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(',') || '<none>';

const table = (
  kind: Kind,
  items: readonly Obj[],
  {format, headers, allNamespaces, labels, now}: PrintOptions,
): string => {
  const wide = format === 'wide';
  const node = kind.kind === 'Node';
  const spaced = allNamespaces && kind.namespaced;
  const own = node ? (wide ? NODE_WIDE : NODE_HEAD) : (HEADS[kind.kind] ?? ['NAME', 'AGE']);
  const head = labels ? [...own, 'LABELS'] : own;
  const rows = items.map((item) => {
    const cells = node ? nodeRow(item, now, wide) : plainRow(kind, item, now);
    const row = labels ? [...cells, labelsOf(item)] : cells;
    return spaced ? [item.metadata.namespace ?? '', ...row] : row;
  });
  return columns(headers ? [spaced ? ['NAMESPACE', ...head] : head, ...rows] : rows);
};

const custom = (specification: string, items: readonly Obj[], headers: boolean): string => {
  const specs = specification.split(',').map((one) => one.split(/:(.*)/s));
  const rows = items.map((item) => specs.map(([, path = '']) => jsonpath(`{${path}}`, item) || '<none>'));
  return columns(headers ? [specs.map(([name = '']) => name), ...rows] : rows);
};

/** The text of a `kubectl get`. */
export const print = (kind: Kind, items: readonly Obj[], options: PrintOptions): string => {
  const typed = items.map((item) => ({apiVersion: kind.apiVersion, kind: kind.kind, ...item}));
  const whole = options.single
    ? typed[0]
    : {apiVersion: 'v1', kind: 'List', metadata: {resourceVersion: ''}, items: typed};
  const [format = '', argument = ''] = options.format.split(/=(.*)/s);
  switch (format) {
    case '':
    case 'wide':
      return table(kind, items, options);
    case 'json':
      return `${JSON.stringify(whole, null, 4)}\n`;
    case 'yaml':
      return dump(whole);
    case 'name':
      return items.map((item) => `${kind.singular}/${item.metadata.name}\n`).join('');
    case 'jsonpath':
      return jsonpath(argument, whole);
    case 'custom-columns':
      return custom(argument, items, options.headers);
    default:
      throw new Error(
        `error: unable to match a printer suitable for the output format "${options.format}", allowed formats are: custom-columns,json,jsonpath,name,wide,yaml`,
      );
  }
};
