import {defineModule, p, type StateModule} from '../../src/module/index.js';
import {joinScripts} from '../../src/shell/index.js';
import {
  overlayPath,
  type PathSeen,
  pathFunctions,
  pathResources,
  probePath,
  readPath,
  typeName,
} from '../support/path_state.js';
import {readRecords} from '../support/records.js';

const params = p.object({src: p.path('The file on the host.', {aliases: ['path']})});

/** What an answer can hold, with room for base64. */
const readUpTo = 1_400_000;

const slurp: StateModule<typeof params, PathSeen> = {
  kind: 'state',
  name: 'slurp',
  aliases: ['ansible.builtin.slurp'],
  summary: 'Reads a file of the host into a variable, in base64.',
  description: 'For files up to 1.4 MB; `fetch` brings larger ones to the controller.',
  params,
  returns: {content: 'The content in base64.', encoding: 'Always base64.', source: 'The file.'},
  examples: [{name: 'A token', params: {src: '/var/lib/rancher/k3s/server/token'}}],
  reach: 'host',
  probeIs: 'stable',
  reads: ({src}) => pathResources(src),
  probe: ({src}) => joinScripts([pathFunctions, probePath('file', src, {follow: true, contentUpTo: readUpTo})]),
  parse: (output) => readPath(readRecords(output), 'file'),
  overlay(seen, predicted, {src}) {
    const file = overlayPath(seen, predicted, src);
    return file?.stat?.type === 'file' && file.content === undefined ? undefined : file;
  },
  plan(_given, {path, stat, content, problem}) {
    if (stat === undefined)
      return {
        plan: 'fail',
        why: problem === undefined ? `there is no file ${path}` : `${path} cannot be read: ${problem}`,
        ...(problem === undefined ? {} : {hint: 'does the task need become?'}),
      };
    if (stat.type !== 'file') return {plan: 'fail', why: `${path} is ${typeName[stat.type]}, not a file`};
    if (content === undefined || (stat.size !== undefined && content.length < stat.size && stat.size > 0))
      return (stat.size ?? 0) > readUpTo
        ? {
            plan: 'fail',
            why: `${path} has ${stat.size} bytes, more than the ${readUpTo} that slurp reads`,
            hint: 'use fetch',
          }
        : {plan: 'fail', why: `${path} cannot be read`, hint: 'does the task need become?'};
    return {plan: 'same', result: {content: content.toString('base64'), encoding: 'base64', source: path}};
  },
};

export default defineModule(slurp);
