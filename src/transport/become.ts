/** Opens shells: as the user who logged in, or as another one through sudo, su or doas. */
import {TransportError} from '../errors/index.js';
import {raw, type Script, sh} from '../shell/index.js';
import {becomeRefused, becomeTimedOut, becomeWantsPassword} from './become_errors.js';
import {drained, lastWordsMs, within} from './timing.js';
import type {Become, Channel, Connection} from './types.js';

/** Nothing from outside stands in this line: it is read by the login shell, whichever that is. */
const openShell = 'exec /bin/sh';
/** PAM delays a refusal by seconds; a name server that does not answer delays sudo by more. */
const becomeMs = 60_000;

export interface OpenOptions {
  readonly host: string;
  readonly nonce: () => string;
  readonly signal?: AbortSignal | undefined;
}

/** A channel whose stdin an `sh` of the wanted user reads. Throws TransportError or BecomeError. */
export async function openShellChannel(
  connection: Connection,
  become: Become | undefined,
  options: OpenOptions,
): Promise<Channel> {
  const {signal} = options;
  const channel = await connection.open(openShell, signal ? {signal} : {});
  if (!become) return channel;
  const climb = new Climb(channel, become, options);
  try {
    await within({ms: becomeMs, signals: [signal], timedOut: () => climb.timedOut()}, () => climb.up());
    return channel;
  } catch (error) {
    channel.destroy();
    throw error;
  }
}

/**
 * What turns a login shell into one of another user. It runs in an `sh`, so names are quoted; a user who is already the wanted
 * one needs no program for it. `printf` says that the new shell is there.
 */
function launch(become: Become, prompt: string, up: string): Script {
  const start = `printf '\\000%s u\\000' ${up}; exec /bin/sh`;
  const {user} = become;
  const word = raw(become.method);
  const command = {
    sudo: become.password
      ? sh`-H -S -p ${prompt} -u ${user} -- /bin/sh -c ${start}`
      : sh`-H -S -n -u ${user} -- /bin/sh -c ${start}`,
    su: sh`-s /bin/sh -c ${start} ${user}`,
    doas: sh`-n -u ${user} /bin/sh -c ${start}`,
  }[become.method];
  return sh`LC_ALL=C; export LC_ALL; [ "$(id -un 2>/dev/null)" != ${user} ] || exec /bin/sh -c ${start}; exec ${word} ${command}
`;
}

/** Watches both streams until the new shell speaks; answers one prompt. */
class Climb {
  readonly #channel: Channel;
  readonly #become: Become;
  readonly #host: string;
  readonly #prompt: string;
  readonly #up: string;
  #stdout = '';
  #stderr = '';
  #answered = false;

  constructor(channel: Channel, become: Become, options: OpenOptions) {
    this.#channel = channel;
    this.#become = become;
    this.#host = options.host;
    this.#prompt = `[${options.nonce()}] password: `;
    this.#up = options.nonce();
  }

  up(): Promise<void> {
    const {stdin, stdout, stderr, exit} = this.#channel;
    return new Promise((resolve, reject) => {
      let settled = false;
      const settle = (error?: Error) => {
        if (settled) return;
        settled = true;
        // Whoever takes the channel over goes on from here; until then nothing may be lost.
        for (const stream of [stdout, stderr]) stream.pause().removeAllListeners('data');
        if (error) reject(error);
        else resolve();
      };
      const look = () => {
        if (this.#stdout.includes(`\0${this.#up} u\0`)) return settle();
        const prompts = this.#prompts();
        if (prompts === 0) return;
        if (!this.#become.password) return settle(becomeWantsPassword(this.#become, this.#host));
        if (prompts > 1) return settle(becomeRefused(this.#become, this.#host, 'incorrect password'));
        if (this.#answered) return;
        this.#answered = true;
        stdin.write(`${this.#become.password.reveal()}\n`);
      };
      stdout.on('data', (bytes: Buffer) => {
        this.#stdout += bytes.toString('latin1');
        look();
      });
      stderr.on('data', (bytes: Buffer) => {
        this.#stderr += bytes.toString('utf8');
        look();
      });
      // Whoever opened the channel may have paused it.
      for (const stream of [stdout, stderr]) stream.on('error', () => undefined).resume();
      void exit.then(async (ended) => {
        if (ended.kind === 'lost') {
          settle(new TransportError({phase: 'lost', what: `the link to ${this.#host} was lost: ${ended.why}`}));
          return;
        }
        await drained([stdout, stderr], lastWordsMs);
        settle(becomeRefused(this.#become, this.#host, this.#said()));
      });
      stdin.write(launch(this.#become, this.#prompt, this.#up).source);
    });
  }

  timedOut(): Error {
    return becomeTimedOut(this.#become, this.#host, this.#said(), becomeMs / 1000);
  }

  /** How often a password was asked for. su cannot be told what to ask, so its own word counts; sudo's is a nonce. */
  #prompts(): number {
    const asked = this.#become.method === 'sudo' ? this.#stderr.split(this.#prompt).length - 1 : 0;
    return this.#become.method === 'su' ? (this.#said().match(/password: ?/gi) ?? []).length : asked;
  }

  #said(): string {
    return `${this.#stdout}${this.#stderr}`.replaceAll(this.#prompt, '').replaceAll('\0', '');
  }
}
