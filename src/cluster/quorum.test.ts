import test from 'ava';
import {hasQuorum, mayStopOne, quorumOf, tolerance} from './quorum.js';

/** Voters, how many of them are well, what may still fail, whether they agree, whether one may be stopped. */
const table: readonly (readonly [number, number, number, number, boolean, boolean])[] = [
  // voters, healthy, quorum, tolerance, hasQuorum, mayStopOne
  [0, 0, 1, -1, false, false],
  [0, 1, 1, 0, false, false],
  [1, 0, 1, -1, false, true],
  [1, 1, 1, 0, true, true],
  [2, 1, 2, -1, false, false],
  [2, 2, 2, 0, true, false],
  [3, 1, 2, -1, false, false],
  [3, 2, 2, 0, true, false],
  [3, 3, 2, 1, true, true],
  [4, 3, 3, 0, true, false],
  [4, 4, 3, 1, true, true],
  [5, 3, 3, 0, true, false],
  [5, 4, 3, 1, true, true],
  [7, 4, 4, 0, true, false],
];

for (const [voters, healthy, quorum, spare, agrees, stops] of table) {
  test(`${healthy} of ${voters} voters are well`, (t) => {
    t.deepEqual(
      [quorumOf(voters), tolerance(voters, healthy), hasQuorum(voters, healthy), mayStopOne(voters, healthy)],
      [quorum, spare, agrees, stops],
    );
  });
}
