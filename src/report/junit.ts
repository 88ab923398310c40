import type {HostOutcome, TaskRef} from '../events/types.js';
import {failureLines, failureOf} from './failures.js';
import {plainPalette} from './palette.js';
import type {Reporter, TextOptions} from './types.js';

interface Case {
  readonly host: string;
  readonly task: TaskRef;
  readonly outcome: HostOutcome;
}

interface Suite {
  readonly name: string;
  readonly cases: readonly Case[];
}

export type JunitState = readonly Suite[];

const escapes: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  '"': '&quot;',
  '\n': '&#10;',
};

/** Text for XML 1.0, which has no form for most control characters. */
const xml = (text: string): string =>
  text
    .replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replace(/[<>&"\n]/g, (character) => escapes[character] ?? character);

const body = (text: string): string => xml(text).replaceAll('&#10;', '\n');

const seconds = (ms: number): string => (ms / 1000).toFixed(3);

type Names = Pick<TextOptions, 'nameOf' | 'lineAt'>;

function outcomeElement({outcome}: Case, names: Names): string {
  if (outcome.status === 'skipped' || outcome.status === 'conditional')
    return `<skipped message="${xml(outcome.why ?? outcome.status)}"/>`;
  if (outcome.ignored || (outcome.status !== 'failed' && outcome.status !== 'unreachable')) return '';
  const {first, rest} = failureLines(failureOf(outcome), {palette: plainPalette, width: 80, verbosity: 0, ...names});
  const tag = outcome.status === 'failed' ? 'failure' : 'error';
  return `<${tag} message="${xml(first)}">${body(rest.join('\n'))}</${tag}>`;
}

function caseElement(one: Case, names: Names): string {
  const file = names.nameOf?.(one.task.where.file) ?? one.task.where.file;
  const attributes = [
    `name="${xml(`[${one.host}] ${one.task.name}`)}"`,
    `classname="${xml(file)}"`,
    `file="${xml(file)}"`,
    `line="${one.task.where.line}"`,
    `time="${seconds(one.outcome.durationMs)}"`,
  ].join(' ');
  const inner = outcomeElement(one, names);
  return inner === '' ? `    <testcase ${attributes}/>` : `    <testcase ${attributes}>${inner}</testcase>`;
}

const isFailure = ({outcome}: Case): boolean => outcome.status === 'failed' && !outcome.ignored;
const isError = ({outcome}: Case): boolean => outcome.status === 'unreachable' && !outcome.ignored;
const isSkipped = ({outcome}: Case): boolean => outcome.status === 'skipped' || outcome.status === 'conditional';

const countsOf = (cases: readonly Case[]): string =>
  [
    `tests="${cases.length}"`,
    `failures="${cases.filter(isFailure).length}"`,
    `errors="${cases.filter(isError).length}"`,
    `skipped="${cases.filter(isSkipped).length}"`,
    `time="${seconds(cases.reduce((sum, {outcome}) => sum + outcome.durationMs, 0))}"`,
  ].join(' ');

function document(suites: readonly Suite[], names: Names): string {
  const all = suites.flatMap(({cases}) => cases);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${countsOf(all)}>`,
    ...suites.flatMap((suite) => [
      `  <testsuite name="${xml(suite.name)}" ${countsOf(suite.cases)}>`,
      ...suite.cases.map((one) => caseElement(one, names)),
      '  </testsuite>',
    ]),
    '</testsuites>',
    '',
  ].join('\n');
}

/** JUnit XML, written at the end: a suite for each play, a case for each host and task. */
export function junitReporter(names: Names = {}): Reporter<JunitState> {
  return {
    start: [],
    next(state, event) {
      if (event.kind === 'play-start') {
        const batch = event.batch && event.batch.of > 1 ? ` (batch ${event.batch.number})` : '';
        return {state: [...state, {name: `${event.name}${batch}`, cases: []}], text: ''};
      }
      if (event.kind === 'host-result') {
        const {host, task, outcome} = event;
        const last = state.at(-1) ?? {name: '', cases: []};
        return {state: [...state.slice(0, -1), {...last, cases: [...last.cases, {host, task, outcome}]}], text: ''};
      }
      return {state, text: event.kind === 'run-end' ? document(state, names) : ''};
    },
  };
}
