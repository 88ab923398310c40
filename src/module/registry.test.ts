import test from 'ava';
import {defineModule, type Module, p} from './index.js';
import {createRegistry} from './registry.js';

const named = (name: string, aliases?: readonly string[]): Module =>
  defineModule({
    kind: 'control',
    name,
    summary: `${name}.`,
    ...(aliases === undefined ? {} : {aliases}),
    params: p.object({}),
    examples: [],
    run: async () => ({changed: false}),
  });

const service = named('service', ['ansible.builtin.systemd_service', 'ansible.builtin.systemd']);
const registry = createRegistry([named('copy'), service, named('k3s_config')]);

const names: readonly (readonly [string, string | undefined])[] = [
  ['copy', 'copy'],
  ['ansible.builtin.copy', 'copy'],
  ['ansible.legacy.copy', 'copy'],
  ['ansible.posix.copy', 'copy'],
  ['community.general.copy', 'copy'],
  ['systemd', 'service'],
  ['ansible.builtin.systemd_service', 'service'],
  ['systemd_service', 'service'],
  ['somebody.else.copy', undefined],
  ['copi', undefined],
];

for (const [written, found] of names)
  test(`${written} is ${found ?? 'no module'}`, (t) => t.is(registry.find(written)?.name, found));

test('a name close by is offered', (t) => {
  t.is(registry.nearest('ansible.builtin.copi'), 'copy');
  t.is(registry.nearest('k3s_conf'), 'k3s_config');
  t.is(registry.nearest('nothing_like_it'), undefined);
});

test('modules beside a playbook are found first, and the registry stays as it was', (t) => {
  const own = named('copy');
  t.is(registry.with([own]).find('ansible.builtin.copy'), own);
  t.not(registry.find('copy'), own);
  t.is(registry.with([]).find('copy'), registry.find('copy'));
});

test('a module’s own name is stronger than another’s alias', (t) => {
  const systemd = named('systemd');
  t.is(createRegistry([systemd, service]).find('systemd'), systemd);
});

test('names that no playbook could write are refused', (t) => {
  for (const name of ['', 'My-module', '9lives', 'a.b'])
    t.throws(() => createRegistry([named(name)]), {name: 'ModuleError', message: /is no module name/});
});
