import test from 'ava';
import {run} from './run.js';

test('a command that reads its input is given what there is, and then the end, also where there is nothing', async (t) => {
  t.is((await run(['cat'], {input: 'a\n'})).stdout, 'a\n');
  t.is((await run(['cat'], {input: ''})).stdout, '');
  t.is((await run(['cat'])).stdout, '');
});
