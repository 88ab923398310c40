import test, {type ExecutionContext} from 'ava';
import {tempFiles} from '../../test/support/temp_files.js';
import {VaultError} from '../errors/index.js';
import {loadInventory} from '../inventory/index.js';
import type {VarsLayer} from '../inventory/types.js';
import {Masker, Secret} from '../shell/index.js';
import {createTemplateEngine, type LookupHost, type TemplateContext, type VariableSource} from '../template/index.js';
import {seal, Vault} from '../vault/index.js';
import {PositionMap, parseYamlValues} from '../yaml/index.js';
import {createRunVariables, createUnsealer, type Moment, type RunVariables} from './index.js';

const moment = (changes: Partial<Moment> = {}): Moment => ({
  host: 's1',
  playName: 'Servers',
  playHostsAll: ['s1', 's2', 'a1'],
  playHosts: ['s1', 's2'],
  batch: ['s1'],
  playbookDir: '/plays',
  checkMode: false,
  diffMode: true,
  runTags: [],
  skipTags: ['slow'],
  forks: 7,
  verbosity: 1,
  ...changes,
});

const hosts = `k3s_cluster:
  children:
    server:
      hosts:
        s1: {ansible_host: 10.0.0.1, own: mine}
        s2:
      vars: {named: "{{ inventory_hostname }} of {{ play_var | default('no play') }}"}
    agent: {hosts: {a1: {ansible_host: 10.0.0.9, ansible_user: deploy}}}
all: {vars: {everywhere: 1, chain: "{{ own | default('none') }}"}}
`;

interface Setup {
  readonly run: RunVariables;
  readonly folder: string;
  readonly positions: PositionMap;
}

async function setup(t: ExecutionContext, extra: readonly VarsLayer[] = []): Promise<Setup> {
  const folder = tempFiles(t, {'hosts.yml': hosts});
  const positions = new PositionMap();
  const inventory = await loadInventory(['hosts.yml'], {cwd: folder, positions});
  return {run: createRunVariables({inventory, positions, extraVars: extra}), folder, positions};
}

const lookups: LookupHost = {
  readFile: () => '',
  exists: () => false,
  glob: () => [],
  env: () => undefined,
  searchPaths: () => [],
  inventoryHostnames: () => [],
};
const engine = createTemplateEngine({parseYaml: parseYamlValues});
const context = (variables: VariableSource): TemplateContext => ({
  variables,
  lookups,
  now: () => new Date(0),
  random: () => 0,
  warn: () => undefined,
});
const render = (source: VariableSource, text: string): unknown => engine.render(text, context(source));

const layer = (values: Record<string, unknown>, level: VarsLayer['level'] = 'playVars'): VarsLayer => ({
  level,
  label: level,
  values,
  template: true,
});

/** Expressions as a task of s1 sees them, in a play with `play_var: P`. */
const magic: readonly (readonly [string, unknown])[] = [
  ['inventory_hostname', 's1'],
  ['groups.server', ['s1', 's2']],
  ['groups.k3s_cluster', ['s1', 's2', 'a1']],
  ['groups.all', ['s1', 's2', 'a1']],
  ["groups['none'] | default([])", []],
  ['group_names', ['k3s_cluster', 'server']],
  ['ansible_play_hosts_all', ['s1', 's2', 'a1']],
  ['ansible_play_hosts', ['s1', 's2']],
  ['play_hosts', ['s1', 's2']],
  ['ansible_play_batch', ['s1']],
  ['ansible_play_name', 'Servers'],
  ['playbook_dir', '/plays'],
  ['ansible_check_mode', false],
  ['ansible_diff_mode', true],
  ['ansible_run_tags', ['all']],
  ['ansible_skip_tags', ['slow']],
  ['ansible_limit is defined', false],
  ['ansible_forks', 7],
  ['ansible_version.full is version("2.15", ">=")', true],
  ['ansible_facts', {}],
  ['ansible_host', '10.0.0.1'],
  ['ansible_user is defined', false],
  ['role_path is defined', false],
  ['hostvars.s2.inventory_hostname', 's2'],
  ['hostvars.s2.group_names', ['k3s_cluster', 'server']],
  ["hostvars['a1'].ansible_host", '10.0.0.9'],
  ['hostvars.s2.ansible_host is defined', false],
  ['hostvars.s1.play_var is defined', false],
  ['hostvars.s2.named', 's2 of no play'],
  ['named', 's1 of P'],
  ['hostvars.s2.everywhere', 1],
  ['hostvars.s2.playbook_dir', '/plays'],
  ['hostvars.s2.cli', 'C'],
  ['hostvars.nobody is defined', false],
  ['hostvars.localhost.everywhere', 1],
  ['hostvars.localhost.ansible_connection', 'local'],
  ['hostvars | list', ['s1', 's2', 'a1']],
  ['vars.everywhere', 1],
  ["vars['named']", 's1 of P'],
  ['chain', 'mine'],
  ['hostvars.s2.chain', 'none'],
];
for (const [expression, expected] of magic) {
  test(`{{ ${expression} }}`, async (t) => {
    const {run} = await setup(t, [layer({cli: 'C'}, 'extraVars')]);
    t.deepEqual(render(run.source(moment(), [layer({play_var: 'P'})]), `{{ ${expression} }}`), expected);
  });
}

