import {defineModule, p, type z} from '../../src/module/index.js';
import {raw, sh} from '../../src/shell/index.js';
import {linesOf, onlyOne} from '../support/command.js';

const params = p.object({
  _raw_params: p.string('The shell text.').optional(),
  cmd: p.string('The shell text.').optional(),
  executable: p.path('A shell to run it in; the session’s own without it.').optional(),
});

const textOf = ({_raw_params, cmd}: z.output<typeof params>): string => {
  onlyOne('raw', {_raw_params, cmd});
  return cmd ?? _raw_params ?? '';
};

export default defineModule({
  kind: 'action',
  name: 'raw',
  aliases: ['ansible.builtin.raw'],
  summary: 'Runs shell text on the host as it is, with nothing around it.',
  params,
  freeForm: '_raw_params',
  returns: {
    rc: 'Its exit code.',
    stdout: 'What it printed.',
    stdout_lines: 'The same as lines.',
    stderr: 'What it printed on standard error.',
    stderr_lines: 'The same as lines.',
  },
  examples: [{name: 'Before anything is there', params: {_raw_params: 'apk add curl'}}],
  reach: 'run',
  check: 'skip',
  steps: (given) => [
    {
      step: 'script',
      title: 'run the command',
      script: given.executable === undefined ? raw(textOf(given)) : sh`${given.executable} -c ${textOf(given)}`,
      okCodes: 'any',
      mayBlock: true,
    },
  ],
  result(_given, [output]) {
    if (output === undefined) return {changed: false};
    const {rc, stdout, stderr} = output;
    const data = {rc, stdout, stdout_lines: linesOf(stdout), stderr, stderr_lines: linesOf(stderr)};
    return rc === 0 ? {changed: true, data} : {changed: true, failed: true, msg: 'non-zero return code', data};
  },
});
