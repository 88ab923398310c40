import {ParamsError} from '../../src/errors/index.js';
import {defineModule, p, type z} from '../../src/module/index.js';
import {joinScripts, raw, type Script, sh} from '../../src/shell/index.js';
import {
  commandParams,
  commandPrediction,
  commandResult,
  commandReturns,
  commandStep,
  onlyOne,
} from '../support/command.js';
import {assignWord, isDynamicPath} from '../support/path_word.js';
import {splitWords} from '../support/words.js';

const params = p.object({
  _raw_params: p.string('The command line as free text.').optional(),
  cmd: p
    .string('The command line; split into words as a shell does, but with no pipes, patterns or redirections.')
    .optional(),
  argv: p.list(p.string('A word.'), 'The command as a list of words, none of which is split.').optional(),
  expand_argument_vars: p.bool('Expand `$VAR` and `~` in the words, on the host.').default(true),
  ...commandParams,
});

type Params = z.output<typeof params>;

function wordsOf({_raw_params, cmd, argv}: Params): readonly string[] {
  const which = onlyOne('command', {_raw_params, cmd, argv});
  const words = which === 'argv' ? (argv ?? []) : splitWords(cmd ?? _raw_params ?? '');
  if (words[0] === undefined || words[0] === '')
    throw new ParamsError({what: 'command: there is no command', hint: 'give one as cmd or argv'});
  if (words[0].startsWith('-')) throw new ParamsError({what: `command: '${words[0]}' is no command`});
  return words;
}

/** Sets the positional parameters; words with `$VAR` or `~` are expanded on the host. */
function setWords(words: readonly string[], expand: boolean): Script {
  const parts = words.map((word) =>
    expand && isDynamicPath(word) ? sh`${assignWord('q_word', word)}; set -- "$@" "$q_word"` : sh`set -- "$@" ${word}`,
  );
  return joinScripts([raw('set --'), ...parts]);
}

export default defineModule({
  kind: 'action',
  name: 'command',
  aliases: ['ansible.builtin.command'],
  summary: 'Runs a command on the host, without a shell.',
  description:
    'Always `changed`, unless `creates` or `removes` say that there was nothing to do, or `changed_when` says otherwise. Check mode skips it; with `creates` or `removes` it tells whether it would run.',
  params,
  freeForm: '_raw_params',
  returns: commandReturns,
  examples: [
    {name: 'Free text', params: {_raw_params: 'k3s kubectl get nodes'}},
    {name: 'Only once', params: {cmd: 'make install', chdir: '/usr/src/tool', creates: '/usr/local/bin/tool'}},
    {name: 'Words that are not split', params: {argv: ['echo', 'two words', '$HOME'], expand_argument_vars: false}},
  ],
  reach: 'run',
  check: 'predict',
  predict: (given) => commandPrediction(given, wordsOf(given)),
  steps: (given) => [commandStep(given, setWords(wordsOf(given), given.expand_argument_vars))],
  result(given, [output]) {
    const words = wordsOf(given);
    return output === undefined ? {changed: false} : commandResult(given, words, output);
  },
});
