import type {Predicted, Prediction, Resource} from './types.js';

const nameOf = (resource: Resource): string =>
  'path' in resource && resource.kind === 'path' ? resource.path : 'name' in resource ? resource.name : '';

const keyOf = (resource: Resource): string => `${resource.kind} ${nameOf(resource)}`;

const within = (below: string, above: string): boolean =>
  below === above || above === '/' || below.startsWith(`${above}/`);

/** Whether two resources overlap: a path with everything below it, other things by kind and name, `*` meaning all. */
export function overlaps(one: Resource, other: Resource): boolean {
  if (one.kind !== other.kind) return false;
  const [a, b] = [nameOf(one), nameOf(other)];
  if (one.kind === 'path') return within(a, b) || within(b, a);
  return a === b || a === '*' || b === '*';
}

/** What earlier tasks would have done to one host, in check mode. */
export interface Predictions extends Predicted {
  /** Remembers a change: `after` where its outcome is known; what it `touches` besides is known to be different only. */
  add(touches: readonly Resource[], after: readonly Prediction[]): void;
}

export function predictions(): Predictions {
  const known = new Map<string, Prediction>();
  const put = (prediction: Prediction): void => {
    const {resource} = prediction;
    // A path that comes new, or goes, takes what was predicted below it along.
    if (resource.kind === 'path' && (prediction.state as {type?: string} | undefined)?.type !== 'directory')
      for (const [key, old] of known)
        if (old.resource.kind === 'path' && within(nameOf(old.resource), nameOf(resource))) known.delete(key);
    known.set(keyOf(resource), prediction);
  };
  return {
    add(touches, after) {
      const told = new Set(after.map((prediction) => keyOf(prediction.resource)));
      for (const resource of touches) if (!told.has(keyOf(resource))) put({resource});
      for (const prediction of after) put(prediction);
    },
    get: (resource) => known.get(keyOf(resource)),
    touches: (resources) =>
      [...known.values()].some((prediction) => resources.some((resource) => overlaps(prediction.resource, resource))),
  };
}
