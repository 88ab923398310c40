import {createHash} from 'node:crypto';
import {createReadStream} from 'node:fs';
import {readdir, readFile, stat} from 'node:fs/promises';
import path from 'node:path';
import {TaskError} from '../errors/index.js';
import {contentOfBytes} from '../module/content.js';
import type {Controller} from '../module/types.js';
import type {UploadContent} from '../transport/types.js';
import type {View} from './view.js';

/** Larger files are sent from where they lie; hashing reads them once a run. */
const inlineBytes = 1024 * 1024;

/** What tasks of one run share: hashes of large files, as long as size and times stay the same, and work done once. */
export class ContentCache {
  readonly #known = new Map<string, Promise<UploadContent>>();
  readonly #works = new Map<string, Promise<unknown>>();

  once<T>(key: string, work: () => Promise<T>): Promise<T> {
    const known = this.#works.get(key) as Promise<T> | undefined;
    if (known !== undefined) return known;
    const begun = work();
    this.#works.set(key, begun);
    begun.catch(() => this.#works.delete(key));
    return begun;
  }

  async contentOf(file: string): Promise<UploadContent> {
    const {size, mtimeMs, ctimeMs, ino} = await stat(file);
    if (size <= inlineBytes) return contentOfBytes(await readFile(file));
    const key = [file, size, mtimeMs, ctimeMs, ino].join('\0');
    const known = this.#known.get(key) ?? hashFile(file, size);
    this.#known.set(key, known);
    return known;
  }
}

async function hashFile(localPath: string, sizeBytes: number): Promise<UploadContent> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(localPath)) hash.update(chunk as Buffer);
  return {kind: 'file', localPath, sizeBytes, sha256: hash.digest('hex')};
}

async function listFiles(directory: string, below = ''): Promise<string[]> {
  const entries = await readdir(path.join(directory, below), {withFileTypes: true});
  const lists = await Promise.all(
    entries.map(async (entry) => {
      const name = path.posix.join(below, entry.name);
      return entry.isDirectory() ? listFiles(directory, name) : [name];
    }),
  );
  return lists.flat().sort();
}

/** The controller as a task's `prepare` sees it. */
export function controllerOf(view: View, contents: ContentCache, signal: AbortSignal): Controller {
  const {options} = view.play.run;
  return {
    findFile: (kind, name) => options.loader.findFile(kind, name, view.node),
    readFile: (file) => readFile(file),
    contentOf: (file) => readable(file, () => contents.contentOf(file)),
    contentOfBytes,
    renderTemplate: (text, file, extra = {}) => options.templates.renderFile(text, view.with({extra}).context, {file}),
    listFiles: (directory) => readable(directory, () => listFiles(directory)),
    once: (key, work) => contents.once(key, work),
    cacheDir: options.cacheDir,
    now: () => new Date(options.clock.now()),
    signal,
  };
}

async function readable<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    throw new TaskError({what: `cannot read ${file} on the controller`, cause});
  }
}
