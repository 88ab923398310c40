import type {RunEvent} from '../../src/events/types.js';

/** A step of a play, as an uninterrupted run has told it. */
export interface Moment {
  readonly host: string;
  readonly task: string;
  readonly step: string;
  /** Which one of this name on this host in this task, from 1. */
  readonly number: number;
}

/** What befalls the run at that moment. */
export const killKinds = ['controller killed', 'service killed', 'host stopped'] as const;
export type KillKind = (typeof killKinds)[number];

export interface Row {
  readonly source: string;
  readonly moment: Moment;
  readonly kind: KillKind;
}

/** Counts steps of one name, so that each is a moment of its own. */
export class MomentCounter {
  readonly #seen = new Map<string, number>();
  /** Tasks that `until` tries again, on a host. */
  readonly #again = new Set<string>();
  readonly #network: string;

  /** The lab's addresses begin with `network` (`10.213.4.`): every lab has its own, and a step that names one is the same step. */
  constructor(network: string) {
    this.#network = network;
  }

  /**
   * The moment of an event; undefined for one that is no step, and for a step that `until` only does again: how often that
   * is needed differs from run to run, so a row of it may never come.
   */
  next(event: RunEvent): Moment | undefined {
    if (event.kind === 'retry') this.#again.add(JSON.stringify([event.host, event.task.id]));
    if (event.kind !== 'step') return undefined;
    const {host, task} = event;
    if (this.#again.has(JSON.stringify([host, task.id]))) return undefined;
    const step = event.title.replaceAll(this.#network, '10.213.n.');
    const key = JSON.stringify([host, task.name, step]);
    const number = (this.#seen.get(key) ?? 0) + 1;
    this.#seen.set(key, number);
    return {host, task: task.name, step, number};
  }
}

/** Every step of a recorded run, in order. */
export function momentsOf(events: readonly RunEvent[], network: string): Moment[] {
  const counter = new MomentCounter(network);
  return events.flatMap((event) => counter.next(event) ?? []);
}

/** Each recorded step with each kind of kill. A recording without steps has no rows, and that is a fault. */
export function rowsOf(source: string, events: readonly RunEvent[], network: string): Row[] {
  const rows = momentsOf(events, network).flatMap((moment) => killKinds.map((kind) => ({source, moment, kind})));
  if (rows.length === 0) throw new Error(`the recorded run of "${source}" has no step: there is nothing to kill it at`);
  return rows;
}

export const sameMoment = (a: Moment, b: Moment): boolean =>
  a.host === b.host && a.task === b.task && a.step === b.step && a.number === b.number;

export const momentWords = ({host, task, step, number}: Moment): string =>
  `${host}: ${task}: ${step}${number > 1 ? ` (${number})` : ''}`;
