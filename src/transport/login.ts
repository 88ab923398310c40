/** How to log in: what is tried, in which order, and what is said when nothing was let in. */
import {access, readFile} from 'node:fs/promises';
import {messageOf, TransportError} from '../errors/index.js';
import {fingerprint, keyTypeOf} from './known_hosts.js';
import type {ClientAuth, ClientKey, SshCrypto} from './ssh.js';
import {opensshHint, unsupported} from './ssh_args.js';
import type {KeyFile, SshTarget} from './target.js';

export interface Attempt {
  readonly method: 'publickey' | 'password' | 'keyboard-interactive' | 'none';
  /** For messages. */
  readonly label: string;
  readonly auth: ClientAuth;
}

export interface LoginPlan {
  readonly attempts: readonly Attempt[];
  /** What could not be tried, and why. */
  readonly skipped: readonly string[];
}

type KeyRead =
  | {readonly kind: 'key'; readonly key: ClientKey}
  | {readonly kind: 'missing' | 'encrypted' | 'passphrase' | 'fido' | 'unreadable'; readonly why: string};

/** Private keys, each file read and decrypted once for a run. */
export class KeyRing {
  readonly #crypto: SshCrypto;
  readonly #read = new Map<string, Promise<KeyRead>>();

  constructor(crypto: SshCrypto) {
    this.#crypto = crypto;
  }

