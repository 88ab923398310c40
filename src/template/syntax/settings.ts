/** Delimiters and white-space rules, and the `#jinja2:` line that changes them. */
import {SyntaxFault} from './faults.js';

export interface Settings {
  readonly blockStart: string;
  readonly blockEnd: string;
  readonly variableStart: string;
  readonly variableEnd: string;
  readonly commentStart: string;
  readonly commentEnd: string;
  /** The line feed after a block or comment is removed. Ansible's default, unlike Jinja's. */
  readonly trimBlocks: boolean;
  /** Blanks before a block, from the start of its line, are removed. */
  readonly lstripBlocks: boolean;
  readonly keepTrailingNewline: boolean;
  readonly newline: string;
}

export const ansibleSettings: Settings = {
  blockStart: '{%',
  blockEnd: '%}',
  variableStart: '{{',
  variableEnd: '}}',
  commentStart: '{#',
  commentEnd: '#}',
  trimBlocks: true,
  lstripBlocks: false,
  keepTrailingNewline: false,
  newline: '\n',
};

export const headerMark = '#jinja2:';

const keys: Readonly<Record<string, keyof Settings>> = {
  block_start_string: 'blockStart',
  block_end_string: 'blockEnd',
  variable_start_string: 'variableStart',
  variable_end_string: 'variableEnd',
  comment_start_string: 'commentStart',
  comment_end_string: 'commentEnd',
  trim_blocks: 'trimBlocks',
  lstrip_blocks: 'lstripBlocks',
  keep_trailing_newline: 'keepTrailingNewline',
  newline_sequence: 'newline',
};

/** Takes the `#jinja2: key: value, ...` line off; `skipped` is its length. */
export function readHeader(text: string, settings: Settings): {readonly settings: Settings; readonly skipped: number} {
  if (!text.startsWith(headerMark)) return {settings, skipped: 0};
  const end = text.indexOf('\n');
  if (end === -1) throw new SyntaxFault(`a line feed is missing after the ${headerMark} line`, 0);
  const changed: Record<string, unknown> = {...settings};
  for (const pair of splitPairs(text.slice(headerMark.length, end))) {
    const match = /^\s*(\w+)\s*:\s*(.*?)\s*$/s.exec(pair);
    const key = keys[match?.[1] ?? ''];
    if (!match || key === undefined)
      throw new SyntaxFault(
        `'${pair.trim()}' in the ${headerMark} line is not a setting: ${Object.keys(keys).join(', ')}`,
        0,
      );
    changed[key] = literal(match[2] ?? '', typeof settings[key]);
  }
  return {settings: changed as unknown as Settings, skipped: end + 1};
}

/** At commas outside quotes. */
const splitPairs = (line: string): string[] => line.match(/(?:'[^']*'|"[^"]*"|[^,])+/g) ?? [];

function literal(text: string, type: string): unknown {
  if (type === 'boolean') {
    if (/^true$/i.test(text)) return true;
    if (/^false$/i.test(text)) return false;
  } else {
    const quoted = /^(['"])(.*)\1$/s.exec(text);
    if (quoted?.[2]) return quoted[2].replaceAll('\\n', '\n').replaceAll('\\r', '\r');
  }
  throw new SyntaxFault(
    `${text || 'nothing'} in the ${headerMark} line is not a ${type === 'boolean' ? 'True or False' : 'quoted string'}`,
    0,
  );
}
