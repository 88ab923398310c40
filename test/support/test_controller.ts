/** The controller as modules' `prepare` sees it, over a folder of its own: what contract tests and unit tests hand in. */
import {createHash} from 'node:crypto';
import {chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {dirname, isAbsolute, join, relative} from 'node:path';
import {contentOfBytes} from '../../src/module/content.js';
import type {Controller, Data, HostView} from '../../src/module/index.js';

export interface TestController extends Controller {
  readonly folder: string;
  dispose(): Promise<void>;
}

async function listFiles(directory: string): Promise<string[]> {
  const entries = await readdir(directory, {recursive: true, withFileTypes: true});
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .sort();
}

/** `{{ name }}` only: what templates can do is tested where they are made. */
const render = (text: string, values: Data): string =>
  text.replaceAll(/\{\{ *(\w+) *\}\}/g, (_, name: string) => String(values[name] ?? ''));

export async function testController(
  files: Readonly<Record<string, string | Buffer>> = {},
  variables: Data = {},
): Promise<TestController> {
  const folder = await mkdtemp(join(tmpdir(), 'quorate-controller-'));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), {recursive: true});
    await writeFile(join(folder, name), content);
    if (name.endsWith('.sh')) await chmod(join(folder, name), 0o755);
  }
  return {
    folder,
    findFile: (_kind, name) => (isAbsolute(name) ? name : join(folder, name)),
    readFile: (path) => readFile(path),
    async contentOf(path) {
      const bytes = await readFile(path);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return {kind: 'file', localPath: path, sha256, sizeBytes: (await stat(path)).size};
    },
    contentOfBytes,
    renderTemplate: (text, _file, extra) => render(text, {...variables, ...extra}),
    listFiles,
    once: (_key, work) => work(),
    cacheDir: join(folder, '.cache'),
    now: () => new Date(),
    signal: new AbortController().signal,
    dispose: () => rm(folder, {recursive: true, force: true}),
  };
}

export const testHost = (more: Partial<HostView> = {}): HostView => ({
  name: 'box',
  checkMode: false,
  diffMode: true,
  facts: {},
  become: false,
  user: undefined,
  ...more,
});
