import test from 'ava';
import type {Merged, OpenKey} from '../../src/cluster/index.js';
import type {HostNetwork} from '../../src/module/index.js';
import {EtcdGateway} from './etcd_list.js';
import {copiedAt, pastOf} from './past.js';

type Version = {readonly revision: number; readonly value: string | undefined};

/** Etcd's history as its gateway tells it: each key's values by revision; what is below `compacted` is gone. */
class History {
  readonly keys = new Map<string, Version[]>();
  compacted = 0;
  now = 1;

  put(key: string, value: string | undefined, revision = this.now + 1): this {
    this.now = Math.max(this.now, revision);
    this.keys.set(key, [...(this.keys.get(key) ?? []), {revision, value}]);
    return this;
  }

  at(key: string, revision: number): string | undefined {
    return (this.keys.get(key) ?? []).filter((one) => one.revision <= revision).at(-1)?.value;
  }

  answer(
    path: string,
    body: {revision?: string; success?: {request_range: {key: string; revision: string}}[]},
  ): object {
    const gone = (revision: number): boolean => revision < this.compacted;
    if (path === 'kv/txn') {
      const asked = (body.success ?? []).map(({request_range: {key, revision}}) => ({
        key: Buffer.from(key, 'base64').toString(),
        revision: Number(revision),
      }));
      if (asked.some(({revision}) => gone(revision)))
        return {error: 'etcdserver: mvcc: required revision has been compacted'};
      return {
        responses: asked.map(({key, revision}) => {
          const value = this.at(key, revision);
          const kv = {
            key: Buffer.from(key).toString('base64'),
            value: Buffer.from(value ?? '').toString('base64'),
            create_revision: '1',
            mod_revision: '1',
            version: '1',
          };
          return {response_range: value === undefined ? {} : {kvs: [kv]}};
        }),
      };
    }
    const revision = Number(body.revision ?? this.now);
    if (gone(revision)) return {error: 'etcdserver: mvcc: required revision has been compacted'};
    const count = [...this.keys.keys()].filter((key) => this.at(key, revision) !== undefined).length;
    return {header: {revision: String(this.now)}, count: String(count)};
  }

  get gateway(): EtcdGateway {
    const host = {
      ask: async (script: {source: string}) => {
        const [, path = '', body = '{}'] = /^etcd '?([\w/]+)'? '(.*)'$/m.exec(script.source) ?? [];
        return {
          rc: 0,
          stdout: Buffer.from(JSON.stringify(this.answer(path, JSON.parse(body)))),
          stderr: '',
          truncated: false,
        };
      },
    };
    return new EtcdGateway(host as unknown as HostNetwork, '/d');
  }
}

const sha = async (value: string): Promise<string> => {
  const {createHash} = await import('node:crypto');
  return createHash('sha256').update(value).digest('hex');
};
const open = async (key: string, value: string, created?: number): Promise<OpenKey> => ({
  was: {key, length: value.length, sha256: await sha(value)},
  ...(created === undefined
    ? {}
    : {now: {key, length: 1, sha256: 'x', createRevision: created, modRevision: created + 1, version: 2}}),
});
const merged = (before: number, lastUntouched: number, keys: readonly OpenKey[]): Merged => ({
  before,
  beforeSha256: '',
  after: before,
  equal: before - keys.length,
  made: 0,
  open: keys,
  lastUntouched,
});

/** Ten keys copied at revisions 2 to 11, as K3s copies them. */
const copied = (): History => {
  const history = new History();
  for (let key = 0; key < 10; key++) history.put(`k${key}`, `v${key}`);
  return history;
};

test('the end of the copying is found, whatever was written after it', async (t) => {
  const history = copied().put('k9', 'later').put('new', 'x').put('k8', undefined);
  t.is(await copiedAt(history.gateway, merged(10, 9, []), history.now), 11);
});

test('copied in batches, several keys a revision', async (t) => {
  const history = new History();
  for (let key = 0; key < 10; key++) history.put(`k${key}`, 'v', 2 + Math.floor(key / 4));
  history.put('k9', 'later').put('new', 'x');
  t.is(await copiedAt(history.gateway, merged(10, 3, []), history.now), 4);
});

test('changed, deleted, and made anew since: each is found as it was', async (t) => {
  const history = copied()
    .put('k9', 'later')
    .put('k8', undefined)
    .put('k7', undefined)
    .put('k7', 'again')
    .put('k7', 'more');
  const keys = await Promise.all([open('k7', 'v7', 15), open('k8', 'v8'), open('k9', 'v9', 11)]);
  const past = await pastOf(history.gateway, merged(10, 8, keys), history.now);
  t.deepEqual([...past].sort(), [
    ['k7', 'equal'],
    ['k8', 'equal'],
    ['k9', 'equal'],
  ]);
});

test('lost and altered are told from that', async (t) => {
  const history = new History();
  for (let key = 0; key < 10; key++) if (key !== 4) history.put(`k${key}`, key === 5 ? 'w5' : `v${key}`);
  history.put('k9', 'later').put('new', 'x');
  const keys = await Promise.all([open('k4', 'v4'), open('k5', 'v5', 6), open('k9', 'v9', 10)]);
  const past = await pastOf(history.gateway, merged(10, 9, keys), history.now);
  t.deepEqual(Object.fromEntries(past), {k4: 'absent', k5: 'other', k9: 'equal'});
});

test('a past that etcd has dropped proves nothing', async (t) => {
  const history = copied().put('k9', 'later').put('k8', undefined);
  history.compacted = history.now;
  const keys = await Promise.all([open('k8', 'v8'), open('k9', 'v9', 11)]);
  const past = await pastOf(history.gateway, merged(10, 9, keys), history.now);
  t.deepEqual([...past.keys()].sort(), ['k8', 'k9']);
  t.false([...past.values()].includes('equal'));
});
