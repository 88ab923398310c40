/** For tests: a loader that knows a handful of modules, over files of a test's own. */
import type {ExecutionContext} from 'ava';
import {didYouMean} from '../../src/errors/index.js';
import type {ModuleNames} from '../../src/playbook/action.js';
import {createLoader, type LoaderOptions} from '../../src/playbook/loader.js';
import type {Loader, Play, TaskNode} from '../../src/playbook/types.js';
import {titleOf, walkNodes} from '../../src/playbook/walk.js';
import {tempFiles} from './temp_files.js';

const modules: Readonly<Record<string, string | undefined>> = {
  command: 'cmd',
  shell: 'cmd',
  debug: undefined,
  copy: undefined,
  file: undefined,
  service: undefined,
  set_fact: undefined,
  meta: 'action',
  include_vars: 'file',
};

export const testNames: ModuleNames = {
  resolve: (written) => {
    const name = written.replace(/^(?:ansible\.builtin|community\.general)\./, '');
    return Object.hasOwn(modules, name) ? {name, freeForm: modules[name]} : undefined;
  },
  nearest: (written) => didYouMean(written, Object.keys(modules))?.slice("did you mean '".length, -2),
};

export const testLoader = (options: Partial<LoaderOptions> = {}): Loader =>
  createLoader({names: testNames, ...options});

export interface Loaded {
  readonly play: Play;
  readonly loader: Loader;
  readonly folder: string;
}

/** The first play of `p.yml` among these files. */
export function loadPlay(
  t: ExecutionContext,
  files: Readonly<Record<string, string>>,
  options: Partial<LoaderOptions> = {},
): Loaded {
  const folder = tempFiles(t, files);
  const loader = testLoader(options);
  const [play] = loader.loadPlaybook(`${folder}/p.yml`).plays;
  if (!play) throw new Error('no play');
  return {play, loader, folder};
}

/** Titles of tasks in the order they would run. */
export const titles = (nodes: Iterable<TaskNode>): string[] => [...walkNodes(nodes)].map(titleOf);
/** A task of that name that shows something. */
export const task = (name: string): string => `- name: ${name}\n  debug:\n`;
