import test from 'ava';
import {parseYaml, templateContext} from '../../test/support/template_context.js';
import {describeError, TemplateError, UndefinedVariableError} from '../errors/index.js';
import {Secret} from '../shell/index.js';
import {UnsafeString, VaultString} from '../yaml/types.js';
import {
  createTemplateEngine,
  dropOmitted,
  type LazyMap,
  lazyMap,
  omit,
  PyFloat,
  toPlain,
  type VariableSource,
} from './index.js';

const engine = createTemplateEngine({parseYaml, unseal: ({sealed}) => `opened ${sealed}`});

const render = (
  value: unknown,
  variables: Readonly<Record<string, unknown>> = {},
  data: readonly string[] = [],
): unknown => engine.render(value, templateContext({variables, data}));

const failure = (run: () => unknown): TemplateError => {
  try {
    run();
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
  throw new Error('nothing failed');
};

test('one expression gives its value, several pieces a text', (t) => {
  const variables = {port: 6443, list: [1, 'a'], none: null};
  t.is(render('{{ port }}', variables), 6443);
  t.is(render('{{ port }}\n', variables), 6443);
  t.is(render(' {{ port }}', variables), ' 6443');
  t.deepEqual(render('{{ list }}', variables), [1, 'a']);
  t.is(render('{{ list }}.', variables), "[1, 'a'].");
  t.is(render('{{ none }}', variables), null);
  t.is(render('x{{ none }}', variables), 'x');
  t.is(render('{% if port == 6443 %}{{ port }}{% endif %}', variables), 6443);
  t.is(render('{% if port == 1 %}{{ port }}{% endif %}', variables), null);
  t.is(render("{{ '5' }}", variables), '5');
  t.deepEqual(render('{{ (1, 2) }}'), [1, 2]);
});

test('text without delimiters comes back as it is, whatever its type', (t) => {
  for (const value of ['plain', '', '}} not a template', 5, true, null, 1.5]) t.is(render(value), value);
  t.deepEqual(render({a: [1, 'x'], b: {c: null}}), {a: [1, 'x'], b: {c: null}});
});

test('lists and maps are rendered all the way down, keys too', (t) => {
  t.deepEqual(render({'{{ key }}': ['{{ n }}', {deep: 'n is {{ n }}'}]}, {key: 'k', n: 3}), {k: [3, {deep: 'n is 3'}]});
});

test('a final line feed is kept, once', (t) => {
  t.is(render('a {{ x }}\n', {x: 'b'}), 'a b\n');
  t.is(render('a {{ x }}\n', {x: 'b\n'}), 'a b\n');
  t.is(render('{{ x }}\n\n', {x: 'b'}), 'b\n\n');
});

test('backslashes in {{ }} stand for themselves, elsewhere they escape', (t) => {
  t.is(render(String.raw`{{ 'a.b' | regex_replace('(.)\.(.)', '\2\1') }}`), 'ba');
  t.is(render(String.raw`{{ 'a\tb' }}`), String.raw`a\tb`);
  t.is(render(String.raw`{% set x = 'a\tb' %}{{ x }}`), 'a\tb');
  t.true(engine.condition(String.raw`'a\tb' == x`, templateContext({variables: {x: 'a\tb'}})));
  t.is(engine.renderFile(String.raw`{{ 'a\tb' }}`, templateContext(), {file: '/x.j2'}), 'a\tb');
});

test('variables are rendered when they are used, and only the part that is used', (t) => {
  const variables = {
    user: 'amber',
    greeting: 'hello {{ user }}',
    loud: '{{ greeting | upper }}!',
    config: {ok: '{{ user }}', broken: '{{ nobody }}', list: ['{{ user }}', '{{ nobody }}']},
  };
  t.is(render('{{ loud }}', variables), 'HELLO AMBER!');
  t.is(render('{{ config.ok }}', variables), 'amber');
  t.is(render('{{ config.list[0] }}', variables), 'amber');
  t.is(render("{{ config.broken | default('d') }}", variables), 'd');
  t.throws(() => render('{{ config }}', variables), {instanceOf: UndefinedVariableError});
});

test('data is never rendered, however it is reached', (t) => {
  const evil = "{{ lookup('pipe', 'touch /tmp/never') }}";
  const variables = {r: {stdout: evil, list: [evil]}, alias: '{{ r.stdout }}', whole: '{{ r }}'};
  t.is(render('{{ r.stdout }}', variables, ['r']), evil);
  t.is(render('x {{ r.stdout }}', variables, ['r']), `x ${evil}`);
  t.is(render('{{ alias }}', variables, ['r']), evil);
  t.is(render('{{ whole.list | first }}', variables, ['r']), evil);
  t.is(render('{{ [r.stdout] | join }}', variables, ['r']), evil);
  t.is(render("{{ r.stdout | default('') | trim }}", variables, ['r']), evil);
});

test('a variable keeps its identity on the way through, so that marks and large facts cost nothing', (t) => {
  const facts = {packages: {curl: [{version: '1'}]}};
  t.is(render('{{ facts.packages }}', {facts}, ['facts']), facts.packages);
  t.is(render('{{ alias }}', {facts, alias: '{{ facts }}'}, ['facts']), facts);
});

test('unsafe strings are text, sealed ones are opened when needed', (t) => {
  const variables = {
    raw: new UnsafeString('{{ x }}'),
    box: {raw: new UnsafeString('{% y %}')},
    sealed: new VaultString('s', {file: 'f', line: 1, column: 1}),
  };
  t.is(render('{{ raw }}', variables), '{{ x }}');
  t.is(render('{{ box.raw }}!', variables), '{% y %}!');
  t.deepEqual(render({a: new UnsafeString('{{ x }}')}), {a: '{{ x }}'});
  t.is(render('{{ sealed }}', variables), 'opened s');
  t.deepEqual(render({a: variables.sealed}), {a: 'opened s'});
  const blind = createTemplateEngine({parseYaml});
  t.regex(failure(() => blind.render('{{ sealed }}', templateContext({variables}))).what, /'sealed' is sealed/);
});

test('floats without a fraction stay floats', (t) => {
  const variables = {one: {[Symbol.for('quorate.float')]: 1}, list: [{[Symbol.for('quorate.float')]: 2}]};
  t.is(render('v{{ one }}', variables), 'v1.0');
  t.is(render('{{ list }}.', variables), '[2.0].');
  t.is(render('{{ one + 1 }}.', variables), '2.0.');
  t.true(render('{{ 4 / 2 }}') instanceof PyFloat);
  t.deepEqual(toPlain(render({a: '{{ 4 / 2 }}', b: '{{ {1: 2.0} }}', c: '{{ 2 ** 70 }}'})), {
    a: 2,
    b: {1: 2},
    c: 2 ** 70,
  });
});

test('omit', (t) => {
  t.is(render('{{ nope | default(omit) }}'), omit);
  t.deepEqual(render({a: '{{ nope | default(omit) }}', b: 1, c: ['{{ omit }}', 2]}), {b: 1, c: [2]});
  t.is(render('x{{ omit }}y'), 'xy');
  t.deepEqual(dropOmitted({a: omit, b: [omit, {c: omit}]}), {b: [{}]});
  t.is(dropOmitted(omit), undefined);
});

const scope = (values: Readonly<Record<string, unknown>>): VariableSource => ({
  get: (name) => (Object.hasOwn(values, name) ? {value: values[name], template: true} : undefined),
  names: () => Object.keys(values),
});

/** `hostvars` as the variables' floor makes it: each host's templates see that host's variables. */
function hostvars(hosts: Readonly<Record<string, Readonly<Record<string, unknown>>>>, read: string[] = []): LazyMap {
  const host = (name: string, values: Readonly<Record<string, unknown>>): LazyMap => ({
    [lazyMap]: true,
    keys: () => Object.keys(values),
    get: (key) => {
      read.push(`${name}.${key}`);
      return scope(values).get(key);
    },
    scope: scope(values),
    label: `hostvars['${name}']`,
  });
  return {
    [lazyMap]: true,
    keys: () => Object.keys(hosts),
    get: (name) => {
      const values = hosts[name];
      return values && {value: host(name, values), template: false};
    },
    label: 'hostvars',
  };
}

test("hostvars: each host's templates see that host's variables, and only what is asked for is fetched", (t) => {
  const read: string[] = [];
  const all = hostvars(
    {a: {ip: '10.0.0.1', url: 'https://{{ ip }}:6443'}, b: {ip: '10.0.0.2', url: 'https://{{ ip }}:6443'}},
    read,
  );
  const variables = {hostvars: all, ip: 'mine', groups: {all: ['a', 'b']}};
  t.is(render("{{ hostvars['b'].url }}", variables), 'https://10.0.0.2:6443');
  t.deepEqual(read, ['b.url']);
  t.deepEqual(render("{{ groups.all | map('extract', hostvars, 'url') | list }}", variables), [
    'https://10.0.0.1:6443',
    'https://10.0.0.2:6443',
  ]);
  t.deepEqual(render("{{ hostvars | dict2items | map(attribute='value.ip') }}", variables), ['10.0.0.1', '10.0.0.2']);
  t.is(render("{{ hostvars.c.ip | default('none') }}", variables), 'none');
  t.true(engine.condition("'a' in hostvars and hostvars.a.nope is not defined", templateContext({variables})));
  t.deepEqual(render('{{ hostvars.a }}', variables), {ip: '10.0.0.1', url: 'https://10.0.0.1:6443'});
  t.is(failure(() => render('{{ hostvars.a.ipp }}', variables)).hint, "did you mean 'ip'?");
});

test('a loop of variables is an error that names them all', (t) => {
  const variables = {a: '{{ b }}', b: 'x{{ c.d }}', c: {d: '{{ a }}', e: 1}};
  t.regex(
    failure(() => render('{{ a }}', variables)).what,
    /^variables need each other in a loop: a -> b -> c\['d'\] -> a/,
  );
  t.is(render('{{ c.e }}', variables), 1);
  t.regex(failure(() => render('{{ self }}', {self: "{{ self | default('x') }}"})).what, /in a loop: self -> self/);
});

test('a member may use its sibling', (t) => {
  t.is(render('{{ k3s.url }}', {k3s: {host: 'cp1', url: 'https://{{ k3s.host }}'}}), 'https://cp1');
});

test('undefined: what, whole path, nearest name, who needed it, place and caret', (t) => {
  const where = {file: 'site.yml', line: 7, column: 12};
  const context = templateContext({
    variables: {server_config: {tls: {sans: 1}}, url: 'https://{{ server_config.host }}'},
  });
  const missing = failure(() => engine.render('a: {{ server_config.tls.san }}', context, where));
  t.true(missing instanceof UndefinedVariableError);
  t.is(missing.what, "'server_config.tls.san' is undefined: 'server_config.tls' (a dict) has no 'san'");
  t.is(missing.hint, "did you mean 'sans'?");
  t.deepEqual(missing.where, where);
  t.is(missing.excerpt, `a: {{ server_config.tls.san }}\n${' '.repeat(23)}^`);
  t.is(failure(() => engine.render('{{ serverconfig.tls }}', context)).hint, "did you mean 'server_config'?");
  const nested = failure(() => engine.render('{{ url }}', context));
  t.is(
    nested.what,
    "'server_config.host' is undefined: 'server_config' (a dict) has no 'host', needed by variable 'url' (vars.yml: url)",
  );
  t.true(nested.excerpt?.startsWith('https://{{ server_config.host }}'));
  t.true(describeError(missing).some((line) => line.endsWith('^')));
});

test('errors in a file carry its line and column', (t) => {
  const error = failure(() =>
    engine.renderFile('one\n{% if x %}\n  {{ 1 + nope }}\n{% endif %}\n', templateContext({variables: {x: true}}), {
      file: '/t.j2',
    }),
  );
  t.deepEqual(error.where, {file: '/t.j2', line: 3, column: 10});
  const syntax = failure(() => engine.renderFile('one\ntwo {{ a b }}\n', templateContext(), {file: '/t.j2'}));
  t.deepEqual(syntax.where, {file: '/t.j2', line: 2, column: 10});
  t.regex(syntax.what, /unexpected 'b'/);
});

test('messages name the filter, the argument, the way out', (t) => {
  t.is(failure(() => render('{{ 5 | dict2items }}')).what, "filter 'dict2items': the input must be a dict, not int");
  t.is(failure(() => render("{{ 'a' | replacee('b') }}")).hint, "did you mean 'replace'?");
  t.is(
    failure(() => render("{{ 'x' | indent(widht=2) }}")).what,
    "filter 'indent': there is no argument 'widht' (there are: width, first, blank)",
  );
  t.regex(failure(() => render("{{ '1' + 1 }}")).hint ?? '', /~/);
  t.is(failure(() => render("{{ lookup('fil', 'x') }}")).hint, "did you mean 'file'?");
  t.regex(failure(() => render('{{ d.items }}', {d: {a: 1}})).hint ?? '', /call it/);
  t.regex(failure(() => render('{% do x %}')).what, /there is no statement 'do'/);
  t.regex(failure(() => render('{{ a && b }}')).hint ?? '', /write `and`/);
});

test('evaluate takes a bare expression', (t) => {
  const context = templateContext({variables: {a: {b: [1, 2]}}});
  t.deepEqual(engine.evaluate('a.b', context), [1, 2]);
  t.is(engine.evaluate('a.b | sum', context), 3);
  t.throws(() => engine.evaluate('a.c', context), {instanceOf: UndefinedVariableError});
  t.throws(() => engine.evaluate('{{ a }}', context), {instanceOf: TemplateError});
});

test('the cache is bounded', (t) => {
  const small = createTemplateEngine({parseYaml, cacheSize: 3});
  for (let round = 0; round < 2; round++)
    for (let n = 0; n < 10; n++) t.is(small.render(`{{ ${n} + 1 }}`, templateContext()), n + 1);
});

test('instances of classes pass through untouched', (t) => {
  const secret = new Secret('hush');
  t.is((render({password: secret}) as Record<string, unknown>).password, secret);
  t.is(render('{{ s }}', {s: secret}), secret);
  t.is(render('x{{ s }}', {s: secret}), 'x***');
  t.false(render('{{ s is mapping }}', {s: secret}));
});
