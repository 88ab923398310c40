import test from 'ava';
import {paramsOf, planOf, stepsOf} from '../../test/support/plans.js';
import module, {ruleWords} from './module.js';

const seen = {tool: true, there: false, rules: 2, policy: 'ACCEPT', problem: ''};

test('words of a rule', (t) => {
  const given = paramsOf(module, {
    chain: 'INPUT',
    protocol: 'tcp',
    source: '!10.0.0.0/8',
    destination_port: 6443,
    ctstate: 'NEW',
    jump: 'ACCEPT',
    comment: "it's k3s",
  });
  t.deepEqual(ruleWords(given as Parameters<typeof ruleWords>[0]), [
    '-p',
    'tcp',
    '!',
    '-s',
    '10.0.0.0/8',
    '--destination-port',
    '6443',
    '-m',
    'conntrack',
    '--ctstate',
    'NEW',
    '-m',
    'comment',
    '--comment',
    "it's k3s",
    '-j',
    'ACCEPT',
  ]);
});

for (const [title, params, now, expected, pattern] of [
  ['a new rule', {chain: 'INPUT', jump: 'ACCEPT'}, seen, 'change', /iptables -w -t filter -A INPUT -j ACCEPT/],
  ['first of all', {chain: 'INPUT', jump: 'DROP', action: 'insert', rule_num: 1}, seen, 'change', /-I INPUT 1 -j DROP/],
  ['there already', {chain: 'INPUT', jump: 'ACCEPT'}, {...seen, there: true}, 'same', undefined],
  [
    'removed',
    {chain: 'INPUT', jump: 'ACCEPT', state: 'absent'},
    {...seen, there: true},
    'change',
    /-D INPUT -j ACCEPT/,
  ],
  ['flushed', {table: 'nat', flush: true}, seen, 'change', /-t nat -F/],
  ['flushed already', {flush: true}, {...seen, rules: 0}, 'same', undefined],
  ['a policy', {chain: 'FORWARD', policy: 'DROP', ip_version: 'ipv6'}, seen, 'change', /ip6tables .* -P FORWARD DROP/],
  ['no tool', {flush: true}, {...seen, tool: false}, 'fail', undefined],
] as const)
  test(title, (t) => {
    const plan = planOf(module, params, now);
    t.is(plan.plan, expected);
    if (pattern !== undefined) t.regex(stepsOf(plan).join('\n'), pattern);
  });
