import test from 'ava';
import {restartVerdict} from './gate.js';

const url = (name: string): string => `https://${name}:2379`;

const answer = (healthy: readonly string[], all = ['a', 'b', 'c'], learners: readonly string[] = []) => ({
  rc: 0,
  stderr: '',
  stdout: `${JSON.stringify({
    header: {cluster_id: '1'},
    members: [...all, ...learners].map((name) => ({
      ID: name,
      name: `${name}-00000000`,
      clientURLs: [url(name)],
      isLearner: learners.includes(name),
    })),
  })}\n-- health --\n${[...all, ...learners].map((name) => `${url(name)} ${healthy.includes(name)}`).join('\n')}\n`,
});

test('all three healthy: one may go down', (t) => {
  t.is(restartVerdict(answer(['a', 'b', 'c'])).wait, 'done');
});

test('two of three: none may, and the message names who is down and the quorum', (t) => {
  t.deepEqual(restartVerdict(answer(['a', 'b'])), {
    wait: 'more',
    progress: '2 of 3 voters are healthy (not: c-00000000); going down now would leave fewer than the quorum of 2',
  });
});

test('a learner does not count', (t) => {
  t.is(restartVerdict(answer(['a', 'b', 'd'], ['a', 'b', 'c'], ['d'])).wait, 'more');
  t.is(restartVerdict(answer(['a', 'b', 'c'], ['a', 'b', 'c'], ['d'])).wait, 'done');
});

test('a single voter may be restarted, and a server that gets no answer too', (t) => {
  t.is(restartVerdict(answer(['a'], ['a'])).wait, 'done');
  t.is(restartVerdict({rc: 0, stdout: '', stderr: ''}).wait, 'done');
});

test('two voters: neither may go down without an outage, which an even cluster cannot avoid', (t) => {
  t.is(restartVerdict(answer(['a', 'b'], ['a', 'b'])).wait, 'more');
});
