import {defineModule, p, type z} from '../../src/module/index.js';
import {sh} from '../../src/shell/index.js';
import {
  commandParams,
  commandPrediction,
  commandResult,
  commandReturns,
  commandStep,
  onlyOne,
} from '../support/command.js';

const params = p.object({
  _raw_params: p.string('The shell text as free text.').optional(),
  cmd: p.string('The shell text.').optional(),
  executable: p.path('The shell on the host.').default('/bin/sh'),
  ...commandParams,
});

const textOf = ({_raw_params, cmd}: z.output<typeof params>): string => {
  onlyOne('shell', {_raw_params, cmd});
  return cmd ?? _raw_params ?? '';
};

export default defineModule({
  kind: 'action',
  name: 'shell',
  aliases: ['ansible.builtin.shell'],
  summary: 'Runs shell text on the host: pipes, patterns, redirections and all.',
  description:
    'Always `changed`, unless `creates` or `removes` say that there was nothing to do, or `changed_when` says otherwise. Check mode skips it; with `creates` or `removes` it tells whether it would run.',
  params,
  freeForm: '_raw_params',
  returns: commandReturns,
  examples: [
    {name: 'A pipe', params: {_raw_params: 'k3s kubectl get nodes | wc -l'}},
    {name: 'Another shell', params: {cmd: 'set -o pipefail; dmesg | tail -n 3', executable: '/bin/bash'}},
  ],
  reach: 'run',
  check: 'predict',
  predict: (given) => commandPrediction(given, textOf(given)),
  steps: (given) => [commandStep(given, sh`set -- ${given.executable} -c ${textOf(given)}`)],
  result: (given, [output]) => (output === undefined ? {changed: false} : commandResult(given, textOf(given), output)),
});
