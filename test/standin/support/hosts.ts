/** Throw-away hosts without systemd: a network namespace each on one bridge, with /etc and /var/lib of their own. */

import {type ChildProcess, execFileSync, spawn, spawnSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {
  copyFileSync,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

const ip = (...args: string[]) => execFileSync('ip', args, {stdio: ['ignore', 'pipe', 'pipe']});

/** Why such hosts cannot be made here; undefined if they can. */
export const whyNot = (): string | undefined => {
  if (process.getuid?.() !== 0) return 'needs root for network namespaces';
  const missing = ['ip', 'unshare', 'setpriv', 'mount'].filter(
    (name) => spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0,
  );
  return missing.length > 0 ? `needs ${missing.join(', ')}` : undefined;
};

export interface Ran {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Waits until `look` gives something; throws with `what` after the deadline. */
export const until = async <T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  seconds = 60,
): Promise<T> => {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
};

export class Host {
  readonly name: string;
  readonly address: string;
  readonly #namespace: string;
  readonly #folder: string;
  readonly #k3s: string;
  #service: ChildProcess | undefined;
  /** the exit status of the service that was started last, once it has ended */
  exited: number | string | undefined;

  constructor(name: string, address: string, namespace: string, folder: string, k3s: string) {
    this.name = name;
    this.address = address;
    this.#namespace = namespace;
    this.#folder = folder;
    this.#k3s = k3s;
    this.#makeFolders();
  }

  #makeFolders(): void {
    for (const part of ['etc', 'lib']) mkdirSync(join(this.#folder, part), {recursive: true});
    for (const name of ['passwd', 'group', 'nsswitch.conf', 'hosts', 'os-release']) {
      if (existsSync(`/etc/${name}`)) copyFileSync(`/etc/${name}`, join(this.#folder, 'etc', name));
    }
  }

  /** The host's /etc and /var/lib are folders of its own, nearly empty at first. */
  #command(args: readonly string[]): string[] {
    const enter = `mount --bind "$1/etc" /etc && mount --bind "$1/lib" /var/lib && hostname "$2" && shift 2 && exec "$@"`;
    const outside = ['netns', 'exec', this.#namespace, 'unshare', '--mount', '--uts', 'sh', '-c', enter, 'host'];
    return [...outside, this.#folder, this.name, ...args];
  }

  run(command: readonly string[], input = ''): Ran {
    const {status, stdout, stderr} = spawnSync('ip', this.#command(command), {
      input,
      encoding: 'utf8',
      env: this.#env({}),
    });
    return {status, out: stdout, err: stderr};
  }

  k3s(...args: string[]): Ran {
    return this.run([this.#k3s, ...args]);
  }

  kubectl(...args: string[]): Ran {
    return this.k3s('kubectl', ...args);
  }

  /** Starts `k3s ARGS` as a service would be; its log is `log()`. */
  start(args: readonly string[], env: Readonly<Record<string, string>> = {}): void {
    const log = createWriteStream(this.#logFile, {flags: 'a'});
    this.exited = undefined;
    // Should this process be killed, its hosts' services go with it.
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'ip', ...this.#command([this.#k3s, ...args])], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: this.#env(env),
    });
    child.stdout.pipe(log, {end: false});
    child.stderr.pipe(log, {end: false});
    child.on('exit', (code, signal) => {
      this.exited = signal ?? code ?? 'gone';
    });
    this.#service = child;
  }

  /** The pid of k3s itself: ip, unshare and sh have each become the next by exec. */
  get pid(): number | undefined {
    return this.#service?.pid;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (!this.#service || this.exited !== undefined) return;
    this.#service.kill(signal);
    await until(`${this.name} stopped by ${signal}`, () => this.exited !== undefined, 20);
  }

  /** Processes that live in the host's network namespace. */
  pids(): number[] {
    return ip('netns', 'pids', this.#namespace).toString().split('\n').filter(Boolean).map(Number);
  }

  async wipe(): Promise<void> {
    await this.stop('SIGKILL');
    for (const part of ['etc', 'lib']) rmSync(join(this.#folder, part), {recursive: true, force: true});
    this.#makeFolders();
  }

  path(path: string): string {
    const own = path.replace(/^\/var\/lib/, '/lib');
    return join(this.#folder, own);
  }

  read(path: string): string {
    return readFileSync(this.path(path), 'utf8');
  }

  write(path: string, text: string): void {
    mkdirSync(join(this.path(path), '..'), {recursive: true});
    writeFileSync(this.path(path), text);
  }

  get #logFile(): string {
    return join(this.#folder, 'log');
  }

  log(): string {
    return readFileSync(this.#logFile, 'utf8');
  }

  #env(extra: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
    return {PATH: process.env.PATH, HOME: '/root', ...extra};
  }
}

export interface Hosts {
  readonly all: readonly Host[];
  remove(): void;
}

const lastPart = 254;

/** Makes `names` hosts with addresses 10.98.0.1 and on, all on a bridge in a namespace of its own. */
export const makeHosts = (k3s: string, names: readonly string[]): Hosts => {
  const folder = mkdtempSync(join(tmpdir(), 'standin-hosts-'));
  const prefix = `standin-${randomBytes(3).toString('hex')}`;
  const bridge = `${prefix}-br`;
  const namespaces = [bridge, ...names.map((name) => `${prefix}-${name}`)];
  ip('netns', 'add', bridge);
  ip('-n', bridge, 'link', 'add', 'br0', 'type', 'bridge');
  ip('-n', bridge, 'addr', 'add', `10.98.0.${lastPart}/24`, 'dev', 'br0');
  ip('-n', bridge, 'link', 'set', 'br0', 'up');
  const all = names.map((name, index) => {
    const own = `${prefix}-${name}`;
    const address = `10.98.0.${index + 1}`;
    ip('netns', 'add', own);
    ip('link', 'add', `p${index}`, 'netns', bridge, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', own);
    ip('-n', bridge, 'link', 'set', `p${index}`, 'master', 'br0', 'up');
    for (const device of ['lo', 'eth0']) ip('-n', own, 'link', 'set', device, 'up');
    ip('-n', own, 'addr', 'add', `${address}/24`, 'dev', 'eth0');
    ip('-n', own, 'route', 'add', 'default', 'via', `10.98.0.${lastPart}`);
    return new Host(name, address, own, join(folder, name), k3s);
  });
  return {all, remove: () => removeHosts(folder, namespaces)};
};

const removeHosts = (folder: string, namespaces: readonly string[]): void => {
  for (const namespace of namespaces) {
    for (const pid of ip('netns', 'pids', namespace).toString().split('\n').filter(Boolean)) {
      try {
        process.kill(Number(pid), 'SIGKILL');
      } catch {
        // It ended by itself.
      }
    }
    ip('netns', 'del', namespace);
  }
  rmSync(folder, {recursive: true, force: true, maxRetries: 5, retryDelay: 200});
};
