/**
 * Throw-away roots for tests of shell text: a small root file system under an overlay, in mount, pid, uts and network
 * namespaces of its own. Nothing in it reaches this machine; when its first process dies, all of it is gone.
 * Needs root (mounts and chroot).
 */
import {type ChildProcess, execFileSync, spawn} from 'node:child_process';
import {createHash} from 'node:crypto';
import {existsSync} from 'node:fs';
import {lstat, mkdtemp, readdir, readFile, readlink, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

/** The shell, and with it the tools: dash and bash have this machine's /usr, read-only; ash has busybox and nothing else. */
export type ShellKind = 'dash' | 'bash' | 'ash';
export const shellKinds: readonly ShellKind[] = ['dash', 'bash', 'ash'];

export interface RunResult {
  readonly rc: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One file system entry as a test compares it; `mtimeNs` only where a changed time is a change. */
export interface Entry {
  readonly type: string;
  readonly mode: string;
  readonly uid: number;
  readonly gid: number;
  readonly content?: string;
  readonly mtimeNs?: bigint;
}

export type Snapshot = ReadonlyMap<string, Entry>;

export interface ThrowAwayRoot {
  readonly kind: ShellKind;
  /** Runs shell text inside; stdin is empty unless given. */
  run(text: string, options?: {readonly stdin?: Buffer; readonly cwd?: string}): Promise<RunResult>;
  /** Makes what is there now the lower layer, so that `upper` begins empty again. */
  freeze(): Promise<void>;
  /** Names in the overlay's upper directory: empty as long as nothing was changed since `freeze`. */
  upper(): Promise<readonly string[]>;
  /** Everything inside but mounts (/usr, /proc, /sys, /dev). */
  snapshot(): Promise<Snapshot>;
  /** Command lines of the processes inside, without its first one. */
  processes(): Promise<readonly string[]>;
  readFile(path: string): Promise<Buffer>;
  dispose(): Promise<void>;
}

export const canMakeRoots = (): boolean => process.platform === 'linux' && process.getuid?.() === 0;

const searchPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Laid into every root: accounts to own things, and the folders a host has. */
const skeleton = `
mkdir -p "$lower"/etc "$lower"/root "$lower"/home/ann "$lower"/var/lib "$lower"/var/log "$lower"/run "$lower"/usr "$lower"/proc "$lower"/sys "$lower"/dev "$lower"/opt
mkdir -m 1777 "$lower"/tmp
chmod 700 "$lower"/root
ln -s usr/bin "$lower"/bin; ln -s usr/sbin "$lower"/sbin; ln -s usr/lib "$lower"/lib; ln -s usr/lib64 "$lower"/lib64
cat > "$lower"/etc/passwd <<'END'
root:x:0:0:root:/root:/bin/sh
daemon:x:1:1:daemon:/:/bin/false
ann:x:1000:1000:Ann:/home/ann:/bin/sh
bob:x:1001:1001::/home/bob:/bin/sh
END
cat > "$lower"/etc/group <<'END'
root:x:0:
daemon:x:1:
staff:x:50:ann
ann:x:1000:
bob:x:1001:
END
printf 'root:*:19000:0:99999:7:::\\nann:!:19000:0:99999:7:::\\nbob:!:19000:0:99999:7:::\\n' > "$lower"/etc/shadow
chmod 600 "$lower"/etc/shadow
chown 1000:1000 "$lower"/home/ann
printf '127.0.0.1 localhost\\n' > "$lower"/etc/hosts
printf 'box\\n' > "$lower"/etc/hostname
`;

/** Mounts the overlay with everything that stands on it; `$layers` are the lower directories, `$upper` a fresh one. */
const mountRoot = (kind: ShellKind): string => `
mkdir -p "$upper" "$upper.work" "$base"/root
mount -t overlay overlay -o "lowerdir=$layers,upperdir=$upper,workdir=$upper.work" "$base"/root
mount --bind ${kind === 'ash' ? '"$base"/usr' : '/usr'} "$base"/root/usr
mount -o remount,bind,ro "$base"/root/usr
mount -t proc proc "$base"/root/proc
mount -t sysfs -o ro sysfs "$base"/root/sys
mount -t tmpfs -o mode=755 none "$base"/root/dev
for device in null zero full random urandom; do : > "$base/root/dev/$device"; mount --bind "/dev/$device" "$base/root/dev/$device"; done
ln -s /proc/self/fd "$base"/root/dev/fd
mkdir "$base"/root/dev/shm
`;

/** busybox with its applets and the libraries it was linked with, as the whole of /usr. */
const busyboxUsr = `
mkdir -p "$base"/usr/bin "$base"/usr/sbin "$base"/usr/lib
cp /usr/bin/busybox "$base"/usr/bin/
ldd /usr/bin/busybox 2>/dev/null | sed -n 's/^[^/]*\\(\\/[^ ]*\\).*/\\1/p' | while read -r library; do cp -L "$library" "$base"/usr/lib/; done
ln -s lib "$base"/usr/lib64
/usr/bin/busybox --install -s "$base"/usr/bin
`;

const firstScript = (kind: ShellKind): string => `
set -e
base=$1; lower=$base/lower; upper=$base/upper0; layers=$lower
mount -t tmpfs -o mode=755 none "$base"
mkdir "$lower"
${skeleton}
${kind === 'ash' ? busyboxUsr : 'cp -a /etc/alternatives "$lower"/etc/'}
${mountRoot(kind)}
ip link set lo up
hostname box
echo ready
exec cat
`;

const collect = (child: ChildProcess): Promise<RunResult> =>
  new Promise((resolve, reject) => {
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', reject);
    child.on('close', (code, signal) =>
      resolve({
        rc: code ?? 128,
        stdout: Buffer.concat(out).toString(),
        stderr: Buffer.concat(err).toString() + (signal === null ? '' : `killed by ${signal}`),
      }),
    );
  });

const shellCommand = (kind: ShellKind): readonly string[] =>
  kind === 'ash' ? ['busybox', 'ash'] : kind === 'bash' ? ['bash', '--posix'] : ['dash'];

/** The first process of the new pid namespace: the child of `unshare`. */
const childOf = (pid: number): number => {
  const text = execFileSync('cat', [`/proc/${pid}/task/${pid}/children`], {encoding: 'utf8'});
  return Number(text.trim().split(' ')[0]);
};

async function walk(top: string, skip: ReadonlySet<string>): Promise<Map<string, Entry>> {
  const found = new Map<string, Entry>();
  const visit = async (path: string): Promise<void> => {
    const full = top + path;
    const stat = await lstat(full, {bigint: true});
    const type = stat.isDirectory() ? 'directory' : stat.isFile() ? 'file' : stat.isSymbolicLink() ? 'link' : 'other';
    const content =
      type === 'file'
        ? createHash('sha256')
            .update(await readFile(full))
            .digest('hex')
        : type === 'link'
          ? await readlink(full)
          : undefined;
    found.set(path === '' ? '/' : path, {
      type,
      mode: (Number(stat.mode) & 0o7777).toString(8),
      uid: Number(stat.uid),
      gid: Number(stat.gid),
      ...(content === undefined ? {} : {content}),
      ...(type === 'directory' ? {} : {mtimeNs: stat.mtimeNs}),
    });
    if (type !== 'directory' || skip.has(path)) return;
    for (const name of await readdir(full)) await visit(`${path}/${name}`);
  };
  await visit('');
  return found;
}

/** Paths that differ between two snapshots, sorted. Below something that came or went whole, only its top is named. */
export function changedPaths(before: Snapshot, after: Snapshot): string[] {
  const same = (a: Entry | undefined, b: Entry | undefined): boolean =>
    a !== undefined &&
    b !== undefined &&
    a.type === b.type &&
    a.mode === b.mode &&
    a.uid === b.uid &&
    a.gid === b.gid &&
    a.content === b.content &&
    a.mtimeNs === b.mtimeNs;
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => !same(before.get(path), after.get(path))).sort();
}

export async function makeRoot(kind: ShellKind): Promise<ThrowAwayRoot> {
  const base = await mkdtemp(join(tmpdir(), 'quorate-root-'));
  const first = spawn(
    'unshare',
    ['-m', '-p', '-u', '-n', '-f', '--kill-child', '--mount-proc', 'sh', '-c', firstScript(kind), 'sh', base],
    {stdio: ['pipe', 'pipe', 'pipe'], env: {PATH: searchPath}},
  );
  const ended = collect(first);
  await new Promise<void>((resolve, reject) => {
    first.stdout.once('data', () => resolve());
    ended.then((result) => reject(new Error(`no throw-away root: ${result.stderr}`)), reject);
  });
  const pid = childOf(first.pid ?? 0);
  const outside = `/proc/${pid}/root${base}`;
  let layers = `${base}/lower`;
  let generation = 0;

  const enter = (command: readonly string[], stdio: ('pipe' | 'ignore')[]): ChildProcess =>
    spawn('nsenter', ['-t', String(pid), '-m', '-p', '-u', '-n', ...command], {stdio, env: {PATH: searchPath}});

  const run: ThrowAwayRoot['run'] = (text, options = {}) => {
    const shell = shellCommand(kind);
    const environment = ['env', '-i', `PATH=${searchPath}`, 'HOME=/root', 'USER=root', 'LOGNAME=root', 'LC_ALL=C'];
    const body = 'umask 022; cd -- "$1" && shift && q_text=$(cat <&3) && exec 3<&- && eval "$q_text"';
    const child = enter(
      ['chroot', `${base}/root`, ...environment, ...shell, '-c', body, 'sh', options.cwd ?? '/root'],
      [options.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe', 'pipe'],
    );
    const feed = (stream: unknown, bytes: string | Buffer): void => {
      const writable = stream as NodeJS.WritableStream;
      // A script may end before it has read its input.
      writable.on('error', () => undefined);
      writable.end(bytes);
    };
    feed(child.stdio[3], text);
    if (options.stdin !== undefined) feed(child.stdin, options.stdin);
    return collect(child);
  };

  return {
    kind,
    run,
    async freeze() {
      layers = `${base}/upper${generation}:${layers}`;
      generation += 1;
      const text = `set -e; base=${base}; upper=$base/upper${generation}; layers=${layers}; umount -l "$base/root"; ${mountRoot(kind)}`;
      const result = await collect(enter(['sh', '-c', text], ['ignore', 'pipe', 'pipe']));
      if (result.rc !== 0) throw new Error(`cannot freeze the root: ${result.stderr}`);
    },
    upper: async () => (await readdir(`${outside}/upper${generation}`)).sort(),
    snapshot: () => walk(`${outside}/root`, new Set(['/usr', '/proc', '/sys', '/dev', '/etc/alternatives'])),
    async processes() {
      const text = 'for d in /proc/[0-9]*; do tr "\\0" " " < $d/cmdline 2>/dev/null; echo; done';
      const result = await collect(enter(['sh', '-c', text], ['ignore', 'pipe', 'pipe']));
      return result.stdout.split('\n').filter((line) => line.trim() !== '' && !/^(cat|sh -c for d in|tr) /.test(line));
    },
    readFile: (path) => readFile(`${outside}/root${path}`),
    async dispose() {
      first.stdin.end();
      // `cat` ends with its input, and with the first process the whole namespace.
      await ended;
      if (existsSync(base)) await rm(base, {recursive: true, force: true});
    },
  };
}
