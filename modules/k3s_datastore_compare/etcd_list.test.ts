import test from 'ava';
import type {HeldNow} from '../../src/cluster/index.js';
import type {HostNetwork} from '../../src/module/index.js';
import {EtcdGateway} from './etcd_list.js';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** A gateway over keys in order; an answer of more than `most` keys is too long. */
class Keys {
  readonly limits: number[] = [];
  readonly #names: readonly string[];
  readonly #most: number;

  constructor(names: readonly string[], most = 10_000) {
    this.#names = names;
    this.#most = most;
  }

  get gateway(): EtcdGateway {
    const host: Pick<HostNetwork, 'ask'> = {
      ask: async (script) => {
        const body = JSON.parse(/'(\{.*\})'$/m.exec(script.source)?.[1] ?? '{}') as {key: string; limit: string};
        const from = Buffer.from(body.key, 'base64').toString();
        const limit = Number(body.limit);
        this.limits.push(limit);
        const rest = this.#names.filter((name) => name >= from);
        const kvs = rest.slice(0, limit).map((name, at) => ({
          key: base64(name),
          // Proto3's JSON leaves an empty value out.
          ...(name.endsWith('0') ? {} : {value: base64(`of ${name}`)}),
          create_revision: '2',
          mod_revision: String(at + 3),
          version: '1',
        }));
        const answer = {header: {revision: '9'}, kvs, more: rest.length > limit, count: String(rest.length)};
        return {
          rc: 0,
          stdout: Buffer.from(JSON.stringify(answer)),
          stderr: '',
          truncated: kvs.length > this.#most,
        };
      },
    };
    return new EtcdGateway(host as HostNetwork, '/d');
  }
}

async function all(pages: AsyncIterable<readonly HeldNow[]>): Promise<HeldNow[]> {
  const found: HeldNow[] = [];
  for await (const page of pages) found.push(...page);
  return found;
}

const names = Array.from({length: 1234}, (_, number) => `/registry/x/${String(number).padStart(5, '0')}`);

test('every key comes once, in order, with its value, over several pages', async (t) => {
  const keys = new Keys(names);
  const found = await all(keys.gateway.pages(9));
  t.deepEqual(
    found.map(({key}) => key),
    names,
  );
  t.true(keys.limits.length > 1);
  t.is(Buffer.from(found[7]?.value ?? []).toString(), 'of /registry/x/00007');
  t.is(found[10]?.value.length, 0);
  t.like(found[1], {createRevision: 2, modRevision: 4, version: 1});
});

test('a page that is too long is asked for again, in smaller ones', async (t) => {
  const keys = new Keys(names, 150);
  const found = await all(keys.gateway.pages(9));
  t.is(found.length, names.length);
  t.deepEqual(keys.limits.slice(0, 2), [200, 25]);
});

test('no keys at all', async (t) => {
  t.deepEqual(await all(new Keys([]).gateway.pages(9)), []);
});

const answering = (kvs: readonly unknown[]): EtcdGateway =>
  new EtcdGateway(
    {
      ask: async () => ({
        rc: 0,
        stdout: Buffer.from(JSON.stringify({header: {revision: '1'}, kvs, more: false})),
        stderr: '',
        truncated: false,
      }),
    } as unknown as HostNetwork,
    '/d',
  );

const whole = {key: base64('/registry/a'), create_revision: '1', mod_revision: '1', version: '1'};
for (const [title, kv] of Object.entries({
  'no object': 7,
  'no key': {...whole, key: undefined},
  'a value that is no text': {...whole, value: 3},
  'a revision that is no number': {...whole, mod_revision: 'x'},
  'no revision': {...whole, create_revision: undefined},
}))
  test(`a key that is none ends the listing, and is not passed over: ${title}`, async (t) => {
    t.is((await all(answering([whole]).pages(1))).length, 1);
    await t.throwsAsync(all(answering([whole, kv]).pages(1)), {message: /a key that is none/});
  });

test('a line that is cut while a page is looked at is told', async (t) => {
  let asked = 0;
  const host = {
    ask: async () => {
      asked += 1;
      if (asked === 2) throw new Error('the line is cut');
      const answer = {header: {revision: '1'}, kvs: [whole], more: true};
      return {rc: 0, stdout: Buffer.from(JSON.stringify(answer)), stderr: '', truncated: false};
    },
  };
  const pages = new EtcdGateway(host as unknown as HostNetwork, '/d').pages(1);
  t.is((await pages.next()).value?.length, 1);
  await t.throwsAsync(pages.next(), {message: 'the line is cut'});
});
