import {joinScripts, raw, type Script, sh} from '../../src/shell/index.js';

const reference = /\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})/g;

/** Whether only the host can tell what path is meant: `~`, `~user`, `$VAR`, as Ansible's type `path` has them. */
export const isDynamicPath = (path: string): boolean => path.startsWith('~') || path.search(reference) >= 0;

/** A word for the right side of an assignment; a variable that is not set stays as it is written, as in Ansible. */
function expandedWord(text: string): Script {
  const parts: Script[] = [];
  let at = 0;
  for (const match of text.matchAll(reference)) {
    const name = match[1] ?? match[2] ?? '';
    if (match.index > at) parts.push(sh`${text.slice(at, match.index)}`);
    parts.push(sh`${raw(`\${${name}-`)}${quotedAlways(match[0])}${raw('}')}`);
    at = match.index + match[0].length;
  }
  if (at < text.length) parts.push(sh`${text.slice(at)}`);
  return joinScripts(parts, '');
}

const quotedAlways = (text: string): Script => raw(`'${text}'`);

/**
 * Assigns a word to a shell variable, `~`, `~user` and `$VAR` expanded on the host. The tilde stands in an assignment of
 * its own: busybox ash drops what follows an unknown `~user`.
 */
export function assignWord(variable: string, word: string): Script {
  const tilde = /^~[A-Za-z0-9_][A-Za-z0-9_.-]*(?=\/|$)|^~(?=\/|$)/.exec(word)?.[0];
  if (tilde === undefined) return sh`${raw(variable)}=${expandedWord(word)}`;
  return sh`q_home=${raw(tilde)}; ${raw(variable)}=$q_home${expandedWord(word.slice(tilde.length))}`;
}

/** Assigns a path; one that begins with a dash gets `./` before it, so that no tool takes it for an option. */
export const assignPath = (variable: string, path: string): Script =>
  path.startsWith('-') ? assignWord(variable, `./${path}`) : assignWord(variable, path);

/** A path without trailing slashes, doubled slashes and `.` parts. */
export function normalPath(path: string): string {
  const absolute = path.startsWith('/');
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return absolute ? `/${parts.join('/')}` : parts.join('/') || '.';
}

export const parentPath = (path: string): string => {
  const at = path.lastIndexOf('/');
  return at < 0 ? '.' : at === 0 ? '/' : path.slice(0, at);
};

export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** `below` taken from `base`; an absolute one stays. */
export const joinPath = (base: string, below: string): string =>
  below.startsWith('/') ? normalPath(below) : normalPath(`${base}/${below}`);
