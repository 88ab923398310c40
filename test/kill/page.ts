import type {RowOutcome} from './matrix.js';
import {type KillKind, killKinds, momentWords, type Row} from './rows.js';

export interface Part {
  readonly name: string;
  readonly playbook: string;
  readonly args: readonly string[];
  readonly beginsWith: string;
  readonly fingerprintOf: string;
  /** What the recorded run gave. */
  readonly rows: readonly Row[];
  readonly outcomes: readonly RowOutcome[];
}

export interface Surroundings {
  readonly day: string;
  readonly version: string;
  readonly k3s: string;
  /** Of all runs of the matrix that the outcomes are of. */
  readonly minutes: number;
  readonly runs: number;
}

const cell = (outcomes: readonly RowOutcome[], kind: KillKind): string => {
  const found = outcomes.find(({row}) => row.kind === kind);
  if (found === undefined) return '**not run**';
  return found.ok ? `${found.what}, healed` : '**FAILED**';
};

/** Of what a failed run said, how it ended and what was the matter. */
const inShort = (what: string): string => {
  const [first = '', ...rest] = what.split('\n');
  return [first, ...rest.filter((line) => /^\s*(fatal|failed|hint|ERROR)\b/.test(line)).slice(0, 3)]
    .map((line) => line.trim())
    .join(' ');
};

/** A row that failed or was not run makes the whole fail. */
export const isComplete = (parts: readonly Part[]): boolean =>
  parts.length > 0 &&
  parts.every(({rows, outcomes}) => rows.length > 0 && outcomes.length === rows.length && outcomes.every(({ok}) => ok));

function partOf({name, playbook, args, beginsWith, fingerprintOf, rows, outcomes}: Part): string {
  const moments = [...new Set(rows.map(({moment}) => momentWords(moment)))];
  const lines = moments.map((moment) => {
    const own = outcomes.filter(({row}) => momentWords(row.moment) === moment);
    return `| ${moment.replaceAll('|', '\\|')} | ${killKinds.map((kind) => cell(own, kind)).join(' | ')} |`;
  });
  const failures = outcomes
    .filter(({ok}) => !ok)
    .map(({row, what}) => `- ${momentWords(row.moment)}, ${row.kind}: ${inShort(what)}`);
  const missing = rows.length - outcomes.length;
  return [
    `## ${name}`,
    '',
    `\`quorate run ${[playbook, ...args].join(' ')}\`, from ${beginsWith}. ${outcomes.filter(({ok}) => ok).length} of ${rows.length} rows healed; compared: ${fingerprintOf}.`,
    ...(rows.length === 0 ? ['', '**Not whole: this playbook was not run.**'] : []),
    ...(missing > 0 ? ['', `**Not whole: ${missing} rows were not run.**`] : []),
    ...(rows.length === 0
      ? []
      : [
          '',
          `| host: task: step | ${killKinds.join(' | ')} |`,
          `| --- | ${killKinds.map(() => '---').join(' | ')} |`,
          ...lines,
        ]),
    ...(failures.length > 0 ? ['', ...failures] : []),
  ].join('\n');
}

/** docs/kill-matrix.md, whole. */
export const pageOf = (parts: readonly Part[], {day, version, k3s, minutes, runs}: Surroundings): string =>
  `${[
    '# Killed at every step',
    '',
    '<!-- Written by npm run test:kill; edits are lost. -->',
    '',
    'Rows are the steps that an uninterrupted run of each playbook has told. At each of them, from the same saved starting state, the controller is killed (SIGKILL), or the',
    'service on that host is, or the host loses its power and is switched on again; a run that still waits 15 seconds after that is killed too, one whose service was killed after a minute.',
    'Then the playbook is run again and has to succeed, the run after one that changed something has to change nothing, and what is compared has to be equal.',
    'A cell says how the run that was hit ended.',
    '',
    `${day}, quorate ${version}, ${k3s}, ${minutes} minutes${runs > 1 ? ` in ${runs} runs` : ''}.`,
    '',
    ...parts.map(partOf).join('\n\n').split('\n'),
  ].join('\n')}\n`;
