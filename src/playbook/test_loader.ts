/** For tests: a loader that knows a handful of modules, over files of a test's own. */
import {didYouMean} from '../errors/index.js';
import type {ModuleNames} from './action.js';
import {createLoader, type LoaderOptions} from './loader.js';
import type {Loader} from './types.js';

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
