import {defineModule} from '../../src/module/index.js';
import {pathResources} from '../support/path_state.js';
import {joinPath, parentPath} from '../support/path_word.js';
import {params} from './params.js';
import {planFile} from './plan.js';
import {overlay, ownPath, parse, probe} from './seen.js';

export default defineModule({
  kind: 'state',
  name: 'file',
  aliases: ['ansible.builtin.file'],
  summary: 'Makes files, folders and links, removes them, and sets their attributes.',
  params,
  returns: {
    path: 'The path, as the host expands it.',
    dest: 'The same for links and touched files.',
    state: 'What is there: file, directory, link, hard or absent.',
    mode: "Permission bits, as '0644'.",
    owner: 'Owner.',
    group: 'Group.',
    uid: "Owner's number.",
    gid: "Group's number.",
    size: 'Size in bytes.',
    src: 'What a link points to.',
  },
  examples: [
    {
      name: 'A private folder with its parents',
      params: {path: '/var/lib/rancher/k3s', state: 'directory', mode: '0700'},
    },
    {name: 'A symbolic link', params: {src: '/usr/local/bin/k3s', dest: '/usr/local/bin/kubectl', state: 'link'}},
    {name: 'Nothing there', params: {path: '/etc/old.conf', state: 'absent'}},
    {
      name: 'Same bits for a whole tree',
      params: {path: '/srv/www', state: 'directory', recurse: true, mode: 'u=rwX,g=rX,o='},
    },
  ],
  reach: 'host',
  probeIs: 'stable',
  reads(given) {
    const path = ownPath(given);
    return pathResources(path, ...(given.src === undefined ? [] : [joinPath(parentPath(path), given.src)]));
  },
  probe: (given) => probe(given),
  parse,
  overlay: (seen, predicted, given) => overlay(seen, predicted, given),
  plan: (given, seen) => planFile(given, seen),
});
