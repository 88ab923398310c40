import test from 'ava';
import fc from 'fast-check';
import {InventoryGraph} from '../inventory/graph.js';
import {type Level, levels, type VarsLayer} from '../inventory/types.js';
import {createRunVariables, type Moment, type RunVariables} from './index.js';

const moment: Moment = {
  host: 'n1',
  playName: 'play',
  playHostsAll: ['n1'],
  playHosts: ['n1'],
  batch: ['n1'],
  playbookDir: '/p',
  checkMode: false,
  diffMode: false,
  runTags: [],
  skipTags: [],
  forks: 5,
  verbosity: 0,
};

const inventoryLevels: ReadonlySet<string> = new Set(levels.slice(1, 9));
const isGroupLevel = (level: Level): boolean => level.includes('Group');

/** A run in which `x` is set at each of these levels, to the level's name. */
function runWith(set: readonly Level[]): {variables: RunVariables; scopes: VarsLayer[]} {
  const graph = new InventoryGraph();
  graph.addHost('n1', 'web');
  const layer = (level: Level): VarsLayer => ({level, label: level, values: {x: level}, template: true});
  for (const level of set.filter((name) => inventoryLevels.has(name))) {
    if (isGroupLevel(level)) graph.setGroupVars(level.endsWith('All') ? 'all' : 'web', layer(level));
    else graph.setHostVars('n1', layer(level));
  }
  const variables = createRunVariables({
    inventory: graph.finish([], () => undefined),
    extraVars: set.includes('extraVars') ? [layer('extraVars')] : [],
  });
  if (set.includes('facts')) variables.setVariables('n1', {x: 'facts'}, {cacheable: true});
  if (set.includes('setFacts')) variables.setVariables('n1', {x: 'setFacts'});
  if (set.includes('includeVars')) variables.addLayer('n1', layer('includeVars'));
  const own: ReadonlySet<string> = new Set(['extraVars', 'facts', 'setFacts', 'includeVars']);
  return {variables, scopes: set.filter((name) => !inventoryLevels.has(name) && !own.has(name)).map(layer)};
}

const winner = (set: readonly Level[]): unknown => {
  const {variables, scopes} = runWith(set);
  return variables.source(moment, scopes).get('x')?.value;
};

// A cached set_fact also sets the stronger level of the same name; only alone does the weak one show.
const comparable = levels.filter((level) => level !== 'facts');

for (const [index, level] of comparable.entries()) {
  const weaker = comparable.slice(0, index);
  test(`${level} beats every weaker level`, (t) => {
    t.is(winner([...weaker, level]), level);
    for (const other of weaker) t.is(winner([level, other]), level);
  });
}

test('the strongest of any set of levels wins', (t) => {
  fc.assert(
    fc.property(fc.shuffledSubarray([...comparable], {minLength: 1}), (set) => {
      const strongest = [...set].sort((a, b) => levels.indexOf(b) - levels.indexOf(a))[0];
      return winner(set) === strongest;
    }),
  );
  t.pass();
});

test('facts are stronger than the inventory and weaker than the play', (t) => {
  const {variables, scopes} = runWith(['playbookHostVars', 'roleDefaults']);
  variables.setFacts('n1', {x: 1, ansible_x: 2});
  t.is(variables.source(moment, scopes).get('x')?.value, 'playbookHostVars');
  const graph = new InventoryGraph();
  graph.addHost('n1', 'web');
  graph.setHostVars('n1', {level: 'playbookHostVars', label: '', values: {ansible_y: 'inventory'}, template: true});
  const run = createRunVariables({inventory: graph.finish([], () => undefined)});
  run.setFacts('n1', {y: 'fact'});
  t.is(run.source(moment, []).get('ansible_y')?.value, 'fact');
  const play: VarsLayer = {level: 'playVars', label: '', values: {ansible_y: 'play'}, template: true};
  t.is(run.source(moment, [play]).get('ansible_y')?.value, 'play');
});

test('explain lists every candidate, weakest first', (t) => {
  const {variables, scopes} = runWith(comparable);
  t.deepEqual(
    variables.explain(moment, scopes, 'x').map((layer) => layer.level),
    comparable,
  );
});

test('of equal level the inner scope wins, and the group merged last', (t) => {
  const graph = new InventoryGraph();
  graph.addChild('outer', 'inner');
  graph.addHost('n1', 'inner');
  graph.addHost('n1', 'beside');
  const set = (group: string): void =>
    graph.setGroupVars(group, {level: 'inventoryGroupVars', label: group, values: {x: group}, template: true});
  for (const group of ['inner', 'beside', 'outer']) set(group);
  const run = createRunVariables({inventory: graph.finish([], () => undefined)});
  t.is(run.source(moment, []).get('x')?.value, 'inner');
  const block = (value: string): VarsLayer => ({level: 'blockVars', label: value, values: {x: value}, template: true});
  t.is(run.source(moment, [block('a'), block('b')]).get('x')?.value, 'b');
});
