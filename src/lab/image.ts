import {createHash} from 'node:crypto';
import {existsSync} from 'node:fs';
import {mkdir, readdir, rename, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {withLock} from './lock.js';
import {type ImageRecipe, imageRecipe} from './recipe.js';
import {removeFolder} from './remove.js';
import {run} from './run.js';
import type {LabPlaces} from './types.js';

export const defaultMirror = 'http://deb.debian.org/debian';

interface MakeOptions {
  readonly say?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly mirror?: string | undefined;
}

export const hashOf = (data: unknown): string =>
  createHash('sha256').update(JSON.stringify(data)).digest('hex').slice(0, 12);

/**
 * Makes a folder under `parent` once: `fill` writes a new folder, which is then renamed to its name. Several processes
 * may ask for it at the same time; what a crash left half-made is removed by the next one.
 */
export async function makeOnce(
  parent: string,
  name: string,
  fill: (dir: string, lockFd: number) => Promise<void>,
  signal?: AbortSignal,
): Promise<string> {
  const path = join(parent, name);
  if (existsSync(path)) return path;
  await withLock(
    join(parent, '.lock'),
    async (fd) => {
      if (existsSync(path)) return;
      for (const entry of await readdir(parent)) if (entry.startsWith('.new-')) await removeFolder(join(parent, entry));
      const fresh = join(parent, `.new-${name}`);
      // Its setuid programs are for hosts, not for this machine's users.
      await mkdir(fresh, {mode: 0o700});
      await fill(fresh, fd);
      await rename(fresh, path);
    },
    {signal},
  );
  return path;
}

/** The root of the image; made by mmdebstrap the first time (half a minute), read-only from then on. */
export async function ensureImage(places: LabPlaces, options: MakeOptions = {}): Promise<string> {
  const recipe = imageRecipe(options.mirror ?? defaultMirror);
  const dir = await makeOnce(
    join(places.cacheDir, 'images'),
    hashOf(recipe),
    async (fresh, fd) => {
      options.say?.(`Making the hosts' Debian 12 root once, from ${recipe.mirror}`);
      await bootstrap(recipe, fresh, fd, options.signal);
    },
    options.signal,
  );
  return join(dir, 'root');
}

async function bootstrap(recipe: ImageRecipe, dir: string, holdFd: number, signal?: AbortSignal): Promise<void> {
  const setup = join(dir, 'setup.sh');
  const customize = join(dir, 'customize.sh');
  await writeFile(setup, recipe.setup);
  await writeFile(customize, recipe.customize);
  const argv = [
    // It mounts this machine's /proc, /sys and /dev; should it die, they and all it has started must go with it.
    ...['unshare', '--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child', '--mount-proc'],
    'mmdebstrap',
    '--mode=root',
    `--include=${recipe.packages.join(',')}`,
    ...recipe.options,
    `--setup-hook=sh ${setup} "$1"`,
    recipe.suite,
    join(dir, 'root'),
    recipe.mirror,
  ];
  await run(argv, {holdFd, signal});
  await run(['sh', customize, join(dir, 'root')], {holdFd, signal});
  await rm(setup);
  await rm(customize);
}
