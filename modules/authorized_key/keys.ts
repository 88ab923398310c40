/** Lines of an authorized_keys file. */

export interface KeyLine {
  readonly text: string;
  readonly options?: string;
  readonly type?: string;
  /** The key itself, in base64; undefined for comments and lines that are no key. */
  readonly key?: string;
  readonly comment?: string;
}

const types =
  /^(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-nistp\d+|sk-(?:ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com)(?:-cert-v01@openssh\.com)?$/;

/** Words of a line; blanks within double quotes belong to a word. */
const wordsOf = (line: string): string[] => line.match(/(?:"(?:\\.|[^"\\])*"|[^\s"])+/g) ?? [];

function readLine(text: string): KeyLine {
  if (text.trim() === '' || text.trimStart().startsWith('#')) return {text};
  const words = wordsOf(text);
  const at = words.findIndex((word) => types.test(word));
  const [type, key] = [words[at], words[at + 1]];
  if (at < 0 || type === undefined || key === undefined) return {text};
  const comment = words.slice(at + 2).join(' ');
  return {
    text,
    type,
    key,
    ...(at > 0 ? {options: words.slice(0, at).join(' ')} : {}),
    ...(comment === '' ? {} : {comment}),
  };
}

export const readKeys = (text: string): KeyLine[] => text.replace(/\n$/, '').split('\n').map(readLine);

export interface KeysWish {
  readonly key: string;
  readonly state: 'present' | 'absent';
  readonly exclusive: boolean;
  readonly key_options?: string | undefined;
  readonly comment?: string | undefined;
}

/** The file's text with the keys in it, or without them. A key is known by itself, whatever its options and comment. */
export function editKeys(text: string, wish: KeysWish): string {
  const given = readKeys(wish.key).filter((line) => line.key !== undefined);
  const lines = text === '' ? [] : readKeys(text);
  const isGiven = (line: KeyLine): boolean => given.some(({key}) => key === line.key);
  if (wish.state === 'absent')
    return joined(
      lines.filter((line) => line.key === undefined || !isGiven(line)),
      text,
    );
  const wanted = given.map((line): KeyLine => {
    const options = wish.key_options ?? line.options;
    const comment = wish.comment ?? line.comment;
    const words = [options, line.type, line.key, comment].filter((word) => word !== undefined && word !== '');
    return {...line, text: words.join(' ')};
  });
  const settings = ({options = '', key = '', comment = ''}: KeyLine): string => `${options}\n${key}\n${comment}`;
  const kept = lines.flatMap((line): KeyLine[] => {
    if (line.key === undefined) return [line];
    const same = wanted.find(({key}) => key === line.key);
    if (same === undefined) return wish.exclusive ? [] : [line];
    const read = readLine(same.text);
    // Its options and comment stay unless the task says otherwise.
    const options = wish.key_options ?? read.options ?? line.options ?? '';
    const comment = wish.comment ?? read.comment ?? line.comment ?? '';
    return settings(line) === settings({...line, options, comment})
      ? [line]
      : [
          {
            ...same,
            text: [options, same.type, same.key, comment].filter((word) => word !== '' && word !== undefined).join(' '),
          },
        ];
  });
  const missing = wanted.filter(({key}) => !lines.some((line) => line.key === key));
  return joined([...kept, ...missing], text);
}

function joined(lines: readonly KeyLine[], before: string): string {
  const text = lines.map(({text: line}) => `${line}\n`).join('');
  // A file that only lacks its last newline is as it should be.
  return text === `${before}\n` ? before : text;
}
