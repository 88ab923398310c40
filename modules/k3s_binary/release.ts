import {createHash} from 'node:crypto';
import {createReadStream, createWriteStream} from 'node:fs';
import {mkdir, readFile, rename, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
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

async function get(url: string, signal: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, {signal, redirect: 'follow'});
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    throw new TaskError({
      what: `${url} cannot be fetched: ${messageOf(cause)}`,
      hint: 'without internet here, set k3s_binary to a file, or k3s_download_url to a mirror; `k3s_download: host` lets each host download it',
    });
  }
  if (!response.ok) {
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
  const folder = `${wanted.base.replace(/\/$/, '')}/${encodeURIComponent(wanted.version)}`;
  const kept = join(wanted.cacheDir, 'k3s', wanted.version, name.sums);
  let sums = await readFile(kept, 'utf8').catch(() => undefined);
  if (sums === undefined) {
    sums = await (await get(`${folder}/${name.sums}`, wanted.signal)).text();
    await mkdir(join(kept, '..'), {recursive: true});
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
  if (
    await hashOf(path).then(
      (hash) => hash === release.sha256,
      () => false,
    )
  )
    return path;
  const response = await get(release.url, signal);
  if (response.body === null) throw new TaskError({what: `${release.url} answers nothing`});
  const beside = `${path}.${process.pid}`;
  await mkdir(join(cacheDir, 'k3s'), {recursive: true});
  await pipeline(
    Readable.fromWeb(response.body as import('node:stream/web').ReadableStream),
    createWriteStream(beside),
    {signal},
  );
  const hash = await hashOf(beside);
  if (hash !== release.sha256) {
    await rm(beside, {force: true});
    throw new TaskError({
      what: `${release.url} does not match its published sha256: got ${hash}, published ${release.sha256}`,
      hint: 'the download was damaged or altered; nothing was installed',
    });
  }
  await rename(beside, path);
  return path;
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
