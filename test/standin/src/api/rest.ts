/** The generic part of the Kubernetes API: list, get, create, replace, patch and delete of every kind. */

import {keyOf, parsePath} from './kinds.js';
import {type Obj, type Objects, StatusError} from './objects.js';
import {fieldSelector, jsonPatch, labelSelector, mergePatch} from './select.js';

export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly contentType: string;
  readonly body: string;
}

export interface ApiReply {
  readonly code: number;
  readonly body: unknown;
}

export const statusBody = (code: number, reason: string, message: string): unknown => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message,
  reason,
  code,
});

const parseBody = (body: string): Obj => {
  try {
    const object = JSON.parse(body) as Obj;
    if (typeof object === 'object' && object !== null) return {...object, metadata: object.metadata ?? {name: ''}};
  } catch {
    // Told below.
  }
  throw new StatusError(400, 'BadRequest', 'the object provided is unrecognized: the body is not a JSON object');
};

const encodeContinue = (key: string): string =>
  Buffer.from(JSON.stringify({v: 'meta.k8s.io/v1', start: key})).toString('base64url');

const decodeContinue = (token: string): string => {
  try {
    return (JSON.parse(Buffer.from(token, 'base64url').toString()) as {start: string}).start;
  } catch {
    throw new StatusError(400, 'BadRequest', 'continue key is not valid');
  }
};

const applyPatch = (object: Obj, {contentType, body}: ApiRequest): Obj => {
  const patch = JSON.parse(body) as unknown;
  if (contentType.includes('json-patch+json')) return jsonPatch(object, patch as never) as Obj;
  return mergePatch(object, patch) as Obj;
};

/** Answers one request under /api or /apis; throws StatusError. */
export const handleRest = async (objects: Objects, request: ApiRequest): Promise<ApiReply> => {
  const target = parsePath(request.path);
  if (!target) throw new StatusError(404, 'NotFound', 'the server could not find the requested resource');
  const {kind, namespace = '', name} = target;
  if (name !== undefined) return {code: 200, body: await one(objects, request, target.kind, namespace, name)};
  switch (request.method) {
    case 'GET':
      return {code: 200, body: await list(objects, request, target)};
    case 'POST':
      return {code: 201, body: await objects.create(kind, namespace, await inNamespace(objects, target, request))};
    case 'DELETE':
      return {code: 200, body: await removeAll(objects, request, target)};
    default:
      throw notAllowed();
  }
};

type Target = NonNullable<ReturnType<typeof parsePath>>;

const notAllowed = () =>
  new StatusError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource');

/** The object to create, its namespace being one that exists. */
const inNamespace = async (objects: Objects, {kind, namespace = ''}: Target, request: ApiRequest): Promise<Obj> => {
  const object = parseBody(request.body);
  if (!kind.namespaced) return object;
  const given = object.metadata.namespace;
  if (given && given !== namespace) {
    const message = `the namespace of the provided object does not match the namespace sent on the request`;
    throw new StatusError(400, 'BadRequest', message);
  }
  const namespaces = {...kind, ...NAMESPACES};
  if (await objects.find(namespaces, '', namespace)) return object;
  throw new StatusError(404, 'NotFound', `namespaces "${namespace}" not found`);
};

const NAMESPACES = {
  kind: 'Namespace',
  plural: 'namespaces',
  apiVersion: 'v1',
  namespaced: false,
  prefix: '/registry/namespaces/',
};

const one = async (
  objects: Objects,
  request: ApiRequest,
  kind: Target['kind'],
  namespace: string,
  name: string,
): Promise<Obj> => {
  switch (request.method) {
    case 'GET':
      return objects.get(kind, namespace, name);
    case 'PUT': {
      const object = parseBody(request.body);
      return objects.update(kind, namespace, {...object, metadata: {...object.metadata, name}});
    }
    case 'PATCH':
      return objects.change(kind, namespace, name, (object) => applyPatch(object, request));
    case 'DELETE':
      return objects.remove(kind, namespace, name);
    default:
      throw notAllowed();
  }
};

const list = async (objects: Objects, {query}: ApiRequest, {kind, namespace}: Target): Promise<unknown> => {
  if (/^(1|true)$/.test(query.get('watch') ?? '')) throw notAllowed();
  const token = query.get('continue');
  const found = await objects.list(kind, namespace, {
    limit: Number(query.get('limit') ?? 0),
    ...(token ? {after: decodeContinue(token)} : {}),
  });
  const items = found.items.filter(selected(query));
  return {
    kind: `${kind.kind}List`,
    apiVersion: kind.apiVersion,
    metadata: {resourceVersion: found.resourceVersion, ...(found.next ? {continue: encodeContinue(found.next)} : {})},
    items,
  };
};

const selected = (query: URLSearchParams) => {
  const labels = labelSelector(query.get('labelSelector') ?? '');
  const fields = fieldSelector(query.get('fieldSelector') ?? '');
  return (object: Obj) => labels(object) && fields(object);
};

const removeAll = async (objects: Objects, {query}: ApiRequest, {kind, namespace}: Target): Promise<unknown> => {
  const {items} = await objects.list(kind, namespace);
  for (const object of items.filter(selected(query))) {
    await objects.remove(kind, object.metadata.namespace ?? '', object.metadata.name);
  }
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: {key: keyOf(kind, namespace ?? '', '')},
  };
};
