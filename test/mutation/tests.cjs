/**
 * The tests of src/cluster, for mocha. Each test loads its file and all that this needs anew, so that whatever is made while a
 * module is loaded (a table of cases, a regular expression) is made with the mutant too. Otherwise a mutant in such code would
 * need a process of its own and all of the tests: for every fifth that was measured, and for most of the time.
 */
const {readdirSync, readFileSync} = require('node:fs');
const {createRequire} = require('node:module');
const {basename, dirname, join, resolve} = require('node:path');
const {compileFunction} = require('node:vm');

const built = join(__dirname, 'built');
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

/** The tests of a file by title, from modules of their own. */
function testsIn(testFile) {
  const tests = new Map();
  const test = (title, implementation) => tests.set(title, implementation);
  test.serial = test;
  const loaded = new Map();
  const load = (file) => {
    const known = loaded.get(file);
    if (known !== undefined) return known.exports;
    const module = {exports: {}};
    loaded.set(file, module);
    const outer = createRequire(file);
    const requireFrom = (name) => {
      if (name === 'ava') return test;
      return name.startsWith('.') ? load(resolve(dirname(file), name.replace(/\.js$/, '.cjs'))) : outer(name);
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

const {run} = require(join(built, 'test/mutation/ava_in_mocha.cjs'));
const folder = join(built, 'src/cluster');
const names = readdirSync(folder).filter((name) => name.endsWith('.test.cjs'));
// Tests that start shells come last: a mutant is given up at the first test that fails.
const startsShells = (name) => name.includes('look');
for (const name of [...names.filter((one) => !startsShells(one)), ...names.filter(startsShells)]) {
  const file = join(folder, name);
  const source = join(__dirname, '../../src/cluster', name.replace(/\.cjs$/, '.ts'));
  for (const title of titlesIn(file)) {
    const own = it(`${basename(name, '.test.cjs')}: ${title}`, () => run(title, testsIn(file).get(title)));
    // Stryker reads in a test's file whether it changed since the last run.
    own.file = source;
  }
}
