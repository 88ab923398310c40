import {ParamsError} from '../../src/errors/index.js';
import {type ActionModule, defineModule, p, type z} from '../../src/module/index.js';
import {joinScripts, raw, sh} from '../../src/shell/index.js';
import type {UploadContent} from '../../src/transport/types.js';
import {
  commandParams,
  commandPrediction,
  commandResult,
  commandReturns,
  commandStep,
  onlyOne,
} from '../support/command.js';
import {contentOfFile} from '../support/content.js';
import {baseName} from '../support/path_word.js';
import {splitWords} from '../support/words.js';

const params = p.object({
  _raw_params: p.string('The script on the controller and its arguments, as free text.').optional(),
  cmd: p.string('The script on the controller and its arguments.').optional(),
  executable: p.string("What runs it, as 'python3 -u'; its own first line without it.").optional(),
  decrypt: p.bool('Accepted for Ansible; vaulted sources are opened always.').default(true),
  ...commandParams,
});

interface Prepared {
  readonly content: UploadContent;
  /** Where it lies on the host while it runs; named by its content. */
  readonly place: string;
  readonly words: readonly string[];
}

function textOf({_raw_params, cmd}: z.output<typeof params>): string {
  onlyOne('script', {_raw_params, cmd});
  return cmd ?? _raw_params ?? '';
}

const script: ActionModule<typeof params, Prepared> = {
  kind: 'action',
  name: 'script',
  aliases: ['ansible.builtin.script'],
  summary: 'Runs a script of the controller on the host, and leaves nothing of it there.',
  params,
  freeForm: '_raw_params',
  returns: commandReturns,
  examples: [
    {name: 'With arguments', params: {_raw_params: 'check_disk.sh --min 10G /var'}},
    {name: 'Only once', params: {cmd: 'install.sh', creates: '/opt/tool'}},
  ],
  reach: 'run',
  check: 'predict',
  async prepare(given, controller) {
    const [name, ...words] = splitWords(textOf(given));
    if (name === undefined)
      throw new ParamsError({what: 'script: there is no script', hint: 'give its path on the controller'});
    const content = await contentOfFile(controller, controller.findFile('files', name));
    return {content, place: `/tmp/.quorate-${content.sha256.slice(0, 16)}-${baseName(name)}`, words};
  },
  predict: (given) => commandPrediction(given, textOf(given)),
  steps(given, {content, place, words}) {
    const runner = given.executable === undefined ? [] : splitWords(given.executable);
    return [
      {step: 'upload', title: `send the script ${baseName(place)}`, content, to: place, mode: '0700'},
      commandStep(given, joinScripts([raw('set --'), sh`set -- ${[...runner, place, ...words]}`])),
      {step: 'script', title: 'remove the script', script: sh`rm -f -- ${place}`},
    ];
  },
  result(given, outcomes) {
    const output = outcomes[1];
    return output === undefined ? {changed: false} : commandResult(given, textOf(given), output);
  },
};

export default defineModule(script);
