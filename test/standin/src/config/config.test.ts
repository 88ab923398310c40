import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import fc from 'fast-check';
import {parseArguments, readSettings} from './args.js';
import {asArguments, mergeFiles} from './file.js';
import {flagsOf} from './flags.js';
import {readTuning} from './tuning.js';

const folder = (t: ExecutionContext): string => {
  const made = mkdtempSync(join(tmpdir(), 'standin-config-'));
  t.teardown(() => rmSync(made, {recursive: true}));
  return made;
};

const merged = (...texts: string[]) =>
  asArguments(mergeFiles(texts.map((text, index) => ({path: `${index}.yaml`, text}))));

test('later files win key by key, `key+` appends, lists become repeated arguments', (t) => {
  t.deepEqual(merged('one: 1\ntwo: [u, v]', 'one: 2'), ['--one=2', '--two=u', '--two=v']);
  t.deepEqual(merged('two: [u]', 'two+: [v]'), ['--two=u', '--two=v']);
  t.deepEqual(merged('two: u', 'two+: v'), ['--two=u', '--two=v']);
  t.deepEqual(merged('two: [u]', 'two: [v]'), ['--two=v']);
  t.deepEqual(merged('two+: [v]'), ['--two=v']);
});

test('scalars are read as YAML 1.1 reads them, which is what makes 0644 a trap', (t) => {
  t.deepEqual(merged('cluster-init: yes\nmode: 0644\nquoted: "0644"\nd: 644'), [
    '--cluster-init=true',
    '--mode=420',
    '--quoted=0644',
    '-d=644',
  ]);
});

test('empty and commented-out files are no configuration; a list is an error', (t) => {
  t.deepEqual(merged('', '# nothing\n'), []);
  t.throws(() => merged('- a'), {message: /unmarshal/});
});

test('command line wins over files, files over environment; lists are replaced whole', (t) => {
  const dir = folder(t);
  const file = join(dir, 'config.yaml');
  mkdirSync(`${file}.d`);
  writeFileSync(file, 'token: from-file\nnode-label: [a=1, b=2]\nserver: https://one:6443\n');
  writeFileSync(`${file}.d/10.yaml`, 'server: https://two:6443\ntls-san+: [ten]\n');
  writeFileSync(`${file}.d/20.yml`, 'tls-san+: [twenty]\n');
  writeFileSync(`${file}.d/ignored.txt`, 'token: no\n');
  const env = {K3S_CONFIG_FILE: file, K3S_TOKEN: 'from-env', K3S_URL: 'https://env:6443', K3S_AGENT_TOKEN: 'agent'};
  const settings = readSettings('server', ['--node-label', 'c=3'], env);
  t.is(settings.text('token'), 'from-file');
  t.is(settings.text('server'), 'https://two:6443');
  t.is(settings.text('agent-token'), 'agent');
  t.deepEqual(settings.list('tls-san'), ['ten', 'twenty']);
  t.deepEqual(settings.list('node-label'), ['c=3']);
});

test('unknown keys of a file are left out and named; unknown flags of the command line end it', (t) => {
  const file = join(folder(t), 'config.yaml');
  writeFileSync(file, 'cluster-int: true\ntoken: t\n');
  const settings = readSettings('server', [], {K3S_CONFIG_FILE: file});
  t.deepEqual(settings.unknownKeys, ['--cluster-int']);
  t.deepEqual(settings.args, ['server', '--token=t']);
  t.throws(() => readSettings('server', ['--cluster-int'], {K3S_CONFIG_FILE: file}), {
    message: 'flag provided but not defined: -cluster-int',
  });
});

test("a server's keys are unknown to an agent", (t) => {
  const file = join(folder(t), 'config.yaml');
  writeFileSync(file, 'cluster-init: true\nnode-label: [a=b]\n');
  t.deepEqual(readSettings('agent', [], {K3S_CONFIG_FILE: file}).unknownKeys, ['--cluster-init']);
});

test('a file that was named must be there; the default one need not', (t) => {
  t.throws(() => readSettings('server', ['-c', '/nowhere/config.yaml'], {}), {message: /no such file/});
});

test('every spelling of a flag gives its value', (t) => {
  for (const args of [['--token', 'x'], ['--token=x'], ['-t', 'x'], ['-t=x'], ['-token', 'x']]) {
    t.deepEqual(parseArguments('server', args).get('token'), ['x'], args.join(' '));
  }
  for (const args of [['--cluster-init'], ['--cluster-init=true'], ['--cluster-init', 'true']]) {
    t.deepEqual(parseArguments('server', args).get('cluster-init'), ['true'], args.join(' '));
  }
});

test('what a file says comes back from the arguments made of it', (t) => {
  const names = flagsOf('server').map(({name}) => name);
  const value = fc.stringMatching(/^[a-z0-9][a-z0-9=:./-]{0,20}$/);
  const settings = fc.dictionary(fc.constantFrom(...names), fc.array(value, {minLength: 1, maxLength: 3}));
  fc.assert(
    fc.property(settings, (given) => {
      const parsed = parseArguments('server', asArguments(new Map(Object.entries(given))));
      for (const [name, values] of Object.entries(given)) if (parsed.get(name)?.join() !== values.join()) return false;
      return parsed.size === Object.keys(given).length;
    }),
  );
  t.pass();
});

test('tuning: environment over file over defaults', (t) => {
  const file = join(folder(t), 'standin.yaml');
  writeFileSync(file, 'learner-ms: 15000\nmigrate-lose: /registry/configmaps/default/a\nmigrate-skip-last: true\n');
  const tuning = readTuning({K3S_STANDIN_LEARNER_MS: '7'}, file);
  t.is(tuning.learnerMs, 7);
  t.is(tuning.migrateLose, '/registry/configmaps/default/a');
  t.true(tuning.migrateSkipLast);
  t.is(tuning.migrateDelayMs, 0);
  t.is(readTuning({}, '/nowhere').learnerMs, 2000);
});
