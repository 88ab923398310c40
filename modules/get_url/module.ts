import {defineModule, type StateModule} from '../../src/module/index.js';
import {fileNameOf} from '../support/download.js';
import {octal4} from '../support/mode.js';
import {readPath} from '../support/path_state.js';
import {placeReads} from '../support/place_file.js';
import {decodeHash, readRecords} from '../support/records.js';
import {params, wishOf} from './params.js';
import {plan} from './plan.js';
import {overlay, parse, probe, type Seen} from './seen.js';

const getUrl: StateModule<typeof params, Seen> = {
  kind: 'state',
  name: 'get_url',
  aliases: ['ansible.builtin.get_url'],
  summary: 'Downloads a file to the host, from where the host itself can reach.',
  description: `By curl or wget, apart from the session, so that a broken link does no harm. A file that is there is kept as it is
unless \`checksum\` says otherwise or \`force\` asks for it; Ansible asks the server each time whether it has changed.`,
  params,
  returns: {
    url: 'Where it came from.',
    dest: 'Where it is.',
    checksum_dest: 'SHA-1 of the file, when it was downloaded.',
    checksum_src: 'The same.',
    mode: "Permission bits, as '0644'.",
    owner: 'Owner.',
    group: 'Group.',
    uid: "Owner's number.",
    gid: "Group's number.",
    size: 'Size in bytes.',
    state: 'Always file.',
    backup_file: 'Where what was there before is kept.',
    msg: 'What happened, in a word.',
  },
  examples: [
    {
      name: 'K3s, checked against its list',
      params: {
        url: 'https://github.com/k3s-io/k3s/releases/download/v1.30.6%2Bk3s1/k3s',
        dest: '/usr/local/bin/k3s',
        checksum: 'sha256:https://github.com/k3s-io/k3s/releases/download/v1.30.6%2Bk3s1/sha256sum-amd64.txt',
        mode: '0755',
      },
    },
  ],
  reach: 'host',
  probeIs: 'volatile',
  reads: (given) => placeReads(wishOf(given), fileNameOf(given.url)),
  probe: (given, _prepared, host) => probe(given, host),
  parse,
  overlay,
  plan: (given, seen) => plan(given, seen),
  result(given, seen, outcomes) {
    const planned = plan(given, seen);
    const base = planned.plan === 'change' ? planned.result : {url: given.url};
    const output = outcomes.find(({title}) => title.startsWith('check it and move it'));
    if (output === undefined) return {changed: true, data: base ?? {}};
    const records = readRecords(output);
    const {path, stat} = readPath(records, 'final');
    const sum = decodeHash(records.get('sha1'));
    const isNew = records.get('content') === 'new';
    const size = stat?.size ?? 0;
    const data = {
      ...base,
      dest: path,
      state: 'file',
      checksum_src: sum,
      checksum_dest: sum,
      size,
      uid: stat?.uid,
      gid: stat?.gid,
      owner: stat?.owner,
      group: stat?.group,
      mode: octal4(stat?.mode ?? 0),
      msg: `OK (${size} bytes)`,
    };
    const {stamp} = seen.place;
    const kept =
      isNew && stamp !== undefined && seen.place.file.stat !== undefined ? {backup_file: `${path}.${stamp}`} : {};
    return {
      changed: isNew || planned.plan === 'change',
      data: {...data, ...kept},
      diff:
        planned.plan === 'change'
          ? planned.diff
          : isNew
            ? [{kind: 'hidden', path, why: `downloaded from ${given.url}`}]
            : [],
    };
  },
};

export default defineModule(getUrl);
