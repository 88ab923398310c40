/**
 * Which value of `x` each task sees when it is set in many places at once. The answers were recorded from Ansible
 * (2.19) running these very files; here the loader builds the scopes and the variables are looked up in them.
 */
import test from 'ava';
import {tempFiles} from '../../test/support/temp_files.js';
import {testLoader} from '../../test/support/test_loader.js';
import {loadInventory} from '../inventory/index.js';
import {createRunVariables, type Moment} from '../vars/index.js';
import {files} from './role_variables.fixture.js';
import {recorded, tasks} from './role_variables.golden.js';
import type {TaskNode} from './types.js';
import {titleOf} from './walk.js';

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');

for (const [index, {places, values}] of recorded.entries()) {
  const on = new Set(words(places));
  test(`the value each task sees, case ${index + 1}: ${on.size} places`, async (t) => {
    const folder = tempFiles(t, files(on));
    const expected = words(values).map((value, at) => [tasks[at], value]);
    t.is(expected.length, tasks.length);
    t.deepEqual(await valuesSeen(folder, on.has('extra')), expected);
  });
}

async function valuesSeen(folder: string, hasExtra: boolean): Promise<unknown[][]> {
  const inventory = await loadInventory(['inv/hosts'], {cwd: folder, playbookDirs: ['.']});
  const loader = testLoader();
  const extra = {level: 'extraVars', label: '-e', values: {x: 'extra'}, template: false} as const;
  const variables = createRunVariables({inventory, extraVars: hasExtra ? [extra] : []});
  const varsFile = loader.loadVars(`${folder}/vf.yml`, 'varsFiles');
  const found: unknown[][] = [];
  const visit = (nodes: Iterable<TaskNode>): void => {
    for (const node of nodes) {
      if (node.kind === 'block') visit(node.block);
      else if (node.kind === 'include') {
        const name = String(node.target.value);
        visit(
          node.what === 'tasks' ? loader.includeTasks(node, name, []) : loader.includeRole(node, name, {}, []).tasks,
        );
      } else if (node.module.name === 'set_fact') variables.setVariables('h1', {x: 'setfact'});
      else if (node.module.name === 'include_vars')
        variables.addLayer('h1', loader.loadVars(`${folder}/iv.yml`, 'includeVars'));
      else {
        const layers = [varsFile, ...node.scopes.flatMap((scope) => scope.layers)];
        found.push([titleOf(node), variables.source(moment, layers).get('x')?.value ?? 'undefined']);
      }
    }
  };
  const [play] = loader.loadPlaybook(`${folder}/p.yml`).plays;
  if (play) visit([...play.preTasks, ...play.roles, ...play.tasks]);
  return found;
}

const moment: Moment = {
  host: 'h1',
  playName: '',
  playHostsAll: [],
  playHosts: [],
  batch: [],
  playbookDir: '/',
  checkMode: false,
  diffMode: false,
  runTags: [],
  skipTags: [],
  forks: 5,
  verbosity: 0,
};
