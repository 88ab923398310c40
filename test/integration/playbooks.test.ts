import {readdirSync, readFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import test from 'ava';
import {modules} from '../../modules/manifest.js';
import type {Module} from '../../src/module/index.js';
import {createRegistry} from '../../src/module/registry.js';
import {parseYamlValue} from '../../src/yaml/index.js';

const root = resolve(import.meta.dirname, '../../playbooks');
const registry = createRegistry(modules);

const yamlFiles = (folder: string): string[] =>
  readdirSync(folder, {withFileTypes: true, recursive: true})
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));

/** Every mapping that calls a module, however deep in plays and blocks. */
function* tasksIn(value: unknown): Generator<{readonly task: Record<string, unknown>; readonly module: Module}> {
  if (Array.isArray(value)) for (const item of value) yield* tasksIn(item);
  if (typeof value !== 'object' || value === null) return;
  const mapping = value as Record<string, unknown>;
  for (const key of Object.keys(mapping)) {
    const module = registry.find(key);
    if (module !== undefined) yield {task: mapping, module};
  }
  for (const key of ['tasks', 'pre_tasks', 'post_tasks', 'handlers', 'block', 'rescue', 'always'])
    yield* tasksIn(mapping[key]);
}

/** Whether a module can change a host: only then does `changed_when: false` hide something. */
const hasEffects = (module: Module): boolean =>
  module.kind === 'state' || (module.kind === 'action' && module.readOnly !== true);

const hiding = (value: unknown): string[] =>
  [...tasksIn(value)]
    .filter(({task, module}) => task.changed_when === false && hasEffects(module))
    .map(({task, module}) => `${task.name ?? '(no name)'} (${module.name})`);

test('no task of the shipped playbooks hides an effect behind changed_when: false', (t) => {
  const files = yamlFiles(root);
  const seen = files.flatMap((file) => [...tasksIn(parseYamlValue(readFileSync(file, 'utf8')))]);
  t.true(seen.length >= 15, `only ${seen.length} tasks were found`);
  for (const file of files) t.deepEqual(hiding(parseYamlValue(readFileSync(file, 'utf8'))), [], file);
});

test('such a task would be found, also in a block', (t) => {
  const planted = [{hosts: 'all', tasks: [{block: [{name: 'Hidden', file: {path: '/x'}, changed_when: false}]}]}];
  t.deepEqual(hiding(planted), ['Hidden (file)']);
  t.deepEqual(hiding([{name: 'Read only', wait_for: {port: 22}, changed_when: false}]), []);
});
