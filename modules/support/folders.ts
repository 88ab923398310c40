/** Folders that must be made before something can be put somewhere. */
import type {Predicted} from '../../src/module/index.js';
import {joinScripts, raw} from '../../src/shell/index.js';
import {lookAt, overlayPath, type PathSeen} from './path_state.js';
import {parentPath} from './path_word.js';

/** Reports, as `above`, the deepest thing that exists at or above the path in `q_path`, which it changes. */
export const lookAbove = joinScripts([
  raw(`
while [ ! -e "$q_path" ] && [ ! -L "$q_path" ]; do
  case $q_path in
  */*) q_path=\${q_path%/*}; q_path=\${q_path:-/} ;;
  *) q_path=. ;;
  esac
done`),
  lookAt('above', {follow: true}),
]);

/** Sets `q_path` to its own folder. */
export const toParent = raw(`case $q_path in */*) q_path=\${q_path%/*}; q_path=\${q_path:-/} ;; *) q_path=. ;; esac`);

/** Folders from the first missing one down to `path`, which itself is missing. */
export function missingFolders(path: string, above: string): string[] {
  const folders: string[] = [];
  for (let at = path; at !== above && at !== '/' && at !== '.'; at = parentPath(at)) folders.unshift(at);
  return folders;
}

/**
 * The deepest thing that exists above a path when earlier tasks are counted in.
 * @param seen what the host has there now; undefined if the path itself was there
 */
export function overlayAbove(path: string, seen: PathSeen | undefined, predicted: Predicted): PathSeen | 'unknown' {
  for (let at = parentPath(path); ; at = parentPath(at)) {
    const corrected = overlayPath(at === seen?.path ? seen : {path: at}, predicted);
    if (corrected === undefined) return 'unknown';
    if (corrected.stat !== undefined) return corrected;
    const top = at === '/' || at === '.';
    // The path was there, so all above it was too, but for what an earlier task takes away.
    const wasThere = seen === undefined && predicted.get({kind: 'path', path: at}) === undefined;
    if (top || wasThere) return {path: at, stat: {type: 'directory'}};
  }
}
