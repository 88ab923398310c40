import type {Predicted, Prediction, Resource} from '../module/types.js';

const isPath = (resource: Resource): resource is {readonly kind: 'path'; readonly path: string} => 'path' in resource;

/** A path without doubled or trailing slashes, so that `/a/` and `/a` are one. */
const plainPath = (path: string): string => path.replace(/\/+/g, '/').replace(/(.)\/$/, '$1');

const isBelow = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`);

/** Paths overlap when one is the other or lies under it; other resources by kind and name, `*` being any name. */
export function overlaps(a: Resource, b: Resource): boolean {
  if (isPath(a) !== isPath(b)) return false;
  if (isPath(a) && isPath(b)) {
    const [one, other] = [plainPath(a.path), plainPath(b.path)];
    return isBelow(one, other) || isBelow(other, one);
  }
  if (isPath(a) || isPath(b) || a.kind !== b.kind) return false;
  return a.name === b.name || a.name === '*' || b.name === '*';
}

const sameResource = (a: Resource, b: Resource): boolean => {
  if (isPath(a) && isPath(b)) return plainPath(a.path) === plainPath(b.path);
  return !isPath(a) && !isPath(b) && a.kind === b.kind && a.name === b.name;
};

const typeOf = (state: unknown): unknown =>
  state !== null && typeof state === 'object' && 'type' in state ? state.type : undefined;

const liesAbove = (entry: Resource, resource: Resource): boolean =>
  isPath(entry) &&
  isPath(resource) &&
  !sameResource(entry, resource) &&
  overlaps(entry, resource) &&
  plainPath(entry.path).length < plainPath(resource.path).length;

/**
 * What check mode says earlier tasks would have done to one host, in order. Of what lies below a predicted path: a
 * folder that is made or given another mode leaves it as it is, a path that is removed takes it along, and of anything
 * else nothing can be told. A module that changes a whole tree predicts its top without a state.
 */
export class PredictionStore implements Predicted {
  readonly #entries: Prediction[] = [];

  /** A task would touch these; where it can tell, `after` says what they will be. */
  record(touches: readonly Resource[], after: readonly Prediction[] = []): void {
    for (const resource of touches)
      if (!after.some((prediction) => sameResource(prediction.resource, resource))) this.#entries.push({resource});
    this.#entries.push(...after);
  }

  get(resource: Resource): Prediction | undefined {
    let latest: Prediction | undefined;
    for (const entry of this.#entries) {
      if (sameResource(entry.resource, resource)) latest = entry;
      else if (liesAbove(entry.resource, resource) && typeOf(entry.state) === 'absent')
        latest = {resource, state: {type: 'absent'}};
      else if (latest !== undefined && entry.state === undefined && overlaps(entry.resource, resource))
        latest = {resource};
    }
    return latest;
  }

  touches(resources: readonly Resource[]): boolean {
    return this.#entries.some(({resource: entry, state}) =>
      resources.some(
        (resource) => overlaps(entry, resource) && !(liesAbove(entry, resource) && typeOf(state) === 'directory'),
      ),
    );
  }
}

/** A real run predicts nothing. */
export const noPredictions: Predicted = {get: () => undefined, touches: () => false};
