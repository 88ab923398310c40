/** What is made of etcd's answers to a removal; curl is played here, and answers one line after the other. */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import type {Script} from '../../src/shell/index.js';
import {hostShells, playedPrograms} from '../../test/support/played_programs.js';
import {type RemovalGiven, removalSteps} from './removal.js';

const given: RemovalGiven = {
  node: 'server3',
  member: 'server3-0123abcd',
  learner: false,
  address_is_free: false,
  data_dir: '/k3s',
  bin_dir: '/bin',
  timeout_s: 60,
};
const member = {
  id: '77',
  name: 'server3-0123abcd',
  isLearner: false,
  peerUrls: ['https://10.0.0.3:2380'],
  clientUrls: [],
};

function removal(): Script {
  const steps = removalSteps(given, {member, node: false, secret: false, answered: true});
  const step = steps.find(({title}) => title === 'remove member server3-0123abcd');
  if (step?.step !== 'script') throw new Error('the removal is no script');
  return step.script;
}

const removed = '{"header":{"cluster_id":"1"},"members":[{"ID":"2","name":"server2-0123abcd"}]}';
const refused = '{"error":"etcdserver: re-configuration failed due to not enough started members","code":14}';
const notThere = '{"error":"etcdserver: member not found","message":"etcdserver: member not found","code":5}';
/** Empty: nothing came back in time, as of a proposal that etcd lost while it had no leader. */
const rows: Record<string, {answers: readonly string[]; code: number; asked: number; stderr: string}> = {
  'it is out': {answers: [removed], code: 0, asked: 1, stderr: ''},
  'etcd lost the first two': {answers: ['', '', removed], code: 0, asked: 3, stderr: ''},
  'etcd lost the answer alone': {answers: ['', notThere], code: 0, asked: 2, stderr: ''},
  'etcd refuses': {answers: Array(5).fill(refused), code: 1, asked: 5, stderr: `etcd says: ${refused}\n`},
  'etcd says nothing': {answers: Array(5).fill(''), code: 1, asked: 5, stderr: 'etcd says: nothing within 5 s\n'},
};

for (const shell of hostShells)
  for (const [title, {answers, code, asked, stderr}] of Object.entries(rows))
    test(`${shell[0]}: ${title}`, (t) => {
      const {folder, run} = playedPrograms(t, {
        curl: `cd "\${0%/*}" && echo "$*" >> asked && sed -n "$(wc -l < asked)p" <<'END'\n${answers.join('\n')}\nEND`,
        sleep: ':',
      });
      const ended = run(shell, removal());
      t.deepEqual([ended.status, ended.stderr], [code, stderr]);
      const calls = readFileSync(join(folder, 'asked'), 'utf8').trimEnd().split('\n');
      t.is(calls.length, asked);
      for (const call of calls)
        t.regex(call, /-d \{"ID":"77"\} https:\/\/127\.0\.0\.1:2379\/v3\/cluster\/member\/remove$/);
    });
