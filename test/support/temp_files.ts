import {mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';

export interface Teardown {
  teardown(clean: () => void): void;
}

/** A folder with these files (a text, or a text and a mode), gone when the test ends. Returns its path, links resolved. */
export function tempFiles(
  t: Teardown,
  files: Readonly<Record<string, string | {readonly text: string; readonly mode: number}>>,
): string {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'quorate-')));
  t.teardown(() => rmSync(folder, {recursive: true, force: true}));
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), {recursive: true});
    const {text, mode} = typeof content === 'string' ? {text: content, mode: 0o644} : content;
    writeFileSync(file, text, {mode});
  }
  return folder;
}
