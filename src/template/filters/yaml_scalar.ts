/** Which YAML 1.1 texts stay what they are when written plain, and which need quotes; PyYAML's choice. */

/** Plain texts that YAML 1.1 reads as something else than a string. */
const meaningful: readonly RegExp[] = [
  /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/,
  /^(?:~|null|Null|NULL|)$/,
  /^(?:[-+]?0b[01_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/,
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/,
  /^(?:\d{4}-\d\d-\d\d|\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?)$/,
  /^(?:<<|=|[!&*])$/,
];

const resolvesToOther = (text: string): boolean => meaningful.some((pattern) => pattern.test(text));

export interface Analysis {
  readonly empty: boolean;
  readonly multiline: boolean;
  readonly allowPlainFlow: boolean;
  readonly allowPlainBlock: boolean;
  readonly allowSingle: boolean;
}

const breaks = '\n\x85\u2028\u2029';
const blanksAndBreaks = '\0 \t\r\n\x85\u2028\u2029';

const isPrintable = (character: string): boolean => {
  const code = character.codePointAt(0) ?? 0;
  if (character === '\n' || (code >= 0x20 && code <= 0x7e) || code === 0x85) return true;
  return code !== 0xfeff && ((code >= 0xa0 && code <= 0xd7ff) || (code >= 0xe000 && code <= 0xfffd));
};

/** How a text may be written. */
export function analyse(text: string): Analysis {
  if (text === '')
    return {empty: true, multiline: false, allowPlainFlow: false, allowPlainBlock: true, allowSingle: true};
  const characters = [...text];
  const marks = indicators(characters);
  const around = blanks(characters);
  const special = characters.some((character) => !isPrintable(character));
  const multiline = characters.some((character) => breaks.includes(character));
  const quotesOnly = special || around.spaceThenBreak;
  const noPlain = quotesOnly || around.breakThenSpace || around.atEdge || multiline;
  return {
    empty: false,
    multiline,
    allowPlainFlow: !noPlain && !marks.flow,
    allowPlainBlock: !noPlain && !marks.block,
    allowSingle: !quotesOnly && !around.breakThenSpace,
  };
}

/** Characters that would be read as YAML's own signs. */
function indicators(characters: readonly string[]): {flow: boolean; block: boolean} {
  const start = characters.slice(0, 3).join('');
  let block = start === '---' || start === '...';
  let flow = block;
  characters.forEach((character, index) => {
    const before = index === 0 || blanksAndBreaks.includes(characters[index - 1] ?? '');
    const after = index === characters.length - 1 || blanksAndBreaks.includes(characters[index + 1] ?? '');
    const first = index === 0;
    if (first && '#,[]{}&*!|>\'"%@`'.includes(character)) flow = block = true;
    if (',?[]{}:'.includes(character)) flow = true;
    if ((character === ':' || (first && character === '?')) && after) block = true;
    if (first && character === '-' && after) flow = block = true;
    if (!first && character === '#' && before) flow = block = true;
  });
  return {flow, block};
}

function blanks(characters: readonly string[]): {atEdge: boolean; breakThenSpace: boolean; spaceThenBreak: boolean} {
  const kind = (character: string | undefined): 'space' | 'break' | 'other' =>
    character === ' ' ? 'space' : character !== undefined && breaks.includes(character) ? 'break' : 'other';
  const pairs = characters.map((character, index) => `${kind(characters[index - 1])}-${kind(character)}`);
  return {
    atEdge: kind(characters[0]) !== 'other' || kind(characters.at(-1)) !== 'other',
    breakThenSpace: pairs.includes('break-space'),
    spaceThenBreak: pairs.includes('space-break'),
  };
}

export type ScalarStyle = 'plain' | 'single' | 'double';

/** @param isKey the text is a key written on one line; @param plainMeans whether plain text would be read back as this value. */
export function chooseStyle(
  text: string,
  analysis: Analysis,
  where: {readonly isKey: boolean; readonly inFlow: boolean; readonly isText: boolean},
): ScalarStyle {
  const readBack = !where.isText || !resolvesToOther(text);
  const plainAllowed = where.inFlow ? analysis.allowPlainFlow : analysis.allowPlainBlock;
  if (readBack && plainAllowed && !(where.isKey && (analysis.empty || analysis.multiline))) return 'plain';
  return analysis.allowSingle && !(where.isKey && analysis.multiline) ? 'single' : 'double';
}
