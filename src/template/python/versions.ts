/** Version numbers as the `version` test compares them. */
import {Fault, TypeFault} from './faults.js';
import {pyCompare} from './ordering.js';

/** `1.31.12+k3s1` -> [1, 31, 12, '+', 'k', 3, 's', 1]: numbers and the texts between them, dots dropped. */
export const looseVersion = (text: string): (number | string)[] =>
  text
    .split(/(\d+|[a-z]+|\.)/)
    .filter((part) => part !== '' && part !== '.')
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));

function compareLoose(left: string, right: string): number {
  try {
    return pyCompare(looseVersion(left), looseVersion(right));
  } catch (error) {
    if (!(error instanceof TypeFault)) throw error;
    throw new Fault(`'${left}' and '${right}' cannot be compared: a number stands where the other has a text`);
  }
}

/** `1.2.3a4`: two or three numbers and perhaps a pre-release. */
function compareStrict(left: string, right: string): number {
  const read = (text: string): {numbers: number[]; pre: readonly [string, number] | undefined} => {
    const match = /^(\d+)\.(\d+)(?:\.(\d+))?(?:([ab])(\d+))?$/.exec(text);
    if (!match) throw new Fault(`'${text}' is not a strict version (two or three numbers, perhaps a1 or b1)`);
    return {
      numbers: [match[1], match[2], match[3] ?? '0'].map(Number),
      pre: match[4] === undefined ? undefined : [match[4], Number(match[5])],
    };
  };
  const [a, b] = [read(left), read(right)];
  const numbers = pyCompare(a.numbers, b.numbers);
  if (numbers !== 0 || (!a.pre && !b.pre)) return numbers;
  if (!a.pre || !b.pre) return a.pre ? -1 : 1;
  return pyCompare([...a.pre], [...b.pre]);
}

const semanticForm =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?$/;

function compareSemantic(left: string, right: string): number {
  const read = (text: string): {numbers: number[]; pre: string[] | undefined} => {
    const match = semanticForm.exec(text);
    if (!match) throw new Fault(`'${text}' is not a semantic version`);
    return {numbers: [match[1], match[2], match[3]].map(Number), pre: match[4]?.split('.')};
  };
  const [a, b] = [read(left), read(right)];
  const numbers = pyCompare(a.numbers, b.numbers);
  if (numbers !== 0) return numbers;
  if (!a.pre || !b.pre) return (a.pre ? 0 : 1) - (b.pre ? 0 : 1);
  return comparePre(a.pre, b.pre);
}

/** Numbers before texts, then by value; the shorter one first. */
function comparePre(left: readonly string[], right: readonly string[]): number {
  for (let index = 0; index < left.length && index < right.length; index++) {
    const [a = '', b = ''] = [left[index], right[index]];
    const [isNumberA, isNumberB] = [/^\d+$/.test(a), /^\d+$/.test(b)];
    if (isNumberA !== isNumberB) return isNumberA ? -1 : 1;
    const order = isNumberA ? Number(a) - Number(b) : pyCompare(a, b);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

const preOrder: Readonly<Record<string, number>> = {
  dev: -4,
  a: -3,
  alpha: -3,
  b: -2,
  beta: -2,
  rc: -1,
  c: -1,
  pre: -1,
  preview: -1,
};

/** Python's own scheme, without local versions. */
function comparePep440(left: string, right: string): number {
  const read = (text: string): number[] => {
    const match =
      /^v?(?:(\d+)!)?(\d+(?:\.\d+)*)[-_.]?(?:(a|b|c|rc|alpha|beta|pre|preview)[-_.]?(\d*))?(?:[-_.]?(?:post|rev|r)[-_.]?(\d*)|-(\d+))?(?:[-_.]?dev[-_.]?(\d*))?(?:\+.*)?$/i.exec(
        text.trim(),
      );
    if (!match) throw new Fault(`'${text}' is not a PEP 440 version`);
    const [, epoch = '0', release = '', pre, preNumber, post, postDash, dev] = match;
    const numbers = release.split('.').map(Number);
    while (numbers.length < 8) numbers.push(0);
    const isDevOnly = pre === undefined && dev !== undefined && post === undefined && postDash === undefined;
    const preRank = pre === undefined ? (isDevOnly ? (preOrder.dev ?? 0) : 0) : (preOrder[pre.toLowerCase()] ?? 0);
    const postRank = post === undefined && postDash === undefined ? -1 : Number(post || postDash || 0);
    return [
      Number(epoch),
      ...numbers,
      preRank,
      Number(preNumber || 0),
      postRank,
      dev === undefined ? Number.MAX_SAFE_INTEGER : Number(dev || 0),
    ];
  };
  return pyCompare(read(left), read(right));
}

const schemes = {
  loose: compareLoose,
  strict: compareStrict,
  semver: compareSemantic,
  semantic: compareSemantic,
  pep440: comparePep440,
} as const;

const operators: Readonly<Record<string, (order: number) => boolean>> = {
  eq: (order) => order === 0,
  ne: (order) => order !== 0,
  lt: (order) => order < 0,
  le: (order) => order <= 0,
  gt: (order) => order > 0,
  ge: (order) => order >= 0,
};

const signs: Readonly<Record<string, string>> = {
  '==': 'eq',
  '=': 'eq',
  '!=': 'ne',
  '<>': 'ne',
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
};

export function compareVersions(left: string, right: string, operator: string, scheme: string): boolean {
  const compare = Object.hasOwn(schemes, scheme) ? schemes[scheme as keyof typeof schemes] : undefined;
  if (!compare) throw new Fault(`there is no version_type '${scheme}' (there are: ${Object.keys(schemes).join(', ')})`);
  const decide = operators[signs[operator] ?? operator];
  if (!decide)
    throw new Fault(
      `'${operator}' is not an operator (there are: ${[...Object.keys(signs), ...Object.keys(operators)].join(', ')})`,
    );
  return decide(compare(left, right));
}