  /** What can be tried for this host. Throws TransportError `config` for a named key of a kind that the client cannot use. */
  async plan(target: SshTarget): Promise<LoginPlan> {
    const skipped: string[] = [];
    const attempts: Attempt[] = [];
    if (target.methods.has('publickey')) attempts.push(...(await this.#keyAttempts(target, skipped)));
    attempts.push(...passwordAttempts(target));
    // Without a key, asking for nothing tells which methods the host takes.
    if (attempts[0]?.method !== 'publickey')
      attempts.unshift({method: 'none', label: 'no credentials', auth: {type: 'none', username: target.user}});
    return {attempts, skipped};
  }

  async #keyAttempts(target: SshTarget, skipped: string[]): Promise<Attempt[]> {
    const files = await Promise.all(target.keyFiles.map(async (file) => ({file, ...(await this.#load(file, target))})));
    const agent = await this.#agentKeys(target, skipped);
    const blobs = files.map((entry) => entry.publicBlob).filter((blob) => blob !== undefined);
    const isOwn = (key: ClientKey) => blobs.some((blob) => blob.equals(key.publicBlob));
    const fromAgent = (key: ClientKey): Attempt => ({
      method: 'publickey',
      label: `agent key ${fingerprint(key.publicBlob)}`,
      auth: key.auth(target.user),
    });
    const fromFile = (named: boolean): Attempt[] =>
      files.flatMap(({file, read}) => {
        if (file.named !== named) return [];
        if (read.kind === 'key') {
          const held = agent.some((key) => key.publicBlob.equals(read.key.publicBlob));
          return held
            ? []
            : [{method: 'publickey' as const, label: `key ${file.path}`, auth: read.key.auth(target.user)}];
        }
        const covered = read.kind === 'encrypted' && agent.some(isOwn);
        if ((named || read.kind !== 'missing') && !covered) skipped.push(`${file.path} ${read.why}`);
        return [];
      });
    // Unlike ssh, a key that somebody named comes before strangers of the agent: six of those end a login (MaxAuthTries).
    return [
      ...agent.filter(isOwn).map(fromAgent),
      ...fromFile(true),
      ...(target.identitiesOnly ? [] : agent.filter((key) => !isOwn(key)).map(fromAgent)),
      ...fromFile(false),
    ];
  }

  async #agentKeys(target: SshTarget, skipped: string[]): Promise<ClientKey[]> {
    if (target.agentSocket === undefined) return [];
    try {
      return await this.#crypto.agentKeys(target.agentSocket);
    } catch (error) {
      skipped.push(`the agent at ${target.agentSocket} (${messageOf(error)})`);
      return [];
    }
  }

  async #load(file: KeyFile, target: SshTarget): Promise<{read: KeyRead; publicBlob: Buffer | undefined}> {
    const passphrase = target.passphrase?.reveal();
    const id = `${passphrase === undefined ? '' : passphrase}\0${file.path}`;
    const known = this.#read.get(id) ?? this.#readFile(file.path, passphrase);
    this.#read.set(id, known);
    const read = await known;
    if (read.kind === 'fido' && file.named)
      throw unsupported(target.host, `the FIDO key ${file.path}`, 'ansible_ssh_private_key_file or IdentityFile');
    const publicBlob = read.kind === 'key' ? read.key.publicBlob : await publicPart(file.path);
    return {read, publicBlob};
  }

  async #readFile(file: string, passphrase: string | undefined): Promise<KeyRead> {
    let data: Buffer;
    try {
      data = await readFile(file);
    } catch (error) {
      const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      return missing
        ? {kind: 'missing', why: 'does not exist'}
        : {kind: 'unreadable', why: `cannot be read (${messageOf(error)})`};
    }
    const parsed = this.#crypto.parseKey(data, passphrase);
    if (!(parsed instanceof Error)) return {kind: 'key', key: parsed};
    if (/no passphrase given/i.test(parsed.message))
      return {kind: 'encrypted', why: 'is encrypted, and neither a passphrase nor the agent has it'};
    if (/integrity check failed|bad passphrase/i.test(parsed.message))
      return {kind: 'passphrase', why: 'cannot be decrypted: the passphrase is wrong'};
    if (/type: sk-/.test(parsed.message) || keyTypeOf((await publicPart(file)) ?? Buffer.alloc(0)).startsWith('sk-'))
      return {kind: 'fido', why: `is a FIDO key, which the built-in client cannot use; ${opensshHint}`};
    return {kind: 'unreadable', why: `is no private key that can be used (${parsed.message})`};
  }
}

/** The public key beside a private one. */
async function publicPart(file: string): Promise<Buffer | undefined> {
  try {
    const [, encoded] = (await readFile(`${file.replace(/\.pub$/, '')}.pub`, 'utf8')).trim().split(/\s+/);
    return encoded === undefined ? undefined : Buffer.from(encoded, 'base64');
  } catch {
    return undefined;
  }
}

function passwordAttempts(target: SshTarget): Attempt[] {
  const {password, user: username} = target;
  if (!password) return [];
  const attempts: Attempt[] = [];
  if (target.methods.has('password'))
    attempts.push({
      method: 'password',
      label: 'the password',
      auth: {type: 'password', username, password: password.reveal()},
    });
  if (target.methods.has('keyboard-interactive'))
    attempts.push({
      method: 'keyboard-interactive',
      label: 'the password, asked for by the host',
      auth: {
        type: 'keyboard-interactive',
        username,
        prompt: (_name, _instructions, _language, prompts, finish) => finish(prompts.map(() => password.reveal())),
      },
    });
  return attempts;
}

/** Walks through a plan as the host answers. */
export class LoginSequence {
  readonly tried: string[] = [];
  /** What the host says it takes; empty until it has said so. */
  offered: readonly string[] = [];
  exhausted = false;
  #passwordTried = false;
  readonly #left: Attempt[];

  constructor(plan: LoginPlan) {
    this.#left = [...plan.attempts];
  }

  /** The next attempt, or false when nothing is left that the host would take. */
  next(offered: readonly string[] | null, partial: boolean | null): ClientAuth | false {
    if (offered) this.offered = offered;
    // After half a login (a key, then a password) the password may be asked for anew.
    if (partial) this.#passwordTried = false;
    for (let attempt = this.#left.shift(); attempt; attempt = this.#left.shift()) {
      if (offered && attempt.method !== 'none' && !offered.includes(attempt.method)) continue;
      const isPassword = attempt.method === 'password' || attempt.method === 'keyboard-interactive';
      // A password that was refused one way is not offered another way: that would count twice against the account.
      if (isPassword && this.#passwordTried) continue;
      this.#passwordTried ||= isPassword;
      if (attempt.method !== 'none') this.tried.push(attempt.label);
      return attempt.auth;
    }
    this.exhausted = true;
    return false;
  }
}

/** The error when nobody let us in. `said` is what the host closed the connection with, if it did. */
export async function loginError(
  target: SshTarget,
  plan: LoginPlan,
  sequence: LoginSequence,
  said?: string,
): Promise<TransportError> {
  const {tried, offered} = sequence;
  const parts = [tried.length === 0 ? 'there was nothing to try' : `tried ${tried.join(', ')}`];
  if (plan.skipped.length > 0) parts.push(`could not try: ${plan.skipped.join('; ')}`);
  if (offered.length > 0) parts.push(`the host takes ${offered.join(', ')}`);
  if (
    target.password === undefined &&
    offered.some((method) => method === 'password' || method === 'keyboard-interactive')
  )
    parts.push('a password can be given with -k or ansible_password');
  const feature = await unusedFeature(target, offered);
  if (feature !== undefined) parts.push(`${feature} cannot be used by the built-in client: ${opensshHint}`);
  return new TransportError({
    phase: 'auth',
    what: `cannot log in to ${target.host} as ${target.user}@${target.address}:${target.port}${said === undefined ? '' : `: ${said}`}`,
    hint: parts.join('; '),
  });
}

/** A way in that ssh itself might have taken. */
async function unusedFeature(target: SshTarget, offered: readonly string[]): Promise<string | undefined> {
  for (const {path} of target.keyFiles) {
    const certificate = `${path}-cert.pub`;
    const exists = await access(certificate).then(
      () => true,
      () => false,
    );
    if (exists) return `the certificate ${certificate}`;
  }
  if (offered.some((method) => method.startsWith('gssapi'))) return 'GSSAPI (Kerberos), which the host takes,';
  return undefined;
}
