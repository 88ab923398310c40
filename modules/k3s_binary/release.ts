import {createHash} from 'node:crypto';
import {createReadStream, createWriteStream} from 'node:fs';
import {mkdir, readdir, readFile, rename, rm, stat, writeFile} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';
import {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import type {ReadableStream} from 'node:stream/web';
import {binaryName} from '../../src/cluster/index.js';
import {messageOf, ParamsError, TaskError} from '../../src/errors/index.js';

/** One published binary: its address and the sha256 that its release publishes (docs "installation/airgap"). */
export interface Release {
  readonly url: string;
  readonly sha256: string;
}

export interface ReleaseWanted {
  readonly version: string;
  readonly arch: string;
  /** `https://github.com/k3s-io/k3s/releases/download`, or a mirror that keeps its layout. */
  readonly base: string;
  readonly cacheDir: string;
  readonly signal: AbortSignal;
}

/** How often a download that breaks off is taken up again. */
const attempts = 3;

const causeOf = (error: unknown): string =>
  messageOf(error instanceof Error && error.cause !== undefined ? error.cause : error);

async function get(url: string, signal: AbortSignal, from = 0): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, {signal, redirect: 'follow', headers: from > 0 ? {range: `bytes=${from}-`} : {}});
  } catch (error) {
    throw new TaskError({
      what: `${url} cannot be fetched: ${causeOf(error)}`,
      hint: 'without internet here, set k3s_binary to a file on this machine, or k3s_download_url to a mirror',
    });
  }
  if (!response.ok && !(from > 0 && response.status === 416)) {
    throw new TaskError({
      what: `${url} answers ${response.status} ${response.statusText}`,
      ...(response.status === 404 ? {hint: 'is k3s_version a published release, written like v1.33.4+k3s1?'} : {}),
    });
  }
  return response;
}

async function writeWhole(path: string, text: string): Promise<void> {
  const beside = `${path}.${process.pid}`;
  await writeFile(beside, text);
  await rename(beside, path);
}

/** Looks up a release's sha256; the list of sums is kept, since a published release does not change. */
export async function findRelease(wanted: ReleaseWanted): Promise<Release> {
  const name = binaryName(wanted.arch);
  if (name === undefined)
    throw new ParamsError({what: `K3s publishes no binary for '${wanted.arch}'`, hint: 'build one and set k3s_binary'});
  const base = wanted.base.replace(/\/$/, '');
  const folder = `${base}/${encodeURIComponent(wanted.version)}`;
  // Lists of another mirror are other lists.
  const mirror = createHash('sha256').update(base).digest('hex').slice(0, 12);
  const kept = join(wanted.cacheDir, 'k3s', mirror, wanted.version, name.sums);
  let sums = await readFile(kept, 'utf8').catch(() => undefined);
  if (sums === undefined) {
    sums = await (await get(`${folder}/${name.sums}`, wanted.signal)).text();
    await mkdir(dirname(kept), {recursive: true});
    await writeWhole(kept, sums);
  }
  const sha256 = sums
    .split('\n')
    .map((line) => /^([0-9a-f]{64})\s+\*?(\S+)$/.exec(line.trim()))
    .find((match) => match?.[2] === name.file)?.[1];
  if (sha256 === undefined)
    throw new TaskError({what: `${folder}/${name.sums} names no ${name.file}`, hint: `remove ${kept} and try again`});
  return {url: `${folder}/${name.file}`, sha256};
}

/** Downloads a release into the cache once, by its hash; what does not match the published sum is not kept. */
export async function download(release: Release, cacheDir: string, signal: AbortSignal): Promise<string> {
  const path = join(cacheDir, 'k3s', release.sha256);
  if ((await hashOf(path)) === release.sha256) return path;
  await mkdir(dirname(path), {recursive: true});
  const own = `${path}.part.${process.pid}`;
  const resumed = await claimPart(path, own);
  await fetchWhole(release.url, own, signal);
  let hash = await hashOf(own);
  if (hash !== release.sha256 && resumed) {
    // What was there may have been of another file.
    await rm(own, {force: true});
    await fetchWhole(release.url, own, signal);
    hash = await hashOf(own);
  }
  if (hash !== release.sha256) {
    await rm(own, {force: true});
    throw new TaskError({
      what: `${release.url} does not match its published sha256: got ${hash}, published ${release.sha256}`,
      hint: 'the download was damaged or altered; nothing was installed',
    });
  }
  await rename(own, path);
  return path;
}

/** Takes over what a run that ended has left of this download; one that still goes on keeps its own. */
async function claimPart(path: string, own: string): Promise<boolean> {
  const prefix = `${basename(path)}.part`;
  const parts = (await readdir(dirname(path))).filter((name) => name.startsWith(prefix));
  for (const part of parts) {
    const pid = Number(part.slice(prefix.length + 1));
    if (pid > 0 && pid !== process.pid && isAlive(pid)) continue;
    const claimed = await rename(join(dirname(path), part), own).then(
      () => true,
      // Another run was faster.
      () => false,
    );
    if (claimed) return true;
  }
  return false;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Downloads to a file, going on where it broke off; what is left after the last attempt is where the next run goes on. */
async function fetchWhole(url: string, to: string, signal: AbortSignal): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const from = await stat(to).then(
      ({size}) => size,
      () => 0,
    );
    const response = await get(url, signal, from);
    if (response.status === 416) {
      await rm(to, {force: true});
      continue;
    }
    if (response.body === null) throw new TaskError({what: `${url} answers nothing`});
    try {
      const flags = response.status === 206 ? 'a' : 'w';
      await pipeline(Readable.fromWeb(response.body as ReadableStream), createWriteStream(to, {flags}), {signal});
      return;
    } catch (error) {
      if (signal.aborted) throw error;
      if (attempt < attempts) continue;
      const {size} = await stat(to);
      await rename(to, to.replace(/\.\d+$/, ''));
      throw new TaskError({
        what: `${url} broke off ${attempts} times, the last time after ${Math.round(size / 1000)} kB: ${causeOf(error)}`,
        hint: 'run again: it goes on from there',
      });
    }
  }
}

/** Empty where there is no file. */
async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  } catch {
    return '';
  }
  return hash.digest('hex');
}