test('inventory_file and inventory_dir are those of the source that named the host', async (t) => {
  const {run, folder} = await setup(t);
  t.is(render(run.source(moment(), []), '{{ inventory_file }} {{ inventory_dir }}'), `${folder}/hosts.yml ${folder}`);
});

test('magic variables cannot be overridden', async (t) => {
  const {run} = await setup(t, [layer({inventory_hostname: 'x', groups: 'x'}, 'extraVars')]);
  t.is(run.source(moment(), []).get('inventory_hostname')?.value, 's1');
});

test('ansible_host is always there in a task: the own, else the delegate, else the name', async (t) => {
  const {run} = await setup(t);
  const address = (changes: Partial<Moment>): unknown => run.source(moment(changes), []).get('ansible_host')?.value;
  t.is(address({host: 's1'}), '10.0.0.1');
  t.is(address({host: 's2'}), 's2');
  t.is(address({host: 's1', delegate: 'a1'}), '10.0.0.1');
  t.is(address({host: 's2', delegate: 'a1'}), '10.0.0.9');
  t.is(address({host: 's2', delegate: 'localhost'}), '127.0.0.1');
  t.is(address({host: 'localhost'}), '127.0.0.1');
});

test('the way to a delegate is made from the variables of the delegate', async (t) => {
  const {run} = await setup(t);
  const source = run.connectionSource(moment({delegate: 'a1'}), [layer({play_var: 'P'})]);
  t.is(source.get('ansible_host')?.value, '10.0.0.9');
  t.is(source.get('ansible_user')?.value, 'deploy');
  t.is(source.get('play_var')?.value, 'P');
  t.is(run.connectionSource(moment({delegate: 'localhost'}), []).get('ansible_connection')?.value, 'local');
  t.is(run.source(moment({delegate: 'a1'}), []).get('ansible_user'), undefined);
});

test('role variables of the moment', async (t) => {
  const {run} = await setup(t);
  const role = {name: 'inner', path: '/r/inner', parents: ['outer', 'middle']};
  const source = run.source(moment({role}), []);
  t.is(render(source, '{{ role_name }} {{ role_path }} {{ ansible_role_name }}'), 'inner /r/inner inner');
  t.deepEqual(source.get('ansible_parent_role_names')?.value, ['middle', 'outer']);
});

test('facts are seen as ansible_facts.x and ansible_x, by other hosts too, and stay between plays', async (t) => {
  const {run} = await setup(t);
  run.setFacts('s2', {ansible_distribution: 'Debian', kernel: '6.1', services: {k3s: {}}, ansible_local: {a: 1}});
  const source = run.source(moment({host: 's2'}), []);
  t.is(
    render(source, '{{ ansible_facts.distribution }} {{ ansible_distribution }} {{ ansible_kernel }}'),
    'Debian Debian 6.1',
  );
  t.deepEqual(render(source, '{{ services }}'), {k3s: {}});
  t.deepEqual(render(source, '{{ ansible_local }}'), {a: 1});
  t.is(render(run.source(moment(), []), "{{ hostvars['s2'].ansible_facts.kernel }}"), '6.1');
  t.is(source.get('kernel'), undefined);
  run.clearFacts('s2');
  t.deepEqual(run.facts('s2'), {});
});

test('what comes from hosts is never a template', async (t) => {
  const {run} = await setup(t);
  run.setFacts('s1', {evil: '{{ own }}'});
  run.register('s1', 'result', {stdout: '{{ own }}'});
  run.setVariables('s1', {fact: '{{ own }}'});
  const source = run.source(moment(), []);
  t.is(render(source, '{{ ansible_evil }}|{{ result.stdout }}|{{ fact }}'), '{{ own }}|{{ own }}|{{ own }}');
});

