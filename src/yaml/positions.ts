import type {Where} from '../errors/index.js';
import type {Positions} from './types.js';

/** Finds line and column of an offset in one text. */
export class LineIndex {
  readonly #starts: number[] = [0];
  constructor(
    readonly file: string,
    text: string,
  ) {
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.#starts.push(at + 1);
  }

  where(offset: number): Where {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return {file: this.file, line: low + 1, column: offset - (this.#starts[low] ?? 0) + 1};
  }
}

/** Offsets of a container and of its members; the line is worked out only when somebody asks. */
export interface ContainerPlaces {
  readonly where: (offset: number) => Where;
  readonly start: number;
  readonly members: Map<string | number, MemberPlace>;
}

interface MemberPlace {
  readonly key: number;
  readonly value: number;
  /** The document's own, except for members that came in through a merge. */
  readonly where: (offset: number) => Where;
}

/** Where everything that was read stands, whatever file it came from; one for each run. */
export class PositionMap implements Positions {
  readonly #places = new WeakMap<object, ContainerPlaces>();

  add(container: object, places: ContainerPlaces): void {
    this.#places.set(container, places);
  }

  placesOf(container: object): ContainerPlaces | undefined {
    return this.#places.get(container);
  }

  at(container: object, key?: string | number): Where | undefined {
    const places = this.#places.get(container);
    if (!places) return undefined;
    if (key === undefined) return places.where(places.start);
    const member = places.members.get(key);
    return member?.where(member.value);
  }

  keyAt(container: object, key: string): Where | undefined {
    const member = this.#places.get(container)?.members.get(key);
    return member?.where(member.key);
  }
}
