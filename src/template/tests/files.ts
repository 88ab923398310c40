/** Tests of paths on the controller. */
import {expandHome} from '../eval/files.js';
import type {Runtime, TestDefinition} from '../eval/runtime.js';
import {mustBeText} from '../filters/define.js';
import {Fault} from '../python/faults.js';
import type {LookupHost, PathKind} from '../types.js';
import {type TestTable, test} from './define.js';

function ask<Name extends 'kind' | 'isLink' | 'isMount' | 'realpath'>(
  runtime: Runtime,
  name: Name,
): NonNullable<LookupHost[Name]> {
  const host = runtime.context.lookups;
  const method = host[name];
  if (!method) throw new Fault('files on the controller cannot be looked at here');
  return method.bind(host) as NonNullable<LookupHost[Name]>;
}

const path = (runtime: Runtime, value: unknown): string => expandHome(runtime, mustBeText(value));

const isKind = (kind: PathKind): TestDefinition =>
  test('', (value, _args, runtime) => ask(runtime, 'kind')(path(runtime, value)) === kind);

const exists = test('', (value, _args, runtime) => runtime.context.lookups.exists(path(runtime, value)));
const link = test('', (value, _args, runtime) => ask(runtime, 'isLink')(path(runtime, value)));
const linkExists = test('', (value, _args, runtime) =>
  runtime.context.lookups.exists(path(runtime, value)) || ask(runtime, 'isLink')(path(runtime, value)));
const sameFile = test('other', (value, [other], runtime) =>
  ask(runtime, 'realpath')(path(runtime, value)) === ask(runtime, 'realpath')(path(runtime, other)));
const mount = test('', (value, _args, runtime) => ask(runtime, 'isMount')(path(runtime, value)));
const absolute = test('', (value) => mustBeText(value).startsWith('/'));

export const fileTests: TestTable = {
  exists,
  file: isKind('file'),
  is_file: isKind('file'),
  directory: isKind('directory'),
  is_dir: isKind('directory'),
  link,
  is_link: link,
  link_exists: linkExists,
  same_file: sameFile,
  is_same_file: sameFile,
  mount,
  is_mount: mount,
  abs: absolute,
  is_abs: absolute,
};
