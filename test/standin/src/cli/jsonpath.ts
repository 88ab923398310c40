/** kubectl's JSONPath, as much as scripts use: fields, indexes, `[*]`, `..` not, filters, range/end, quoted text. */

type Node = unknown;

interface Text {
  readonly kind: 'text';
  readonly text: string;
}
interface Path {
  readonly kind: 'path';
  readonly steps: readonly Step[];
}
interface Range {
  readonly kind: 'range';
  readonly steps: readonly Step[];
  readonly body: readonly Part[];
}
type Part = Text | Path | Range;

type Step =
  | {readonly kind: 'field'; readonly name: string}
  | {readonly kind: 'index'; readonly at: number}
  | {readonly kind: 'all'}
  | {readonly kind: 'filter'; readonly steps: readonly Step[]; readonly operator: string; readonly value: string};

const ESCAPES: Readonly<Record<string, string>> = {n: '\n', t: '\t', r: '\r', '\\': '\\', '"': '"', "'": "'"};

const unquote = (text: string): string => text.replace(/\\(.)/g, (_, letter: string) => ESCAPES[letter] ?? letter);

const STEP =
  /^(?:\.?([^.[\]\s\\]+(?:\\.[^.[\]\s\\]*)*)|\.?\[(\d+|-\d+)\]|\.?\[\*\]|\.?\['([^']+)'\]|\.?\[\?\(@([^=!]+?)\s*(==|!=)\s*["']?([^"')]*)["']?\)\]|\.\*|\.)/;

const stepsOf = (text: string): Step[] => {
  const steps: Step[] = [];
  let rest = text.replace(/^\$/, '').replace(/^@/, '');
  while (rest !== '') {
    const found = STEP.exec(rest);
    if (!found) throw new Error(`error: error parsing jsonpath ${text}, unrecognized ${rest}`);
    const [whole, field, index, quoted, filter, operator = '', value = ''] = found;
    rest = rest.slice(whole.length);
    if (filter !== undefined) steps.push({kind: 'filter', steps: stepsOf(filter), operator, value});
    else if (index !== undefined) steps.push({kind: 'index', at: Number(index)});
    else if (field === '*' || /\*\]?$/.test(whole)) steps.push({kind: 'all'});
    else if (quoted !== undefined || field !== undefined)
      steps.push({kind: 'field', name: quoted ?? (field ?? '').replaceAll('\\.', '.')});
  }
  return steps;
};

/** Reads parts up to the end, or up to the `{end}` of a range. */
const parse = (text: string, from = 0): {parts: Part[]; at: number} => {
  const parts: Part[] = [];
  let at = from;
  while (at < text.length) {
    const open = text.indexOf('{', at);
    const plain = text.slice(at, open < 0 ? text.length : open);
    if (plain !== '') parts.push({kind: 'text', text: plain});
    if (open < 0) return {parts, at: text.length};
    const close = text.indexOf('}', open);
    if (close < 0) throw new Error('error: error parsing jsonpath, unclosed action');
    const inner = text.slice(open + 1, close).trim();
    at = close + 1;
    if (inner === 'end') return {parts, at};
    const quoted = /^["'](.*)["']$/s.exec(inner)?.[1];
    if (quoted !== undefined) parts.push({kind: 'text', text: unquote(quoted)});
    else if (inner.startsWith('range ')) {
      const body = parse(text, at);
      parts.push({kind: 'range', steps: stepsOf(inner.slice(6).trim()), body: body.parts});
      at = body.at;
    } else parts.push({kind: 'path', steps: stepsOf(inner)});
  }
  return {parts, at};
};

const values = (node: Node): Node[] => (Array.isArray(node) ? node : Object.values((node ?? {}) as object));

const take = (node: Node, step: Step): Node[] => {
  switch (step.kind) {
    case 'all':
      return values(node);
    case 'index':
      return Array.isArray(node) && node.at(step.at) !== undefined ? [node.at(step.at)] : [];
    case 'filter':
      return values(node).filter((one) => {
        const [found] = walk(one, step.steps);
        return (shown(found) === step.value) === (step.operator === '==');
      });
    default: {
      const value = (node as Record<string, Node> | null | undefined)?.[step.name];
      return value === undefined ? [] : [value];
    }
  }
};

const walk = (node: Node, steps: readonly Step[]): Node[] =>
  steps.reduce<Node[]>((nodes, step) => nodes.flatMap((one) => take(one, step)), [node]);

const shown = (value: Node): string =>
  value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);

const render = (node: Node, parts: readonly Part[]): string =>
  parts
    .map((part) => {
      if (part.kind === 'text') return part.text;
      const found = walk(node, part.steps);
      return part.kind === 'path' ? found.map(shown).join(' ') : found.map((one) => render(one, part.body)).join('');
    })
    .join('');

export const jsonpath = (template: string, object: unknown): string => render(object, parse(template).parts);
