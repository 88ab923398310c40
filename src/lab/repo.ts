import {createHash} from 'node:crypto';
import {mkdir, readdir, readFile, rename, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {LabError} from '../errors/index.js';
import {defaultMirror, hashOf, makeOnce} from './image.js';
import {run} from './run.js';
import type {LabPlaces} from './types.js';

export const defaultAptPackages: readonly string[] = ['sqlite3', 'tree'];

interface RepoOptions {
  readonly say?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly mirror?: string | undefined;
}

/**
 * A flat apt repository of the named packages and all that they need beyond the image, made once for each list.
 * A name may carry the suite it comes from (`etcd-server/trixie`); all others are bookworm's.
 */
export async function ensureAptRepo(
  places: LabPlaces,
  imageRoot: string,
  packages: readonly string[],
  options: RepoOptions = {},
): Promise<string> {
  const wanted = [...new Set(packages)].sort();
  const mirror = options.mirror ?? defaultMirror;
  return makeOnce(
    join(places.cacheDir, 'repos'),
    hashOf({wanted, mirror, imageRoot}),
    async (fresh, fd) => {
      options.say?.(`Fetching packages for the hosts' own apt repository once: ${wanted.join(' ') || 'none'}`);
      await download(fresh, imageRoot, wanted, mirror, fd, options.signal);
      await writeFile(join(fresh, 'Packages'), await packagesIndex(fresh, options.signal));
    },
    options.signal,
  );
}

const suites = ['bookworm', 'trixie'];

async function download(
  dir: string,
  imageRoot: string,
  wanted: readonly string[],
  mirror: string,
  holdFd: number,
  signal?: AbortSignal,
): Promise<void> {
  const apt = join(dir, '.apt');
  for (const sub of ['etc/apt.conf.d', 'etc/preferences.d', 'state/lists/partial', 'cache/archives/partial', 'log'])
    await mkdir(join(apt, sub), {recursive: true});
  const signedBy = '[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]';
  const sources = suites.map((suite) => `deb ${signedBy} ${mirror} ${suite} main\n`).join('');
  await writeFile(join(apt, 'etc/sources.list'), sources);
  await writeFile(join(apt, 'etc/preferences'), 'Package: *\nPin: release n=trixie\nPin-Priority: 100\n');
  const settings = {
    Dir: apt,
    'Dir::Etc': join(apt, 'etc'),
    'Dir::State': join(apt, 'state'),
    'Dir::State::status': join(imageRoot, 'var/lib/dpkg/status'),
    'Dir::Cache': join(apt, 'cache'),
    'Dir::Log': join(apt, 'log'),
    'APT::Install-Recommends': 'false',
    'APT::Sandbox::User': 'root',
  };
  const options = Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
  if (wanted.length > 0) await run(['apt-get', ...options, '-q', 'update'], {holdFd, signal});
  // One at a time: two of them may exclude each other.
  for (const name of wanted) {
    const argv = ['apt-get', ...options, '-q', '-y', '--download-only', '--reinstall', 'install', name];
    const {code, stderr} = await run(argv, {holdFd, signal, check: false});
    if (code !== 0) throw new LabError({what: `the apt repository cannot get ${name}`, cause: stderr.trim()});
  }
  const archives = join(apt, 'cache/archives');
  for (const file of await readdir(archives))
    if (file.endsWith('.deb')) await rename(join(archives, file), join(dir, file));
  await rm(apt, {recursive: true});
}

/** The index apt reads: each package's own control fields, its file, size and sum. */
async function packagesIndex(dir: string, signal?: AbortSignal): Promise<string> {
  const stanzas: string[] = [];
  for (const file of (await readdir(dir)).sort()) {
    if (!file.endsWith('.deb')) continue;
    const {stdout} = await run(['dpkg-deb', '-f', join(dir, file)], {signal});
    const bytes = await readFile(join(dir, file));
    const sum = createHash('sha256').update(bytes).digest('hex');
    stanzas.push(`${stdout.trimEnd()}\nFilename: ./${file}\nSize: ${bytes.length}\nSHA256: ${sum}\n`);
  }
  return stanzas.join('\n');
}
