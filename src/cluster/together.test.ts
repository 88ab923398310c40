import test from 'ava';
import {together, variableOf} from './together.js';

const fault = (host: string, what: string, hint = 'hint', name?: string) => ({
  host,
  what: (hosts: string) => `${hosts}: ${what}`,
  hint: (hosts: string) => `${hint} on ${hosts}`,
  ...(name === undefined ? {} : {variable: {name}}),
});

test('hosts of which the same is to be said are told together, in the order of the first', (t) => {
  t.deepEqual(
    together([
      fault('a', 'x'),
      fault('b', 'y'),
      fault('c', 'x'),
      fault('d', 'x', 'other'),
      fault('e', 'x', 'hint', 'k3s_x'),
      fault('f', 'x', 'hint', 'k3s_x'),
      fault('g', 'x', 'hint', 'k3s_y'),
    ]),
    [
      {hosts: ['a', 'c'], what: 'a, c: x', hint: 'hint on a, c'},
      {hosts: ['b'], what: 'b: y', hint: 'hint on b'},
      {hosts: ['d'], what: 'd: x', hint: 'other on d'},
      {hosts: ['e', 'f'], what: 'e, f: x', hint: 'hint on e, f', variable: {name: 'k3s_x', host: 'e'}},
      {hosts: ['g'], what: 'g: x', hint: 'hint on g', variable: {name: 'k3s_y', host: 'g'}},
    ],
  );
  t.deepEqual(together([]), []);
});

test('the place of a setting: its variable, and the member of a mapping', (t) => {
  t.deepEqual(variableOf({debug: 'k3s_server_config'}, 'debug', 'k3s_token'), {
    name: 'k3s_server_config',
    member: 'debug',
  });
  t.deepEqual(variableOf({debug: 'extra_server_args'}, 'debug', 'k3s_token'), {name: 'extra_server_args'});
  t.deepEqual(variableOf({}, 'token', 'k3s_token'), {name: 'k3s_token'});
  t.deepEqual(variableOf({}, 'token', 'k3s_agent_config'), {name: 'k3s_agent_config', member: 'token'});
  t.deepEqual(variableOf({x: '_config_yaml'}, 'x', 'y'), {name: '_config_yaml'});
});
