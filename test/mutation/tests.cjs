/**
 * The tests of src/cluster, for mocha. A test's file and all that it needs is loaded anew for each mutant, so that whatever is made
 * while a module is loaded (a table of cases, a regular expression) is made with the mutant too. Otherwise a mutant in such code
 * would need a process of its own and all of the tests: every fifth does, and these took most of the time.
 */
const {readdirSync, readFileSync} = require('node:fs');
const {createRequire} = require('node:module');
const {basename, dirname, join, resolve} = require('node:path');
const {compileFunction, Script} = require('node:vm');

const built = join(__dirname, 'built');
// The project's own packages, and not those of the same name that come with mocha.
const own = createRequire(join(__dirname, '../../package.json'));
const compiled = new Map();

function compile(file) {
  const known = compiled.get(file);
  if (known !== undefined) return known;
  const body = compileFunction(
    readFileSync(file, 'utf8'),
    ['exports', 'require', 'module', '__filename', '__dirname'],
    {
      filename: file,
    },
  );
  compiled.set(file, body);
  return body;
}

/** The tests of a file by title, with the modules that are loaded already. */
function testsIn(testFile, loaded = new Map()) {
  const tests = new Map();
  const test = (title, implementation) => tests.set(title, implementation);
  test.serial = test;
  const load = (file) => {
    const known = loaded.get(file);
    if (known !== undefined) return known.exports;
    const module = {exports: {}};
    loaded.set(file, module);
    const requireFrom = (name) => {
      if (name === 'ava') return test;
      return name.startsWith('.') ? load(resolve(dirname(file), name.replace(/\.js$/, '.cjs'))) : own(name);
    };
    compile(file)(module.exports, requireFrom, module, file, dirname(file));
    return module.exports;
  };
  load(testFile);
  return tests;
}

/** Titles are asked for without a mutant, and what is run for that is no test's. */
function titlesIn(testFile) {
  const {__stryker__: real} = globalThis;
  globalThis.__stryker__ = {};
  try {
    return [...testsIn(testFile).keys()];
  } finally {
    globalThis.__stryker__ = real;
  }
}

let round = {};

/**
 * One test. All tests share their modules within a round of one mutant, for no module keeps anything that changes. Without a mutant
 * each has its own, so that it is noted for every test what runs while its modules are loaded.
 */
function testOf(testFile, title) {
  const {activeMutant} = globalThis.__stryker__ ?? {};
  if (activeMutant === undefined) return testsIn(testFile).get(title);
  if (round.activeMutant !== activeMutant) round = {activeMutant, loaded: new Map(), tests: new Map()};
  if (!round.tests.has(testFile)) round.tests.set(testFile, testsIn(testFile, round.loaded));
  return round.tests.get(testFile).get(title);
}

const inTime = new Script('globalThis.quorateTest()');
const secondsUsed = () => {
  const {user, system} = process.cpuUsage();
  return (user + system) / 1e6;
};

/**
 * A mutant may make a loop that never ends. Cut short here it costs seconds; Stryker waits for longer than all of the tests take,
 * and begins again with a new process. A test that was given little of the processor meanwhile has not looped, and is run anew.
 * To watch a test takes a millisecond, so only those of the mutant's own source are watched, which are the first to loop.
 */
function endingSoon(body, limitMs = 8000) {
  globalThis.quorateTest = body;
  const before = secondsUsed();
  try {
    return inTime.runInThisContext({timeout: limitMs});
  } catch (error) {
    if (error?.code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT' || secondsUsed() - before > 4) throw error;
    return endingSoon(body, 2 * limitMs);
  }
}

const {run} = require(join(built, 'test/mutation/ava_in_mocha.cjs'));
const folder = join(built, 'src/cluster');
const names = readdirSync(folder);

/** The source of each mutant, `roles` for src/cluster/roles.ts. */
const sourceOf = new Map(
  names.flatMap((name) =>
    [...readFileSync(join(folder, name), 'utf8').matchAll(/stryMutAct_9fa48\("(\d+)"\)/g)].map(([, id]) => [
      id,
      basename(name, '.cjs'),
    ]),
  ),
);

const mutated = () => sourceOf.get(globalThis.__stryker__?.activeMutant);

/** Tests that start shells take a quarter of the time of all, and hold what is read of a host and no rule. */
const startsShells = (topic) => topic.startsWith('look');
const isRead = (source) => /look|sighting|peer_port/.test(source);

// A mutant is given up at the first test that fails: those of its own source come first, those that start shells last.
const order = (topic, own) => (topic === own ? 0 : startsShells(topic) ? 2 : 1);
let all;
before(function chooseTests() {
  const own = mutated();
  const suite = this.test.parent;
  all ??= suite.tests;
  suite.tests = all
    .filter(({topic}) => own === undefined || isRead(own) || !startsShells(topic))
    .sort((left, right) => order(left.topic, own) - order(right.topic, own));
});

const chosen = new RegExp(process.env.MUTATION_TESTS ?? '');
for (const name of names.filter((one) => one.endsWith('.test.cjs') && chosen.test(one))) {
  const topic = basename(name, '.test.cjs');
  const file = join(folder, name);
  for (const title of titlesIn(file)) {
    const body = () => run(title, testOf(file, title));
    const own = it(`${topic}: ${title}`, () => (topic === mutated() ? endingSoon(body) : body()));
    own.topic = topic;
    // Stryker reads in a test's file whether it changed since the last run.
    own.file = join(__dirname, '../../src/cluster', `${topic}.test.ts`);
  }
}
