import type {RowOutcome} from './matrix.js';
import {type KillKind, killKinds, momentWords} from './rows.js';

export interface Part {
  readonly name: string;
  readonly playbook: string;
  readonly args: readonly string[];
  readonly fingerprintOf: string;
  /** How many rows the recorded run gave. */
  readonly wanted: number;
  readonly outcomes: readonly RowOutcome[];
}

export interface Surroundings {
  readonly day: string;
  readonly version: string;
  readonly k3s: string;
  readonly minutes: number;
}

const cell = (outcomes: readonly RowOutcome[], kind: KillKind): string => {
  const found = outcomes.find(({row}) => row.kind === kind);
  if (found === undefined) return '**not run**';
  return found.ok ? `${found.what}, healed` : '**FAILED**';
};

/** A row that failed or was not run makes the whole fail. */
export const isComplete = (parts: readonly Part[]): boolean =>
  parts.length > 0 &&
  parts.every(({wanted, outcomes}) => wanted > 0 && outcomes.length === wanted && outcomes.every(({ok}) => ok));

function partOf({name, playbook, args, fingerprintOf, wanted, outcomes}: Part): string {
  const moments = [...new Set(outcomes.map(({row}) => momentWords(row.moment)))];
  const rows = moments.map((moment) => {
    const own = outcomes.filter(({row}) => momentWords(row.moment) === moment);
    return `| ${moment.replaceAll('|', '\\|')} | ${killKinds.map((kind) => cell(own, kind)).join(' | ')} |`;
  });
  const failures = outcomes
    .filter(({ok}) => !ok)
    .map(({row, what}) => `- ${momentWords(row.moment)}, ${row.kind}: ${what.split('\n').slice(-3).join(' ')}`);
  return [
    `## ${name}`,
    '',
    `\`quorate run ${[playbook, ...args].join(' ')}\`. ${outcomes.filter(({ok}) => ok).length} of ${wanted} rows healed; compared: ${fingerprintOf}.`,
    '',
    ...(outcomes.length < wanted || wanted === 0
      ? [
          `**Not whole: ${wanted === 0 ? 'this playbook was not run' : `${wanted - outcomes.length} rows were not run`}.**`,
          '',
        ]
      : []),
    `| host: task: step | ${killKinds.join(' | ')} |`,
    `| --- | ${killKinds.map(() => '---').join(' | ')} |`,
    ...rows,
    ...(failures.length > 0 ? ['', ...failures] : []),
  ].join('\n');
}

/** docs/kill-matrix.md, whole. */
export const pageOf = (parts: readonly Part[], {day, version, k3s, minutes}: Surroundings): string =>
  `${[
    '# Killed at every step',
    '',
    '<!-- Written by npm run test:kill; edits are lost. -->',
    '',
    'Rows are the steps that an uninterrupted run of each playbook has told. At each of them, from the same saved starting state, the controller is killed (SIGKILL), or the',
    'service on that host is, or the host loses its power and is switched on again. Then the playbook is run again and has to succeed, what is compared has to be equal',
    'to what it was before, and one more run has to change nothing. A cell says how the run that was hit ended by itself.',
    '',
    `${day}, quorate ${version}, ${k3s}, ${minutes} minutes.`,
    '',
    ...parts.map(partOf).join('\n\n').split('\n'),
  ].join('\n')}\n`;
