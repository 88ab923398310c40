import {defineModule, type StateModule} from '../../src/module/index.js';
import {joinScripts, sh} from '../../src/shell/index.js';
import {pathResources} from '../support/path_state.js';
import {overlayPlace, type PlaceSeen, parsePlace, placeReads, planPlace, probePlace} from '../support/place_file.js';
import {readRecords} from '../support/records.js';
import {type FolderSeen, overlayFolder, parseFolder, planFolder, probeFolder} from './folder.js';
import {type CopyParams, params} from './params.js';
import {type Prepared, prepare} from './prepare.js';
import {overlayRemote, parseRemote, planRemote, probeRemote, type RemoteSeen} from './remote.js';

/** What was seen, by where the content comes from. */
interface Seen {
  readonly file?: PlaceSeen;
  readonly folder?: FolderSeen;
  readonly remote?: RemoteSeen;
}

const baseOf = (prepared: Prepared): string | undefined => (prepared.from === 'file' ? prepared.base : undefined);

/** `mode: preserve` as the bits of the source. */
const wishOf = (given: CopyParams, prepared: Prepared): CopyParams =>
  given.mode === 'preserve' && prepared.from === 'file' ? {...given, mode: prepared.mode} : given;

const copy: StateModule<typeof params, Seen, Prepared> = {
  kind: 'state',
  name: 'copy',
  aliases: ['ansible.builtin.copy'],
  summary: 'Copies files and folders to the host, or writes a given content.',
  description:
    'Only what differs is sent, found by SHA-256; a file is written beside its place and moved into it. With `--diff` text files are shown.',
  params,
  returns: {
    dest: 'Where it is.',
    src: 'Where it came from.',
    checksum: 'SHA-1 of the content; left out for large files.',
    sha256: 'SHA-256 of the content.',
    mode: "Permission bits, as '0644'.",
    owner: 'Owner.',
    group: 'Group.',
    uid: "Owner's number.",
    gid: "Group's number.",
    size: 'Size in bytes.',
    state: 'Always file.',
    backup_file: 'Where what was there before is kept.',
  },
  examples: [
    {name: 'A content', params: {dest: '/etc/motd', content: 'Welcome\n', mode: '0644'}},
    {
      name: 'A file of the role',
      params: {src: 'registries.yaml', dest: '/etc/rancher/k3s/', mode: '0600', owner: 'root'},
    },
    {
      name: 'A file that is checked first',
      params: {src: 'sudoers', dest: '/etc/sudoers.d/ops', validate: 'visudo -cf %s'},
    },
    {
      name: 'A file already on the host',
      params: {src: '/etc/rancher/k3s/k3s.yaml', dest: '~/.kube/config', remote_src: true, mode: 'u=rw,g=,o='},
    },
  ],
  reach: 'host',
  probeIs: 'stable',
  prepare: (given, controller) => prepare(given, controller),
  reads: (given) =>
    pathResources(
      ...placeReads(given, given.src?.replace(/\/+$/, '').split('/').at(-1)).map(({path}) => path),
      ...(given.remote_src && given.src !== undefined ? [given.src.replace(/(?<=.)\/+$/, '')] : []),
    ),
  probe(given, prepared, host) {
    const how = sh`q_say from ${prepared.from}`;
    if (prepared.from === 'host') return joinScripts([probeRemote(given, host), how]);
    if (prepared.from === 'folder') return joinScripts([probeFolder(given, prepared, host), how]);
    return joinScripts([probePlace(given, prepared.base, host), how]);
  },
  parse(output, given) {
    const how = readRecords(output).get('from');
    if (how === 'host') return {remote: parseRemote(output, given)};
    return how === 'folder' ? {folder: parseFolder(output, given)} : {file: parsePlace(output, given)};
  },
  overlay({file, folder, remote}, predicted, given, prepared) {
    if (remote !== undefined) {
      const corrected = overlayRemote(remote, predicted, given);
      return corrected && {remote: corrected};
    }
    if (folder !== undefined) {
      const corrected = overlayFolder(folder, predicted, given);
      return corrected && {folder: corrected};
    }
    const corrected = file && overlayPlace(file, predicted, given, baseOf(prepared));
    return corrected && {file: corrected};
  },
  plan(given, {file, folder, remote}, prepared, host) {
    if (remote !== undefined) return planRemote(given, remote, host);
    if (folder !== undefined && prepared.from === 'folder') return planFolder(given, folder, prepared, host);
    if (file === undefined || prepared.from !== 'file') return {plan: 'fail', why: 'nothing is known of the host'};
    const plan = planPlace(wishOf(given, prepared), file, prepared, host);
    const source = prepared.src === undefined ? {} : {src: prepared.src};
    return plan.plan === 'same' || plan.plan === 'change' ? {...plan, result: {...plan.result, ...source}} : plan;
  },
};

export default defineModule(copy);
