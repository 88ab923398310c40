import {request} from 'node:https';
import {setTimeout as sleep} from 'node:timers/promises';

/** Who asks: an administrator by the cluster's own kubeconfig, at another address than the file says. */
export interface Client {
  readonly url: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export function clientOf(kubeconfig: string, address: string): Client {
  const data = (name: string): string => {
    const value = new RegExp(`^\\s*${name}: (\\S+)$`, 'm').exec(kubeconfig)?.[1];
    if (value === undefined) throw new Error(`the kubeconfig has no ${name}:\n${kubeconfig}`);
    return Buffer.from(value, 'base64').toString();
  };
  return {
    url: `https://${address}:6443/version`,
    ca: data('certificate-authority-data'),
    cert: data('client-certificate-data'),
    key: data('client-key-data'),
  };
}

/** One request on a connection of its own, as `kubectl` makes one; throws what went wrong. */
const ask = ({url, ca, cert, key}: Client): Promise<void> =>
  new Promise((done, failed) => {
    const sent = request(url, {ca, cert, key, agent: false, timeout: 10_000}, (reply) => {
      reply.resume();
      reply.on('end', () => (reply.statusCode === 200 ? done() : failed(new Error(`status ${reply.statusCode}`))));
      reply.on('error', failed);
    });
    sent.on('timeout', () => sent.destroy(new Error('no answer within 10 s')));
    sent.on('error', failed);
    sent.end();
  });

export interface Traffic {
  readonly sent: number;
  /** When answers came, in ms of this process's clock, in order. */
  readonly answeredAt: readonly number[];
  readonly failures: readonly string[];
  /** Waits for so many more answers. */
  succeeded(count: number): Promise<void>;
  stop(): Promise<void>;
}

/** Ten requests a second, whether or not earlier ones have been answered, until it is stopped. */
export function trafficTo(client: Client): Traffic {
  const answeredAt: number[] = [];
  const failures: string[] = [];
  const under = new Set<Promise<void>>();
  let sent = 0;
  const tick = setInterval(() => {
    sent += 1;
    const one = ask(client)
      .then(
        () => void answeredAt.push(performance.now()),
        (error: unknown) => void failures.push(String(error)),
      )
      .finally(() => under.delete(one));
    under.add(one);
  }, 100);
  return {
    get sent() {
      return sent;
    },
    answeredAt,
    failures,
    async succeeded(count) {
      const goal = answeredAt.length + count;
      const deadline = performance.now() + 60_000;
      while (answeredAt.length < goal) {
        if (performance.now() > deadline) throw new Error(`no ${count} answers within a minute: ${failures.at(-1)}`);
        await sleep(50);
      }
    },
    async stop() {
      clearInterval(tick);
      await Promise.all(under);
    },
  };
}

/** The longest time in which no answer came. */
export const largestGapMs = ({answeredAt}: Pick<Traffic, 'answeredAt'>): number =>
  Math.round(answeredAt.slice(1).reduce((most, at, index) => Math.max(most, at - (answeredAt[index] ?? at)), 0));
