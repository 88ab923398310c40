import {createHash} from 'node:crypto';
import {createReadStream, existsSync, statSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {defineModule, p, type StateModule, type z} from '../../src/module/index.js';
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
import {baseName} from '../support/path_word.js';
import {readRecords} from '../support/records.js';

const params = p.object({
  src: p.path('The file on the host.'),
  dest: p.string(
    'A folder on the controller, in which it goes to `HOST/PATH`; with `flat` the file itself, or a folder if it ends in a slash.',
  ),
  flat: p.bool('Put it right at `dest`.').default(false),
  fail_on_missing: p.bool('Fail if there is no such file.').default(true),
  validate_checksum: p.bool('Accepted for Ansible; what comes is always compared.').default(true),
});

type Params = z.output<typeof params>;

interface Prepared {
  readonly to: string;
  /** Of what the controller has there already. */
  readonly sha256: string | undefined;
}

/** Where it goes on the controller. */
function placeOf({src, dest, flat}: Params, host: string): string {
  const home = process.env.HOME ?? '';
  const base = resolve(dest.replace(/^~(?=\/|$)/, home));
  if (!flat) return join(base, host, src);
  const isFolder = dest.endsWith('/') || (existsSync(base) && statSync(base).isDirectory());
  return isFolder ? join(base, baseName(src)) : base;
}

async function hashOf(path: string): Promise<string | undefined> {
  if (!existsSync(path) || !statSync(path).isFile()) return undefined;
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

const fetchModule: StateModule<typeof params, PathSeen, Prepared> = {
  kind: 'state',
  name: 'fetch',
  aliases: ['ansible.builtin.fetch'],
  summary: 'Brings a file of the host to the controller.',
  description: 'Only if it differs from what is there. Unlike Ansible, check mode says whether it would.',
  params,
  returns: {dest: 'Where it is on the controller.', file: 'The file on the host.', sha256: 'Its SHA-256.'},
  examples: [{name: 'A kubeconfig', params: {src: '/etc/rancher/k3s/k3s.yaml', dest: './kubeconfig', flat: true}}],
  reach: 'host',
  probeIs: 'stable',
  async prepare(given, _controller, host) {
    const to = placeOf(given, host.name);
    return {to, sha256: await hashOf(to)};
  },
  reads: ({src}) => pathResources(src),
  probe: ({src}) => joinScripts([pathFunctions, probePath('file', src, {follow: true, sha256: true})]),
  parse: (output) => readPath(readRecords(output), 'file'),
  overlay(seen, predicted, {src}) {
    const file = overlayPath(seen, predicted, src);
    return file?.stat?.type === 'file' && file.sha256 === undefined ? undefined : file;
  },
  plan({fail_on_missing}, {path, stat, sha256, problem}, {to, sha256: mine}) {
    if (stat === undefined) {
      const why = problem === undefined ? `there is no file ${path} on the host` : `${path} cannot be read: ${problem}`;
      return fail_on_missing ? {plan: 'fail', why} : {plan: 'same', result: {msg: `${why}, ignored`, file: path}};
    }
    if (stat.type !== 'file') return {plan: 'fail', why: `${path} is ${typeName[stat.type]}, not a file`};
    if (sha256 === undefined) return {plan: 'fail', why: `${path} cannot be read`, hint: 'does the task need become?'};
    const result = {dest: to, file: path, sha256};
    if (sha256 === mine) return {plan: 'same', result};
    return {
      plan: 'change',
      diff: [{kind: 'hidden', path: `controller:${to}`, why: `fetched from ${path}`}],
      steps: [{step: 'fetch', title: `fetch ${path}`, from: path, to}],
      touches: [{kind: 'controller', name: to}],
      result,
    };
  },
};

export default defineModule(fetchModule);
