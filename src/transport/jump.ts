/** Bastions: one connection each for a whole run, shared by all hosts behind it. */
import type {Duplex} from 'node:stream';
import {TransportError} from '../errors/index.js';
import type {Jump} from './jump_spec.js';
import {connectSsh, type SshContext} from './ssh.js';
import {resolveTarget, type SshTarget, type Surroundings} from './target.js';
import {within} from './timing.js';
import type {Connection, ConnectionSpec} from './types.js';

/** Bastions that name each other in their own configuration would never end. */
const longestChain = 8;

export class Bastions {
  readonly #around: Surroundings;
  readonly #context: SshContext;
  readonly #signal: AbortSignal;
  readonly #open = new Map<string, Promise<Connection>>();

  /** `signal` fires when the run is over. */
  constructor(around: Surroundings, context: SshContext, signal: AbortSignal) {
    this.#around = around;
    this.#context = context;
    this.#signal = signal;
  }

  /** Connects to a host through its bastions, if it has any. Throws TransportError, or the signal's reason. */
  async connect(spec: ConnectionSpec, target: SshTarget, signal: AbortSignal): Promise<Connection> {
    return this.#through(spec, target, target.jumps, signal, 0);
  }

  async close(): Promise<void> {
    const open = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(open.map(async (connection) => (await connection.catch(() => undefined))?.close()));
  }

  #through(
    spec: ConnectionSpec,
    target: SshTarget,
    jumps: readonly Jump[],
    signal: AbortSignal,
    depth: number,
  ): Promise<Connection> {
    const last = jumps.at(-1);
    if (!last) return connectSsh(target, this.#context, signal);
    if (depth === longestChain)
      throw new TransportError({phase: 'config', what: `more than ${longestChain} bastions before ${spec.host}`});
    return connectSsh(target, this.#context, signal, () =>
      this.#tunnel(spec, target, last, jumps.slice(0, -1), signal, depth),
    );
  }

  /** A connection to the target's port as the bastion sees it. */
  async #tunnel(
    spec: ConnectionSpec,
    target: SshTarget,
    jump: Jump,
    before: readonly Jump[],
    signal: AbortSignal,
    depth: number,
  ): Promise<Duplex> {
    const bastion = await within({signals: [signal]}, () => this.#bastion(spec, jump, before, depth));
    try {
      return await bastion.forward(target.address, target.port, {signal, timeoutMs: target.connectTimeoutMs});
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      throw new TransportError({
        phase: 'tcp',
        what: `cannot reach ${target.host} (${target.address}:${target.port}) from the bastion ${bastion.description}`,
        hint: 'is the host up as the bastion sees it, and does the bastion allow forwarding (AllowTcpForwarding)?',
        cause: error,
      });
    }
  }

  #bastion(spec: ConnectionSpec, jump: Jump, before: readonly Jump[], depth: number): Promise<Connection> {
    const id = JSON.stringify([jump, before, spec.hostKeys, spec.knownHostsFiles, spec.sshConfigFile]);
    const known = this.#open.get(id);
    if (known) return known;
    const made = this.#connect(spec, jump, before, depth);
    this.#open.set(id, made);
    const forget = () => {
      if (this.#open.get(id) === made) this.#open.delete(id);
    };
    made.then((connection) => connection.closed.then(forget), forget);
    return made;
  }

  /**
   * As with ssh, a bastion has its own options: those of ssh_config and of the command that names it. How keys of hosts are checked
   * is passed on; the host's key, password and passphrase are not.
   */
  async #connect(spec: ConnectionSpec, jump: Jump, before: readonly Jump[], depth: number): Promise<Connection> {
    const own: ConnectionSpec = {
      kind: 'ssh',
      host: `bastion ${jump.address}`,
      address: jump.address,
      hostKeys: spec.hostKeys,
      sshArgs: jump.sshArgs,
      connectTimeoutMs: spec.connectTimeoutMs,
      ...(jump.port === undefined ? {} : {port: jump.port}),
      ...(jump.user === undefined ? {} : {user: jump.user}),
      ...(spec.knownHostsFiles === undefined ? {} : {knownHostsFiles: spec.knownHostsFiles}),
      ...(spec.sshConfigFile === undefined ? {} : {sshConfigFile: spec.sshConfigFile}),
    };
    const target = await resolveTarget(own, this.#around);
    // A chain that is written out wins over what its members' configuration says.
    const jumps = before.length > 0 ? before : target.jumps;
    try {
      return await this.#through(own, target, jumps, this.#signal, depth + 1);
    } catch (error) {
      if (!(error instanceof TransportError) || error.phase !== 'auth') throw error;
      const hint = `${error.hint}; a bastion is logged in to with the keys of ssh_config and of the agent, not with the host's`;
      throw new TransportError({phase: 'auth', what: error.what, hint, cause: error.cause});
    }
  }
}
