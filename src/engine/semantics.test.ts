/**
 * What plays do, held to what Ansible does: each case of semantics/*.yml was run by ansible-core 2.14, and gives the same
 * results on the same hosts in the same order, the same recap and exit code, but where `unlike_ansible` says why not.
 */
import {readdirSync, readFileSync, statSync} from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import test from 'ava';
import {runYaml} from '../../test/support/engine_run.js';
import type {HostStats} from '../events/types.js';
import {parseYaml} from '../yaml/index.js';
import type {RunSettings} from './options.js';

interface Case {
  readonly name: string;
  readonly args?: string;
  readonly unlike_ansible?: string;
  readonly playbook: string;
  readonly lines: readonly string[];
  readonly recap: readonly string[];
  readonly exit: number;
}

const folder = path.join(path.dirname(fileURLToPath(import.meta.url)), 'semantics');

/** What plays include, by its path beside the playbook. */
const besides = Object.fromEntries(
  readdirSync(path.join(folder, 'files'), {recursive: true, encoding: 'utf8'})
    .filter((name) => statSync(path.join(folder, 'files', name)).isFile())
    .map((name) => [name, readFileSync(path.join(folder, 'files', name), 'utf8')]),
);

function settingsOf(args: string | undefined): RunSettings {
  const words = args?.split(' ') ?? [];
  const after = (flag: string): string | undefined =>
    words.includes(flag) ? words[words.indexOf(flag) + 1] : undefined;
  const [tags, skipTags, limit, startAtTask] = ['--tags', '--skip-tags', '--limit', '--start-at-task'].map(after);
  return {
    ...(tags === undefined ? {} : {tags: [tags]}),
    ...(skipTags === undefined ? {} : {skipTags: [skipTags]}),
    ...(limit === undefined ? {} : {limit}),
    ...(startAtTask === undefined ? {} : {startAtTask}),
    forceHandlers: words.includes('--force-handlers'),
    check: words.includes('--check'),
  };
}

const counts = ['ok', 'changed', 'unreachable', 'failed', 'skipped', 'rescued', 'ignored', 'conditional'] as const;

const recapOf = (stats: Readonly<Record<string, HostStats>>): string[] =>
  Object.entries(stats)
    .map(([host, own]) => [host, ...counts.filter((key) => own[key] > 0).map((key) => `${key}=${own[key]}`)].join(' '))
    .sort();

for (const file of readdirSync(folder).filter((name) => name.endsWith('.yml'))) {
  const cases = parseYaml(readFileSync(path.join(folder, file), 'utf8')).value as readonly Case[];
  for (const {name, args, playbook, lines, recap, exit} of cases) {
    test(`${path.basename(file, '.yml')}: ${name}`, async (t) => {
      const run = await runYaml(playbook, {
        inventory: playbook.includes('far') ? 'h1,h2,h3,far' : 'h1,h2,h3',
        files: besides,
        settings: settingsOf(args),
        arrange: (pool) => {
          pool.session({host: 'far'}).rules.unreachable = 'tcp';
        },
      });
      t.deepEqual(run.lines, lines);
      t.deepEqual(recapOf(run.stats), recap);
      t.is(run.exitCode, exit);
    });
  }
}
