import test from 'ava';
import {planModule} from '../../test/support/plan_module.js';
import module from './module.js';

for (const [name, stdout, missing] of [
  ['a Secret that lacks an address is deleted', '127.0.0.1\nk3s.example.com\n', ['192.0.2.10']],
  ['one that has all is kept', '127.0.0.1\nK3S.example.com\n192.0.2.10\n', []],
  ['there is none, or the API does not answer: the next start makes one', '', []],
] as const) {
  test(name, (t) => {
    const planned = planModule(module, {params: {names: ['192.0.2.10', 'k3s.example.com']}, stdout});
    t.is(planned?.plan, missing.length > 0 ? 'change' : 'same');
    t.like(planned, {result: {missing: [...missing]}});
  });
}

test('what is deleted is said', (t) => {
  const planned = planModule(module, {params: {names: ['192.0.2.10']}, stdout: '127.0.0.1\n'});
  if (planned?.plan !== 'change') return t.fail();
  t.deepEqual(planned.diff, [
    {
      kind: 'values',
      path: 'Secret kube-system/k3s-serving',
      before: {lacks: '192.0.2.10'},
      after: {state: 'absent'},
    },
  ]);
  const [step] = planned.steps;
  t.is(
    step?.step === 'script' ? step.script.source : '',
    'rm -f /var/lib/rancher/k3s/server/tls/dynamic-cert.json && /usr/local/bin/k3s kubectl -n kube-system delete secret k3s-serving --ignore-not-found',
  );
});
