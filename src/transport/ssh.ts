/** The SSH connection. The one file that knows the library ssh2. */
import type {Duplex} from 'node:stream';
import ssh2, {type AnyAuthMethod, type ClientChannel, type ConnectConfig, type ParsedKey} from 'ssh2';
import {TransportError, type TransportPhase} from '../errors/index.js';
import {dial} from './dial.js';
import {type HostKeyCheck, hostKeyCheck, type KnownHostsFiles} from './host_keys.js';
import {type KeyRing, type LoginPlan, LoginSequence, loginError} from './login.js';
import {keepaliveMisses, keepaliveMs, SshConnection} from './ssh_connection.js';
import type {SshTarget} from './target.js';
import {within} from './timing.js';
import type {Connection} from './types.js';
import {wholePackets} from './whole_packets.js';

export type ClientAuth = AnyAuthMethod;
export type Ssh2Client = InstanceType<typeof ssh2.Client>;
export type Ssh2Channel = ClientChannel;
type Ssh2Agent = InstanceType<typeof ssh2.OpenSSHAgent>;

/** A key that can sign, from a file or in an agent. */
export interface ClientKey {
  /** As in a .pub file, decoded. */
  readonly publicBlob: Buffer;
  auth(username: string): ClientAuth;
}

/** What this library does with keys, for those who must not import it. */
export interface SshCrypto {
  /** The key, or why it cannot be used. */
  parseKey(data: Buffer, passphrase: string | undefined): ClientKey | Error;
  agentKeys(socketPath: string): Promise<ClientKey[]>;
}

export const sshCrypto: SshCrypto = {
  parseKey(data, passphrase) {
    const parsed = ssh2.utils.parseKey(data, passphrase);
    // Some files hold a list; the first key counts, as in ssh.
    const key = Array.isArray(parsed) ? (parsed[0] as ParsedKey) : parsed;
    if (key instanceof Error) return key;
    if (!key.isPrivateKey()) return new Error('it is a public key');
    return {publicBlob: key.getPublicSSH(), auth: (username) => ({type: 'publickey', username, key})};
  },
  async agentKeys(socketPath) {
    const agent = new ssh2.OpenSSHAgent(socketPath);
    const list = () =>
      new Promise<ParsedKey[]>((resolve, reject) => {
        agent.getIdentities((error, keys) => (error ? reject(error) : resolve((keys ?? []).filter(isParsedKey))));
      });
    const timedOut = () => new Error(`no answer within ${agentMs / 1000} s`);
    const keys = await within({ms: agentMs, timedOut}, list);
    return keys.map((key) => ({
      publicBlob: key.getPublicSSH(),
      auth: (username) => ({type: 'agent', username, agent: oneKey(socketPath, key)}),
    }));
  },
};

const isParsedKey = (key: object): key is ParsedKey => 'getPublicSSH' in key;

/** The agent, showing one of its keys. */
function oneKey(socketPath: string, key: ParsedKey): Ssh2Agent {
  const agent = new ssh2.OpenSSHAgent(socketPath);
  agent.getIdentities = (done) => done(undefined, [key]);
  return agent;
}

/** Best first; what the library verifies. */
const hostKeyAlgorithms = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
  'ssh-rsa',
] as const;

const agentMs = 5_000;

export interface SshContext {
  readonly knownHosts: KnownHostsFiles;
  readonly keys: KeyRing;
}

/**
 * Connects and logs in, over `via` if there is a bastion, within the target's connect timeout.
 * Throws TransportError with the phase that failed, or the signal's reason.
 */
export async function connectSsh(
  target: SshTarget,
  context: SshContext,
  signal?: AbortSignal,
  via?: () => Promise<Duplex>,
): Promise<Connection> {
  const [check, plan] = await Promise.all([
    hostKeyCheck(target.hostKeys, context.knownHosts, hostKeyAlgorithms),
    context.keys.plan(target),
  ]);
  const attempt = new SshAttempt(target, check, plan);
  // A bastion has its own timeout; what is counted here is this host alone.
  const tunnel = await via?.();
  return within(
    {ms: target.connectTimeoutMs, signals: [signal], timedOut: () => attempt.timedOut()},
    (bounded) => attempt.connect(bounded, tunnel),
    (connection) => void connection.close(),
  );
}

