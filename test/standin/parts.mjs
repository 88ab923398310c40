// The programs of the payload: this Node, etcd from Debian 13, sqlite3 and libraries from Debian 12.
// Packages are fetched with apt into a folder of its own and unpacked there; nothing is installed on this machine.

import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import {homedir} from 'node:os';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {tarOf} from './tar.mjs';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const MIRROR = process.env.QUORATE_DEBIAN_MIRROR ?? 'http://deb.debian.org/debian';

const PACKAGES = {
  trixie: ['etcd-server'],
  bookworm: ['sqlite3', 'libsqlite3-0', 'libreadline8', 'libtinfo6', 'zlib1g', 'libstdc++6', 'libgcc-s1'],
};

/** Program or library in the payload, and where the packages have it. */
const FILES = {
  'bin/etcd': 'usr/bin/etcd',
  'bin/etcdutl': 'usr/bin/etcdutl',
  'bin/sqlite3': 'usr/bin/sqlite3',
  'lib/libsqlite3.so.0': 'libsqlite3.so.0',
  'lib/libreadline.so.8': 'libreadline.so.8',
  'lib/libtinfo.so.6': 'libtinfo.so.6',
  'lib/libz.so.1': 'libz.so.1',
  'lib/libstdc++.so.6': 'libstdc++.so.6',
  'lib/libgcc_s.so.1': 'libgcc_s.so.1',
};

/** Changes when the recipe does, so that an older cached archive is not taken for this one. */
const RECIPE = 1;

const cacheFolder = () =>
  process.env.QUORATE_STANDIN_CACHE ??
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'quorate', 'standin');

const run = (command, args, options = {}) =>
  execFileSync(command, args, {stdio: ['ignore', 'pipe', 'inherit'], ...options});

/** Fetches one suite's packages into `folder` by apt with its own sources, lists and cache. */
const fetchSuite = (suite, folder, say) => {
  const apt = join(folder, `apt-${suite}`);
  for (const part of ['etc/preferences.d', 'lists/partial', 'cache/archives/partial', 'debs'])
    mkdirSync(join(apt, part), {recursive: true});
  writeFileSync(join(apt, 'etc/sources.list'), `deb [signed-by=${KEYRING}] ${MIRROR} ${suite} main\n`);
  writeFileSync(join(apt, 'status'), '');
  const options = {
    Dir: apt,
    'Dir::Etc': join(apt, 'etc'),
    'Dir::State': apt,
    'Dir::State::lists': join(apt, 'lists'),
    'Dir::State::status': join(apt, 'status'),
    'Dir::Cache': join(apt, 'cache'),
    'Acquire::Languages': 'none',
    'APT::Sandbox::User': process.getuid() === 0 ? 'root' : '',
    'APT::Install-Recommends': 'false',
  };
  const flags = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  say(`fetching ${PACKAGES[suite].join(', ')} of Debian ${suite} from ${MIRROR}`);
  run('apt-get', [...flags, '-qq', 'update']);
  run('apt-get', [...flags, '-qq', 'download', ...PACKAGES[suite]], {cwd: join(apt, 'debs')});
  for (const name of readdirSync(join(apt, 'debs'))) run('dpkg', ['-x', join(apt, 'debs', name), join(folder, 'tree')]);
};

/** The real file behind `name`: a path in the tree, or a library in one of its library folders. */
const locate = (tree, name) => {
  const folders = [
    '',
    'usr/lib',
    'lib',
    ...['usr/lib', 'lib'].flatMap((root) => {
      const path = join(tree, root);
      return existsSync(path)
        ? readdirSync(path)
            .filter((one) => one.endsWith('linux-gnu'))
            .map((one) => join(root, one))
        : [];
    }),
  ];
  const found = folders.map((folder) => join(tree, folder, name)).find((path) => existsSync(path));
  if (!found) throw new Error(`${name} is in none of the packages fetched from ${MIRROR}`);
  return realpathSync(found);
};

const stripped = (source, target, say) => {
  cpSync(source, target);
  try {
    run('strip', [target], {stdio: 'ignore'});
  } catch {
    say('strip (binutils) is not here: the file will be larger');
  }
  return readFileSync(target);
};

/** Node of another distribution may need libraries that Debian 12 has not: its own go with it then. */
const checkNode = () => {
  const needs = run('ldd', [process.execPath]).toString();
  const foreign = /lib(node|uv|cares|icu|ssl|crypto)/.exec(needs);
  if (foreign) {
    throw new Error(
      `${process.execPath} needs ${foreign[0]}, which a host may not have: build with Node as nodejs.org, NodeSource or nvm ship it`,
    );
  }
};

/** Resolves to `{file, hash}`: a gzipped tar of the programs, made once for each Node and recipe. */
export const makeParts = async (say) => {
  const identity = createHash('sha256')
    .update(JSON.stringify([RECIPE, process.version, process.arch, PACKAGES, FILES]))
    .digest('hex')
    .slice(0, 16);
  const cache = cacheFolder();
  const file = join(cache, `parts-${identity}.tar.gz`);
  const hash = () => createHash('sha256').update(readFileSync(file)).digest('hex');
  if (existsSync(file)) return {file, hash: hash()};
  checkNode();
  if (!existsSync(KEYRING)) throw new Error(`${KEYRING} is missing: install the package debian-archive-keyring`);
  mkdirSync(cache, {recursive: true});
  const work = mkdtempSync(join(cache, 'work-'));
  try {
    for (const suite of Object.keys(PACKAGES)) fetchSuite(suite, work, say);
    say(`packing with Node ${process.version} (about half a minute, once)`);
    const programs = Object.entries(FILES).map(([name, source]) => ({
      name,
      mode: 0o755,
      content: readFileSync(locate(join(work, 'tree'), source)),
    }));
    const node = {name: 'bin/k3s', mode: 0o755, content: stripped(process.execPath, join(work, 'node'), say)};
    writeFileSync(`${file}.tmp${process.pid}`, gzipSync(tarOf([node, ...programs]), {level: 9}));
    renameSync(`${file}.tmp${process.pid}`, file);
  } finally {
    rmSync(work, {recursive: true, force: true});
  }
  return {file, hash: hash()};
};
