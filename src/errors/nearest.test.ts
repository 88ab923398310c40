import test from 'ava';
import {didYouMean, nearest} from './nearest.js';

const table: readonly (readonly [string, readonly string[], string | undefined])[] = [
  ['hsots', ['hosts', 'vars', 'children'], 'hosts'],
  ['notfiy', ['notify', 'name'], 'notify'],
  ['becoem_user', ['become', 'become_user'], 'become_user'],
  ['Server', ['server', 'agent'], 'server'],
  ['copi', ['copy', 'command'], 'copy'],
  ['zebra', ['hosts', 'vars'], undefined],
  ['x', ['hosts'], undefined],
  ['b', ['a'], undefined],
  ['taks', ['tags', 'tasks'], 'tasks'],
  ['hosts', ['hosts'], undefined],
];
for (const [word, candidates, expected] of table) {
  test(`nearest to ${word} is ${String(expected)}`, (t) => {
    t.is(nearest(word, candidates), expected);
  });
}

test('the question names the candidate', (t) => {
  t.is(didYouMean('hsots', ['hosts']), "did you mean 'hosts'?");
  t.is(didYouMean('zebra', ['hosts']), undefined);
});