class SshAttempt {
  readonly #target: SshTarget;
  readonly #check: HostKeyCheck;
  readonly #plan: LoginPlan;
  readonly #login: LoginSequence;
  readonly #client = new ssh2.Client();
  #phase: TransportPhase = 'tcp';
  #refusal: TransportError | undefined;
  #hostKey: Buffer | undefined;

  constructor(target: SshTarget, check: HostKeyCheck, plan: LoginPlan) {
    this.#target = target;
    this.#check = check;
    this.#plan = plan;
    this.#login = new LoginSequence(plan);
  }

  async connect(signal: AbortSignal, tunnel: Duplex | undefined): Promise<Connection> {
    const sock =
      tunnel ??
      (await dial(this.#target, signal, (phase) => {
        this.#phase = phase;
      }));
    this.#phase = 'kex';
    const stop = () => sock.destroy();
    signal.addEventListener('abort', stop, {once: true});
    try {
      await this.#handshake(sock);
      await this.#check.proved();
    } catch (error) {
      sock.destroy();
      throw error;
    } finally {
      signal.removeEventListener('abort', stop);
    }
    return new SshConnection(this.#client, this.#target, sock);
  }

  timedOut(): TransportError {
    const seconds = this.#target.connectTimeoutMs / 1000;
    const {host, address, port} = this.#target;
    const waiting = {dns: `for the address of ${address}`, tcp: 'for an answer', kex: 'for the SSH handshake'};
    return new TransportError({
      phase: this.#phase,
      what: `cannot connect to ${host} (${address}:${port}): waited ${seconds} s ${waiting[this.#phase as keyof typeof waiting] ?? 'to be let in'}`,
      hint: 'is the host up, does a firewall stand between? --timeout or ansible_timeout waits longer',
    });
  }

  #handshake(sock: Duplex): Promise<void> {
    const client = this.#client;
    return new Promise((resolve, reject) => {
      const fail = (error: Error) => {
        if (this.#isFinal(error)) this.#explain(error.message).then(reject, reject);
      };
      client.on('error', fail);
      client.once('close', () => this.#explain('the host closed the connection').then(reject, reject));
      client.once('handshake', () => {
        this.#phase = 'auth';
      });
      client.once('ready', () => {
        client.removeAllListeners();
        // Whoever takes the connection over hears of its end by `close`; an error nobody listens to would end the program.
        client.on('error', () => undefined);
        resolve();
      });
      client.connect(this.#config(sock));
    });
  }

  #config(sock: Duplex): ConnectConfig {
    const {user: username, agentForward, agentSocket} = this.#target;
    return {
      sock: wholePackets(sock),
      username,
      // Our own timer covers the whole attempt.
      readyTimeout: 0,
      keepaliveInterval: keepaliveMs,
      keepaliveCountMax: keepaliveMisses,
      algorithms: {serverHostKey: [...this.#check.algorithms] as (typeof hostKeyAlgorithms)[number][]},
      hostVerifier: (key: Buffer) => {
        // Asked again whenever keys are exchanged anew: then only the first key will do.
        if (this.#hostKey) return this.#hostKey.equals(key);
        this.#refusal = this.#check.verify(key);
        if (!this.#refusal) this.#hostKey = Buffer.from(key);
        return this.#refusal === undefined;
      },
      authHandler: (offered, partial) => this.#login.next(offered, partial),
      // For channels that ask to forward it; logging in has keys of its own.
      ...(agentForward && agentSocket !== undefined ? {agent: agentSocket} : {}),
    };
  }

  /** The library also reports what it goes on after: an agent that did not sign, a key that cannot. */
  #isFinal(error: Error): boolean {
    const level = 'level' in error ? error.level : undefined;
    return level !== 'agent' && (level !== 'client-authentication' || this.#login.exhausted);
  }

  async #explain(message: string): Promise<Error> {
    if (this.#refusal) return this.#refusal;
    const {host, address, port} = this.#target;
    if (this.#phase === 'auth')
      return loginError(this.#target, this.#plan, this.#login, this.#login.exhausted ? undefined : message);
    const unlike = /no matching/i.test(message);
    return new TransportError({
      phase: 'kex',
      what: `no SSH connection with ${host} (${address}:${port}): ${message}`,
      hint: unlike
        ? 'this host and the built-in client share no such algorithm: update sshd there, or set ansible_connection: openssh'
        : 'does sshd listen on this port? It also hangs up when too many log in at once (MaxStartups) or after failed logins (PerSourcePenalties)',
    });
  }
}