test('set_fact beats include_vars, which beats the task; parameters beat all but -e', async (t) => {
  const {run} = await setup(t);
  const scopes = [layer({x: 'task'}, 'taskVars')];
  const seen = (more: readonly VarsLayer[] = []): unknown => run.source(moment(), [...scopes, ...more]).get('x')?.value;
  t.is(seen(), 'task');
  run.addLayer('s1', layer({x: 'included'}, 'includeVars'));
  t.is(seen(), 'included');
  run.addLayer('s1', layer({x: 'included later'}, 'includeVars'));
  t.is(seen(), 'included later');
  run.setVariables('s1', {x: 'set'});
  t.is(seen(), 'set');
  t.is(seen([layer({x: 'param'}, 'roleParams')]), 'param');
  t.is(run.source(moment({host: 's2'}), scopes).get('x')?.value, 'task');
});

test('a marked result says why, an unmarked one does not', async (t) => {
  const {run} = await setup(t);
  const marked = {changed: true};
  const plain = {changed: false};
  run.register('s1', 'a', marked, 'not run in check mode');
  run.register('s1', 'b', plain);
  t.is(run.markOf(marked), 'not run in check mode');
  t.is(run.markOf(plain), undefined);
  t.is(run.source(moment(), []).get('a')?.value, marked);
});

test('the version changes with everything that is learned', async (t) => {
  const {run} = await setup(t);
  const steps: readonly (() => void)[] = [
    () => run.setFacts('s1', {a: 1}),
    () => run.setVariables('s1', {a: 1}),
    () => run.register('s1', 'r', {}),
    () => run.addLayer('s1', layer({a: 1}, 'includeVars')),
    () => run.addHost('new', ['server'], {}),
    () => run.groupBy('s1', 'os_debian', []),
    () => run.clearFacts('s1'),
  ];
  for (const step of steps) {
    const before = run.version();
    step();
    t.not(run.version(), before);
  }
});

test('hosts and groups made during the run are seen at once', async (t) => {
  const {run} = await setup(t);
  const source = run.source(moment(), []);
  t.deepEqual(render(source, '{{ groups.server }}'), ['s1', 's2']);
  run.addHost('new', ['server', 'fresh'], {ansible_host: '10.0.0.77', text: '{{ own }}'});
  run.groupBy('s1', 'os_debian', ['k3s_cluster']);
  const later = run.source(moment(), []);
  t.deepEqual(render(later, '{{ groups.server }}'), ['s1', 's2', 'new']);
  t.deepEqual(render(later, '{{ groups.fresh }} {{ groups.os_debian }}'), "['new'] ['s1']");
  t.deepEqual(render(later, '{{ group_names }}'), ['k3s_cluster', 'os_debian', 'server']);
  t.is(render(later, '{{ hostvars.new.ansible_host }} {{ hostvars.new.text }}'), '10.0.0.77 {{ own }}');
  t.is(render(run.source(moment({host: 'new'}), []), '{{ named }}'), 'new of no play');
});

test('a variable says where it was written', async (t) => {
  const {run, folder} = await setup(t);
  t.is(run.source(moment(), []).get('own')?.origin, `${folder}/hosts.yml:5:43`);
  t.is(run.source(moment(), [layer({x: 1})]).get('x')?.origin, 'playVars');
});

test('names lists what there is, for "did you mean"', async (t) => {
  const {run} = await setup(t);
  run.setFacts('s1', {kernel: 1});
  const names = [...(run.source(moment(), [layer({play_var: 1})]).names?.() ?? [])];
  for (const name of ['own', 'everywhere', 'play_var', 'ansible_kernel', 'hostvars', 'groups', 'ansible_facts'])
    t.true(names.includes(name), name);
  t.is(new Set(names).size, names.length);
});

test('sealed values are opened when used, and masked from then on', async (t) => {
  const sealed = seal('s3cret-token', 'pw', {salt: Buffer.alloc(32, 1)})
    .trim()
    .replaceAll('\n', '\n      ');
  const text = `g:\n  hosts: {h: }\n  vars:\n    token: !vault |\n      ${sealed}\n`;
  const folder = tempFiles(t, {'hosts.yml': text});
  const masker = new Masker();
  const vault = new Vault([{id: 'default', password: new Secret('pw'), source: 'test'}]);
  const inventory = await loadInventory(['hosts.yml'], {cwd: folder});
  const run = createRunVariables({inventory, unseal: createUnsealer(vault, masker)});
  t.is(masker.mask('s3cret-token'), 's3cret-token');
  t.is(run.source(moment({host: 'h'}), []).get('token')?.value, 's3cret-token');
  t.is(masker.mask('a s3cret-token'), 'a ***');
  const closed = createRunVariables({inventory});
  t.throws(() => closed.source(moment({host: 'h'}), []).get('token'), {
    instanceOf: VaultError,
    message: /no vault password was given/,
  });
});
