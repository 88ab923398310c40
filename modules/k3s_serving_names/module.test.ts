import test from 'ava';
import module from './module.js';

const judge = (stdout: string) => {
  if (module.kind !== 'action') throw new Error('it is an action');
  return module.result(
    module.params.parse({names: ['k3s.example.com']}),
    [{title: '', rc: 0, stdout, stderr: ''}],
    undefined,
    {name: 'h', checkMode: false, diffMode: false, facts: {}, become: true, user: undefined},
  );
};

test('all names, one missing, and a server that does not answer', async (t) => {
  t.deepEqual(await judge('0 own\n0 k3s.example.com\n'), {changed: false, data: {missing: []}});
  t.deepEqual(await judge('0 own\n60 k3s.example.com\n'), {changed: false, data: {missing: ['k3s.example.com']}});
  t.like(await judge('7 own\n7 k3s.example.com\n'), {
    failed: true,
    msg: 'the certificate of this server cannot be told: the server does not answer on its port (curl: 7)',
  });
  t.true((await judge('')).failed, 'no word at all is no success');
});

test('in a dry run a restart that is predicted brings the names', (t) => {
  if (module.kind !== 'action') throw new Error('it is an action');
  const view = {name: 'h', checkMode: true, diffMode: false, facts: {}, become: true, user: undefined};
  const predict = module.predict?.(module.params.parse({names: ['k3s.example.com']}), undefined, view);
  const missing = {rc: 0, stdout: '0 own\n60 k3s.example.com\n', stderr: ''};
  const parse = (service: boolean) =>
    predict?.parse(missing, {
      get: (resource) => (service && resource.kind === 'service' ? {resource, state: {}} : undefined),
      touches: () => service,
    });
  t.deepEqual(parse(false), {changed: false, data: {missing: ['k3s.example.com']}});
  t.deepEqual(parse(true), {changed: false, data: {missing: []}});
});
