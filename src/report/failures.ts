import {formatWhere, type Where} from '../errors/index.js';
import type {Failure, HostOutcome} from '../events/types.js';
import {clean, linesOf} from './text.js';
import type {TextOptions} from './types.js';

/** What failed; the result's message where the engine gave no failure of its own. A command that ran is named. */
export function failureOf(outcome: HostOutcome): Failure {
  const {msg} = outcome.result;
  const failure = outcome.failure ?? {
    what: typeof msg === 'string' && msg !== '' ? msg : `the task ${outcome.status}`,
    details: [],
  };
  const ran = commandOf(outcome.result);
  return ran === undefined ? failure : {...failure, details: [ran, ...failure.details]};
}

const commandOf = ({cmd, rc}: HostOutcome['result']): string | undefined => {
  if (typeof rc !== 'number' || (typeof cmd !== 'string' && !Array.isArray(cmd))) return undefined;
  return `$ ${Array.isArray(cmd) ? cmd.map(String).join(' ') : cmd} (exit code ${rc})`;
};

export const placeName = (where: Where, options: TextOptions): string =>
  formatWhere({...where, file: options.nameOf?.(where.file) ?? where.file});

/** The source line with a caret under the column. */
function excerpt(where: Where, options: TextOptions): string[] {
  const source = options.lineAt?.(where);
  if (source === undefined || source.trim() === '') return [];
  const before = source.length - source.trimStart().length;
  const caret = Math.max(0, where.column - 1 - before);
  return [`| ${clean(source.trim())}`, `| ${' '.repeat(caret)}^`];
}

/** First the sentence, then where it was written with that line, then details as lines of their own, then the way out. */
export function failureLines(
  failure: Failure,
  options: TextOptions,
): {readonly first: string; readonly rest: string[]} {
  const {palette} = options;
  const [first = '', ...more] = linesOf(failure.what);
  const place = failure.where
    ? [
        palette.faint(`at ${placeName(failure.where, options)}`),
        ...(failure.secretLine === true ? [] : excerpt(failure.where, options).map(palette.faint)),
      ]
    : [];
  const [hint = '', ...hintRest] = linesOf(failure.hint ?? '');
  const reasons = (failure.reasons ?? []).flatMap((reason, index) => {
    const own = failureLines(reason, options);
    return [`${index + 1}. ${own.first}`, ...own.rest.map((line) => `   ${line}`)];
  });
  return {
    first,
    rest: [
      ...more,
      ...place,
      ...failure.details.flatMap((detail) => linesOf(detail)).map((line) => `> ${line}`),
      ...reasons,
      ...(hint === '' ? [] : [`hint: ${hint}`, ...hintRest.map((line) => `      ${line}`)]),
    ],
  };
}
