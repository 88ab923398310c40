import test from 'ava';
import {Secret} from '../../src/shell/index.js';
import {planModule} from '../../test/support/plan_module.js';
import module from './module.js';

const path = '/etc/rancher/k3s/config.yaml';
const plan = (params: Record<string, unknown>, file?: string, head = '600 root') =>
  planModule(module, {params, stdout: file === undefined ? '' : `${head}\n${file}`});

const written = (params: Record<string, unknown>, file?: string): string => {
  const found = plan(params, file);
  const upload = found?.plan === 'change' ? found.steps.find((step) => step.step === 'upload') : undefined;
  return upload?.step === 'upload' && upload.content.kind === 'bytes' ? upload.content.bytes.toString() : '';
};

test('a bare host gets the file, 0600, with how it becomes a member', (t) => {
  const found = plan({config: {disable: ['traefik'], token: new Secret('hidden')}, membership: {'cluster-init': true}});
  t.is(found?.plan, 'change');
  if (found?.plan !== 'change') return;
  t.deepEqual(found.diff, [
    {kind: 'values', path, before: {}, after: {disable: ['traefik'], token: '***', 'cluster-init': true}},
  ]);
  t.like(found.steps.at(-1), {step: 'upload', to: path, mode: '0600'});
  t.false(JSON.stringify(found.diff).includes('hidden'));
});

test('what is there already is no change, however it is written', (t) => {
  t.is(
    plan({config: {disable: ['traefik'], 'node-label': ['a=b']}}, "node-label: a=b\ndisable:\n- 'traefik'\n")?.plan,
    'same',
  );
});

test('membership lines that are found stay, and are no difference', (t) => {
  t.is(plan({config: {a: 1}}, 'a: 1\ncluster-init: true\nserver: https://x:6443\n')?.plan, 'same');
  const changed = plan({config: {a: 2}}, 'a: 1\nserver: https://x:6443\n');
  t.like(changed, {plan: 'change', result: {keys: ['a'], restart: true}});
  t.true(written({config: {a: 2}}, 'a: 1\nserver: https://x:6443\n').includes('server: https://x:6443\n'));
});

test('settled: cluster-init gives way to a peer, without a restart', (t) => {
  const found = plan({config: {a: 1}, settle: true, peer_url: 'https://peer:6443'}, 'a: 1\ncluster-init: true\n');
  t.like(found, {plan: 'change', result: {keys: ['cluster-init', 'server'], restart: false}});
  t.is(
    plan({config: {a: 1}, settle: true, peer_url: 'https://peer:6443'}, 'a: 1\nserver: https://other:6443\n')?.plan,
    'same',
  );
  t.is(plan({config: {a: 1}, settle: true}, 'a: 1\n')?.plan, 'same');
});

test('an agent’s server is a setting like any other', (t) => {
  const found = plan({config: {server: 'https://new:6443'}}, 'server: https://old:6443\n');
  t.like(found, {plan: 'change', result: {keys: ['server'], restart: true}});
});

test('a file that others can read is mended', (t) => {
  t.like(plan({config: {a: 1}}, 'a: 1\n', '644 root'), {
    plan: 'change',
    diff: [{before: {mode: '644'}, after: {mode: '600'}}],
    result: {restart: false},
  });
});
