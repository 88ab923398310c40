import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import test from 'ava';
import {manifestText, moduleFolders, writeManifest} from '../../../scripts/manifest.mjs';
import {shapeOf} from '../../../src/module/shape.js';
import {validateParams} from '../../../src/module/validate.js';
import {loadTested} from './suite.js';

const tested = await loadTested();
const where = {file: 'example.yml', line: 1, column: 1};

/** A sentence, with its full stop. */
const sentence = /[.)]$/;

test('the manifest names every module folder, in order', (t) => {
  writeManifest();
  const file = fileURLToPath(new URL('../../../modules/manifest.ts', import.meta.url));
  t.is(readFileSync(file, 'utf8'), manifestText(moduleFolders()));
  t.deepEqual(
    tested.map(({module}) => module.name),
    moduleFolders(),
  );
});

test('no two modules have a name in common', (t) => {
  const owners = new Map<string, string>();
  for (const {module} of tested)
    for (const name of new Set([module.name, ...(module.aliases ?? [])])) {
      t.is(owners.get(name), undefined, `${name} is a name of ${owners.get(name)} and ${module.name}`);
      owners.set(name, module.name);
    }
});

for (const {module, cases} of tested) {
  test(`${module.name}: documentation is complete`, (t) => {
    t.regex(module.summary, sentence, 'summary');
    t.true(module.examples.length > 0, 'examples');
    for (const {name, doc, schema} of shapeOf(module.params).params) {
      t.truthy(doc, `parameter ${name}`);
      t.regex(doc?.doc ?? '', sentence, `parameter ${name}`);
      t.truthy(schema, name);
    }
    for (const [name, text] of Object.entries(module.returns ?? {})) t.regex(text, sentence, `returns.${name}`);
  });

  test(`${module.name}: examples are valid`, (t) => {
    for (const {name, params} of module.examples)
      t.notThrows(() => validateParams(module, params, {where, whereOf: () => where}), name);
  });

  test(`${module.name}: aliases of parameters do not collide`, (t) => {
    const names = shapeOf(module.params).params.flatMap((param) => [param.name, ...(param.doc?.aliases ?? [])]);
    t.deepEqual(
      names.filter((name, at) => names.indexOf(name) !== at),
      [],
    );
  });

  // K3s's own modules are tried on lab hosts, by the end-to-end tests.
  if ((module.kind === 'state' || module.kind === 'action') && !module.name.startsWith('k3s_'))
    test(`${module.name}: has cases, each with a name of its own`, (t) => {
      const names = cases.map(({name}) => name);
      t.true(names.length > 0);
      t.is(new Set(names).size, names.length);
    });
}
