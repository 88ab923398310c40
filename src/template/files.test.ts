import {mkdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import test from 'ava';
import {tempFiles} from '../../test/support/temp_files.js';
import {lookupHost, parseYaml, templateContext} from '../../test/support/template_context.js';
import {TemplateError} from '../errors/index.js';
import {createTemplateEngine, type TemplateContext} from './index.js';

const engine = createTemplateEngine({parseYaml});

const contextIn = (root: string, variables: Readonly<Record<string, unknown>> = {}): TemplateContext => {
  const context = templateContext({folder: root, variables, environment: {HOME: root}});
  const writeSecret = (path: string, text: string): void => {
    mkdirSync(dirname(path), {recursive: true});
    writeFileSync(path, text, {mode: 0o600});
  };
  return {...context, lookups: {...lookupHost(root, {HOME: root}), writeSecret}};
};

test('files are looked for along the search path, absolute ones and ~ as they are', (t) => {
  const root = tempFiles(t, {'files/a.txt': 'in files\n', 'b.txt': 'beside\n'});
  const context = contextIn(root);
  t.is(engine.render("{{ lookup('file', 'a.txt') }}", context), 'in files');
  t.is(engine.render("{{ lookup('file', 'b.txt') }}", context), 'beside');
  t.is(engine.render(`{{ lookup('file', '${root}/b.txt') }}`, context), 'beside');
  t.is(engine.render("{{ lookup('file', '~/b.txt') }}", context), 'beside');
  const error = t.throws(() => engine.render("{{ lookup('file', 'c.txt') }}", context), {instanceOf: TemplateError});
  t.is(error?.what, "lookup 'file': there is no file 'c.txt'");
  t.regex(error?.hint ?? '', new RegExp(root));
  t.is(engine.render("{{ lookup('file', 'c.txt', errors='ignore') }}", context), null);
  t.deepEqual(engine.render("{{ query('fileglob', 'files/*.txt') | map('basename') }}", context), ['a.txt']);
  t.true(engine.condition(`'${root}/b.txt' is file and '${root}' is directory and '${root}/x' is not exists`, context));
});

test('first_found passes over names that are undefined', (t) => {
  const root = tempFiles(t, {'vars/debian.yml': '', 'vars/default.yml': ''});
  const context = contextIn(root, {os: 'debian'});
  const find = (terms: string): unknown => engine.render(`{{ lookup('first_found', ${terms}) | basename }}`, context);
  t.is(find("[os ~ '.yml', 'default.yml']"), 'debian.yml');
  t.is(find("[nope, 'default.yml']"), 'default.yml');
  t.is(find("{'files': ['x.yml', 'default.yml'], 'paths': ['vars']}"), 'default.yml');
  t.deepEqual(engine.render("{{ query('first_found', {'files': ['x'], 'skip': true}) }}", context), []);
  t.throws(() => find("['x.yml']"), {message: /none of these files is there: x\.yml/});
});

test('a password is made once, kept private, and used from then on', (t) => {
  const root = tempFiles(t, {});
  const context = contextIn(root);
  const path = join(root, 'secrets/pw');
  const first = engine.render(`{{ lookup('password', '${path} length=12 chars=digits') }}`, context);
  t.regex(String(first), /^\d{12}$/);
  t.is(statSync(path).mode & 0o777, 0o600);
  t.is(engine.render(`{{ lookup('password', '${path}', length=30) }}`, context), first);
  const hash = String(engine.render(`{{ lookup('password', '${path}', encrypt='sha512') }}`, context));
  t.true(hash.startsWith('$6$'));
  t.is(engine.render(`{{ lookup('password', '${path}', encrypt='sha512') }}`, context), hash);
  t.is(engine.render(`{{ lookup('password', '${path}') }}`, context), first);
  t.regex(readFileSync(path, 'utf8'), /^\d{12} salt=/);
  t.is(
    engine.render("{{ lookup('password', '/dev/null', seed='host', length=8) }}", context),
    engine.render("{{ lookup('password', '/dev/null', seed='host', length=8) }}", context),
  );
});

test('templates in files include, import and look up others, relative to themselves', (t) => {
  const root = tempFiles(t, {
    'templates/main.j2':
      "{% include 'parts/head.j2' %}\n{% from 'parts/macros.j2' import kv with context %}\n{{ kv('a') }}\n{{ lookup('template', 'parts/head.j2') }}\n",
    'templates/parts/head.j2': "{% include 'line.j2' %}\n",
    'templates/parts/line.j2': 'for {{ user }}\n',
    'templates/parts/macros.j2': '{% macro kv(k) %}{{ k }}={{ user }}{% endmacro %}\n',
    'templates/self.j2': "{{ lookup('template', 'self.j2') }}",
    'templates/me.j2': "{% include 'me.j2' %}",
    'templates/bad.j2': 'one\n{{ nope.x }}\n',
  });
  const context = contextIn(root, {user: 'amber'});
  const render = (name: string): string => {
    const file = join(root, 'templates', name);
    return engine.renderFile(readFileSync(file, 'utf8'), context, {file});
  };
  t.is(render('main.j2'), 'for ambera=amber\nfor amber\n');
  t.throws(() => render('self.j2'), {message: /render each other 50 deep/});
  t.throws(() => render('me.j2'), {message: /render each other 50 deep/});
  const error = t.throws(() => engine.render("{{ lookup('template', 'bad.j2') }}", context), {
    instanceOf: TemplateError,
  });
  t.true(error?.excerpt?.startsWith('{{ nope.x }}\n'));
});

test('a condition or lookup may hold braces, with a warning', (t) => {
  const root = tempFiles(t, {'files/web.txt': 'found'});
  const warnings: string[] = [];
  const context = {...contextIn(root, {name: 'web'}), warn: (message: string) => void warnings.push(message)};
  t.is(engine.render("{{ lookup('file', '{{ name }}.txt') }}", context), 'found');
  t.is(warnings.length, 1);
});

test('what a lookup returns is data', (t) => {
  const root = tempFiles(t, {'files/x': '{{ name }}'});
  t.is(engine.render("{{ lookup('file', 'x') }}", contextIn(root, {name: 'n'})), '{{ name }}');
  t.is(engine.render("{{ lookup('pipe', 'echo \"{{ name }}\"') }}", contextIn(root, {name: 'n'})), 'n');
  t.is(engine.render('{{ text }}', contextIn(root, {text: "{{ lookup('file', 'x') }}"})), '{{ name }}');
});

test('merge_variables joins lists and dicts found by name, here or on the hosts of groups', (t) => {
  const variables = {
    peers__a: [1],
    peers__b: [2],
    opts__a: {x: {y: 1}},
    opts__b: {x: {z: 2}},
    hostvars: {n1: {group_names: ['server'], peers__c: [3]}, n2: {group_names: ['agent'], peers__d: [4]}},
  };
  const context = templateContext({variables});
  const merge = (terms: string): unknown => engine.render(`{{ lookup('merge_variables', ${terms}) }}`, context);
  t.deepEqual(merge("'^peers__'"), [1, 2]);
  t.deepEqual(merge("'opts__', pattern_type='prefix'"), {x: {y: 1, z: 2}});
  t.deepEqual(merge("'^peers__', initial_value=[0], groups=['server']"), [0, 3]);
  t.is(merge("'^nothing__'"), null);
  t.deepEqual(engine.render("{{ query('varnames', '^peers__') | sort }}", context), ['peers__a', 'peers__b']);
});
