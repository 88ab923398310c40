/** The ssh program of this machine under the same frames: for certificates, FIDO keys, GSSAPI and ProxyCommand. */
import {Duplex} from 'node:stream';
import {TransportError, type TransportPhase} from '../errors/index.js';
import {ChildChannel} from './child_channel.js';
import {lastWordsMs, settles, within} from './timing.js';
import {type Channel, type Connection, type ConnectionSpec, ForwardRefusedError} from './types.js';

/** Says that the login shell runs; whichever it is, it understands these words. */
const greeting = 'quorate-is-here';
/** ssh's own exit code, whatever went wrong. */
const sshFailed = 255;
/** What a login may take beyond the connection itself: a hardware key to be touched, a slow start-up file. */
const loginMs = 60_000;

interface OpenOptions {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

export class OpensshConnection implements Connection {
  readonly description: string;
  readonly closed: Promise<string>;
  readonly #spec: ConnectionSpec;
  readonly #env: NodeJS.ProcessEnv;
  readonly #running = new Set<ChildChannel>();
  #end: (why: string) => void = () => undefined;

  constructor(spec: ConnectionSpec, env: NodeJS.ProcessEnv) {
    if (spec.password ?? spec.passphrase)
      throw new TransportError({
        phase: 'config',
        what: `${spec.host} has ${spec.password ? 'a password' : 'a passphrase'}, which the ssh program would ask a terminal for`,
        hint: 'put the key into ssh-agent, or set ansible_connection: ssh for this host',
      });
    this.#spec = spec;
    this.#env = env;
    this.description = `${spec.user === undefined ? '' : `${spec.user}@`}${spec.address} over openssh`;
    this.closed = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /** Each channel is a login of its own. */
  async open(command: string, options: OpenOptions = {}): Promise<Channel> {
    const channel = this.#start(['-T', ...this.#args(), '--', this.#spec.address, `echo ${greeting}; ${command}`]);
    const ms = this.#spec.connectTimeoutMs + (options.timeoutMs ?? loginMs);
    const timedOut = () =>
      new TransportError({phase: 'channel', what: `${this.#spec.host} gave no shell within ${ms / 1000} s`});
    try {
      await within({ms, signals: [options.signal], timedOut}, () => this.#greeted(channel));
      return channel;
    } catch (error) {
      channel.kill();
      throw error;
    }
  }

  async forward(address: string, port: number): Promise<Duplex> {
    const target = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
    const channel = this.#start(['-T', ...this.#args(), '-W', target, '--', this.#spec.address]);
    let said = '';
    channel.stderr.on('data', (bytes: Buffer) => {
      said = (said + bytes.toString('utf8')).slice(-4096);
    });
    const stream = Duplex.from({readable: channel.stdout, writable: channel.stdin});
    stream.on('error', () => undefined).once('close', () => channel.kill());
    // The program does not say that the connection stands, only that it does not.
    void channel.exit.then(async (exit) => {
      await settles(channel.closed, lastWordsMs);
      if (exit.kind !== 'exit' || exit.code === 0) return;
      stream.destroy(forwardFailed(this.#spec.host, target, said.trim()) ?? opensshError(this.#spec, exit.code, said));
    });
    return stream;
  }

  async close(): Promise<void> {
    for (const channel of this.#running) channel.kill();
    await settles(Promise.all([...this.#running].map((channel) => channel.closed)), lastWordsMs);
    this.#end('closed by us');
  }

  #start(args: readonly string[]): ChildChannel {
    const channel = new SshProgram('ssh', args, {env: this.#env});
    this.#running.add(channel);
    void channel.closed.then(() => this.#running.delete(channel));
    return channel;
  }

  /** The inventory's options first: of each the first one counts. */
  #args(): string[] {
    const {port, user, privateKeyFile, hostKeys, knownHostsFiles, sshConfigFile, connectTimeoutMs, sshArgs} =
      this.#spec;
    const option = (name: string, value: string | number) => ['-o', `${name}=${value}`];
    const policy = {
      strict: [],
      'accept-new': option('StrictHostKeyChecking', 'accept-new'),
      off: option('StrictHostKeyChecking', 'no'),
    };
    return [
      ...(sshConfigFile === undefined ? [] : ['-F', sshConfigFile]),
      ...option('BatchMode', 'yes'),
      ...option('ConnectTimeout', Math.max(1, Math.ceil(connectTimeoutMs / 1000))),
      ...(port === undefined ? [] : option('Port', port)),
      ...(user === undefined ? [] : option('User', user)),
      ...(privateKeyFile === undefined ? [] : option('IdentityFile', `"${privateKeyFile}"`)),
      ...policy[hostKeys],
      ...(knownHostsFiles === undefined
        ? []
        : option('UserKnownHostsFile', knownHostsFiles.map((file) => `"${file}"`).join(' '))),
      ...(sshArgs ?? []),
      ...option('ControlMaster', 'no'),
      ...option('ControlPath', 'none'),
      ...option('ServerAliveInterval', 10),
      ...option('ServerAliveCountMax', 3),
      ...option('EscapeChar', 'none'),
    ];
  }

  /** Waits until the login shell speaks, and takes what came before that out of the stream. */
  #greeted(channel: ChildChannel): Promise<void> {
    const {stdout, stderr} = channel;
    let said = '';
    const listen = (bytes: Buffer) => {
      said = (said + bytes.toString('utf8')).slice(-4096);
    };
    stderr.on('data', listen);
    return new Promise<void>((resolve, reject) => {
      let seen = Buffer.alloc(0);
      const look = (bytes: Buffer) => {
        seen = Buffer.concat([seen, bytes]);
        const at = seen.indexOf(`${greeting}\n`);
        if (at === -1) return;
        stdout.pause().removeListener('data', look);
        stdout.unshift(seen.subarray(at + greeting.length + 1));
        resolve();
      };
      stdout.on('data', look);
      void channel.exit.then(async (exit) => {
        await settles(channel.closed, lastWordsMs);
        const why = exit.kind === 'lost' ? exit.why : said.trim();
        reject(opensshError(this.#spec, exit.kind === 'exit' ? exit.code : undefined, why));
      });
    }).finally(() => stderr.pause().removeListener('data', listen));
  }
}

/** What ssh prints where the far end does not open the connection; undefined where it says something else. */
function forwardFailed(host: string, target: string, said: string): ForwardRefusedError | undefined {
  const [, why = ''] = /open failed: (?:connect failed: )?(.*)/.exec(said) ?? [];
  if (why === '') return undefined;
  const forbidden = /administratively prohibited/.test(why);
  return new ForwardRefusedError({
    refusal: forbidden ? 'forbidden' : 'failed',
    said: forbidden ? '' : why.trim(),
    what: forbidden
      ? `${host} opens no connections to elsewhere`
      : `${host} cannot connect to ${target}: ${why.trim()}`,
  });
}

/** Closing a channel of this kind is ending its program. */
class SshProgram extends ChildChannel {
  override destroy(): void {
    this.kill();
  }
}

const signs: readonly [said: RegExp, phase: TransportPhase, hint: string][] = [
  [
    /could not resolve hostname/i,
    'dns',
    'correct the name, set ansible_host to an address, or look at the name server',
  ],
  [
    /host key verification failed|remote host identification has changed|no .* host key is known/i,
    'hostkey',
    'add the key to known_hosts, or run once with --accept-new-host-keys; a key that changed must be looked into',
  ],
  [
    /permission denied|too many authentication failures|no more authentication methods/i,
    'auth',
    'this transport asks for nothing: use a key without passphrase, or ssh-agent',
  ],
  [
    /connection refused|timed out|no route to host|network is unreachable/i,
    'tcp',
    'is the host up, is sshd on this port, does a firewall stand between?',
  ],
  [
    /bad configuration option|unsupported option|bad owner or permissions/i,
    'config',
    'correct ssh_config or ansible_ssh_common_args',
  ],
  [
    /kex_exchange_identification|no matching|banner exchange/i,
    'kex',
    'does sshd listen on this port? It also hangs up when too many log in at once (MaxStartups)',
  ],
];

function opensshError(spec: ConnectionSpec, code: number | undefined, said: string): TransportError {
  const sign = signs.find(([pattern]) => pattern.test(said));
  const missing = /ENOENT/.test(said);
  return new TransportError({
    phase: sign?.[1] ?? 'session',
    what: missing
      ? 'there is no ssh program on this machine'
      : `ssh to ${spec.host} (${spec.address}) ended${code === undefined || code === sshFailed ? '' : ` with exit code ${code}`}: ${said || 'it said nothing'}`,
    hint: missing ? 'install openssh-client' : (sign?.[2] ?? `try it by hand: ssh ${spec.address} /bin/sh`),
  });
}
