/** `password`: a random text, made once and kept in a file. */
import type {Runtime} from '../eval/runtime.js';
import {textOf} from '../filters/define.js';
import {randomText} from '../filters/encoding.js';
import {filters} from '../filters/index.js';
import {Fault} from '../python/faults.js';
import {isSequence} from '../python/iterate.js';
import {SeededRandom} from '../python/mersenne.js';
import {coerceInt} from '../python/numbers.js';
import {lookup, type Options, texts} from './define.js';

const letters = 'abcdefghijklmnopqrstuvwxyz';

/** Python's names for sets of characters. */
const sets: Readonly<Record<string, string>> = {
  ascii_letters: letters + letters.toUpperCase(),
  ascii_lowercase: letters,
  ascii_uppercase: letters.toUpperCase(),
  digits: '0123456789',
  hexdigits: '0123456789abcdefABCDEF',
  octdigits: '01234567',
  punctuation: '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
};

function alphabetOf(chars: unknown): string {
  const names =
    chars === undefined
      ? ['ascii_letters', 'digits', '.,:-_']
      : isSequence(chars)
        ? chars.map(textOf)
        : textOf(chars).split(',');
  return [...new Set(names.map((name) => sets[name] ?? name).join(''))].join('');
}

function fresh(runtime: Runtime, options: Options): string {
  const length = coerceInt(options.get('length') ?? 20, 'the length');
  const alphabet = alphabetOf(options.get('chars'));
  if (length < 1 || alphabet === '') throw new Fault('a password needs at least one character');
  const seed = options.get('seed');
  if (seed === undefined || seed === null) return randomText(runtime, alphabet, length);
  const seeded = new SeededRandom(textOf(seed));
  return Array.from({length}, () => alphabet[seeded.below(alphabet.length)] ?? '').join('');
}

/** What the file holds: the password, and the salt its hash was made with. */
function readStored(text: string): {password: string; salt: string | undefined} {
  const line = text.replace(/\n$/, '');
  const match = /^(.*) salt=(\S+)( ident=\S+)?$/s.exec(line);
  return match ? {password: match[1] ?? '', salt: match[2]} : {password: line, salt: undefined};
}

function hashed(runtime: Runtime, password: string, type: string, salt: string | undefined): string {
  return textOf(filters.get('password_hash')?.run(runtime, password, [type, salt ?? null, null, null, null]));
}

function password(runtime: Runtime, term: string, given: Options): string {
  const [path = '', ...words] = term.split(/\s+(?=\w+=)/);
  const options = new Map([
    ...given,
    ...words.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)] as const),
  ]);
  const type =
    options.get('encrypt') === undefined || options.get('encrypt') === null
      ? undefined
      : textOf(options.get('encrypt'));
  const host = runtime.context.lookups;
  if (path === '/dev/null')
    return type === undefined ? fresh(runtime, options) : hashed(runtime, fresh(runtime, options), type, undefined);
  const stored = host.exists(path) ? readStored(host.readFile(path)) : undefined;
  const value = stored?.password ?? fresh(runtime, options);
  const salt =
    type === undefined ? undefined : (stored?.salt ?? randomText(runtime, `./${sets.digits}${sets.ascii_letters}`, 16));
  if (!stored || (salt !== undefined && stored.salt === undefined)) {
    if (!host.writeSecret) throw new Fault(`the new password cannot be kept in '${path}' here`);
    host.writeSecret(path, `${value}${salt === undefined ? '' : ` salt=${salt}`}\n`);
  }
  return type === undefined ? value : hashed(runtime, value, type, salt);
}

export const passwordLookup = lookup(['length', 'chars', 'encrypt', 'seed', 'ident'], (terms, options, runtime) =>
  texts(terms).map((term) => password(runtime, term, options)),
);

export const randomStringLookup = lookup(
  [
    'length',
    'upper',
    'lower',
    'numbers',
    'special',
    'override_all',
    'override_special',
    'min_lower',
    'min_upper',
    'min_numeric',
    'min_special',
    'base64',
  ],
  (_terms, options, runtime) => {
    const on = (name: string): boolean => options.get(name) !== false;
    const override = options.get('override_all');
    const special = options.get('override_special') ?? sets.punctuation;
    const parts = [
      on('lower') ? letters : '',
      on('upper') ? letters.toUpperCase() : '',
      on('numbers') ? sets.digits : '',
      on('special') ? textOf(special) : '',
    ];
    return [
      randomText(
        runtime,
        override === undefined || override === null ? parts.join('') : textOf(override),
        coerceInt(options.get('length') ?? 8, 'the length'),
      ),
    ];
  },
);
