/** Files compressed once on the controller and sent to many hosts: a cache on disk, by content. */
import {randomUUID} from 'node:crypto';
import {createReadStream, createWriteStream} from 'node:fs';
import {lstat, mkdir, open, readdir, rename, rm, stat, utimes, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {pipeline} from 'node:stream/promises';
import {createGzip} from 'node:zlib';

export interface LocalFile {
  readonly localPath: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** Level 1 is several times faster than the default and nearly as good on programs. */
const level = 1;
/** Compression that saves less than this part is not worth unpacking. */
const worthwhile = 0.9;
const keepMs = 30 * 24 * 3600 * 1000;

/** Starts of files that are compressed already. */
const packed = ['1f8b', '28b52ffd', 'fd377a585a00', '504b0304', '425a68', '04224d18'].map((hex) =>
  Buffer.from(hex, 'hex'),
);

export class CompressedFiles {
  readonly #folder: string;
  readonly #now: () => number;
  readonly #made = new Map<string, Promise<string | undefined>>();

  /** `folder` is made when first needed, for its owner only. `now` is the time of day in milliseconds. */
  constructor(folder: string, now: () => number) {
    this.#folder = folder;
    this.#now = now;
  }

  /**
   * A gzip of the file, or undefined if the file itself should be sent: it is compressed already, or nothing is gained, or the
   * cache cannot be written, which is no reason not to go on.
   */
  compressed(file: LocalFile): Promise<string | undefined> {
    const known = this.#made.get(file.sha256);
    if (known) return known;
    const made = this.#make(file).catch(() => undefined);
    this.#made.set(file.sha256, made);
    return made;
  }

  async #make(file: LocalFile): Promise<string | undefined> {
    if (await isPacked(file.localPath)) return undefined;
    await this.#prepare();
    const target = path.join(this.#folder, `${file.sha256}.gz`);
    const useless = path.join(this.#folder, `${file.sha256}.raw`);
    const now = new Date(this.#now());
    for (const name of [target, useless]) {
      const found = await utimes(name, now, now).then(
        () => true,
        () => false,
      );
      if (found) return name === target ? target : undefined;
    }
    const part = `${target}.${randomUUID()}`;
    try {
      await pipeline(
        createReadStream(file.localPath),
        createGzip({level}),
        createWriteStream(part, {mode: 0o600, flags: 'wx'}),
      );
      const {size} = await stat(part);
      if (size > file.sizeBytes * worthwhile) {
        await writeFile(useless, '', {mode: 0o600});
        return undefined;
      }
      await rename(part, target);
      return target;
    } finally {
      await rm(part, {force: true});
    }
  }

  /** Nobody else may have laid the folder out for us; what was not used for a month goes. */
  async #prepare(): Promise<void> {
    await mkdir(this.#folder, {recursive: true, mode: 0o700});
    const folder = await lstat(this.#folder);
    if (!folder.isDirectory() || folder.uid !== process.getuid?.() || (folder.mode & 0o022) !== 0)
      throw new Error(`${this.#folder} is not a folder of ours`);
    for (const name of await readdir(this.#folder)) {
      const file = path.join(this.#folder, name);
      const {mtimeMs} = await stat(file);
      if (this.#now() - mtimeMs > keepMs) await rm(file, {force: true});
    }
  }
}

async function isPacked(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const head = Buffer.alloc(8);
    await handle.read(head, 0, head.length, 0);
    return packed.some((magic) => head.subarray(0, magic.length).equals(magic));
  } finally {
    await handle.close();
  }
}

export const cacheFolder = (env: NodeJS.ProcessEnv, tmpDir: string): string =>
  env.XDG_CACHE_HOME
    ? path.join(env.XDG_CACHE_HOME, 'quorate', 'gzip')
    : path.join(tmpDir, `quorate-${process.getuid?.() ?? 0}`, 'gzip');
