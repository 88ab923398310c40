import {clean} from './text.js';

/** Strings that YAML would read as something else, or that would not look like themselves. */
const needsQuotes =
  /^$|^[\s\-?:,[\]{}#&*!|>'"%@`]|\s$|:\s|:$|\s#|^(?:true|false|null|yes|no|on|off|~)$|^[-+]?[\d.]+(?:e[-+]?\d+)?$/i;

const scalar = (value: unknown): string => {
  if (typeof value === 'string') return needsQuotes.test(value) ? JSON.stringify(value) : value;
  if (value === undefined || value === null) return 'null';
  return String(value);
};

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null;

const entriesOf = (value: object): [string, unknown][] =>
  value instanceof Map ? [...value].map(([key, item]) => [String(key), item]) : Object.entries(value);

/** A member, as one line after its head (`key:`, `-`), or indented below it. */
function member(head: string, value: unknown, listItem: boolean): string[] {
  if (typeof value === 'string' && /\n/.test(value)) {
    const text = clean(value);
    const chomp = text.endsWith('\n') ? '' : '-';
    return [
      `${head} |${chomp}`,
      ...text
        .replace(/\n$/, '')
        .split('\n')
        .map((line) => (line === '' ? '' : `  ${line}`)),
    ];
  }
  if (!isContainer(value)) return [`${head} ${clean(scalar(value))}`];
  const lines = valueLines(value);
  if (lines.length === 1 && /^(?:\[\]|\{\})$/.test(lines[0] ?? '')) return [`${head} ${lines[0]}`];
  const [first = '', ...rest] = lines;
  if (listItem) return [`${head} ${first}`, ...rest.map((line) => (line === '' ? '' : `  ${line}`))];
  return [head, ...lines.map((line) => (line === '' ? '' : `  ${line}`))];
}

/** A value as lines that read like YAML, texts of several lines as blocks. For people: it need not parse. */
export function valueLines(value: unknown): string[] {
  if (Array.isArray(value)) return value.length === 0 ? ['[]'] : value.flatMap((item) => member('-', item, true));
  if (isContainer(value)) {
    const entries = entriesOf(value);
    return entries.length === 0
      ? ['{}']
      : entries.flatMap(([key, item]) => member(`${clean(scalar(key))}:`, item, false));
  }
  return clean(typeof value === 'string' ? value : scalar(value)).split('\n');
}

/** Members of a result that debug does not say. */
export const spokenWithout: readonly string[] = ['changed', 'failed', 'skipped', 'item', 'ansible_loop_var'];

/** A result as `-v` shows it: without what the status word says already, and without the same text twice. */
export function resultLines(result: Readonly<Record<string, unknown>>, hidden: readonly string[] = []): string[] {
  const shown = Object.entries(result).filter(
    ([key]) =>
      !hidden.includes(key) &&
      !key.startsWith('_ansible_') &&
      !['invocation', 'diff', 'results'].includes(key) &&
      !(key.endsWith('_lines') && key.slice(0, -'_lines'.length) in result),
  );
  return shown.length === 0 ? [] : valueLines(Object.fromEntries(shown));
}
