/** A large file to all hosts. */
import {mkdtempSync, openSync, readSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import type {Lab} from '../src/lab/index.js';
import {adminUser} from '../src/lab/recipe.js';
import {quote} from '../src/shell/index.js';
import {measure} from './measure.js';
import {floor, quorateCommand} from './quorate.js';
import {uploadedFile} from './surroundings.js';
import type {Race} from './types.js';

const sizeBytes = 50_000_000;

/** 50 MB of a real program, since how well a file packs decides what is best: Node's own. */
export function makeFile(folder: string): string {
  const bytes = Buffer.alloc(sizeBytes);
  if (readSync(openSync(process.execPath, 'r'), bytes, 0, sizeBytes, 0) < sizeBytes)
    throw new Error(`${process.execPath} is shorter than ${sizeBytes} bytes`);
  const file = path.join(folder, 'program');
  writeFileSync(file, bytes);
  return file;
}

/** `folder` holds what the race needs, and is removed by the caller. */
export function uploadRace(lab: Lab, folder: string): Race {
  const file = makeFile(folder);
  const extraVars = {bench_file: file};
  let caches = 0;
  const freshCache = () => ({XDG_CACHE_HOME: path.join(folder, `cache${++caches}`)});
  return {
    title: '50 MB to 10 hosts',
    absent: [],
    contestants: [
      floor(lab, 'ssh2, `cat > file`', `cat > ${uploadedFile}`, file),
      {
        name: '`cat | ssh`',
        from: 'bare',
        run: async () => (await measure(lab, ['sh', '-c', catToAll(lab, file)])).sample,
      },
      quorateCommand(lab, {name: 'quorate, copy', playbook: 'upload.yml', from: 'bare'}, {extraVars, env: freshCache}),
      quorateCommand(lab, {name: 'quorate, copy, unchanged', playbook: 'upload.yml', from: 'done'}, {extraVars}),
    ],
  };
}

/** OpenSSH's own client, one for each host, all at the same time. */
function catToAll(lab: Lab, file: string): string {
  const each = lab.hosts.map(({address}) => {
    const words = [
      'ssh',
      '-i',
      lab.files.key,
      '-o',
      'BatchMode=yes',
      '-o',
      `UserKnownHostsFile=${lab.files.knownHosts}`,
    ];
    return `cat ${quote(file)} | ${[...words, `${adminUser.name}@${address}`, `cat > ${uploadedFile}`].map(quote).join(' ')} & pids="$pids $!"`;
  });
  return `pids=\n${each.join('\n')}\nfor pid in $pids; do wait "$pid" || exit; done`;
}

export const withFolder = async <T>(work: (folder: string) => Promise<T>): Promise<T> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'quorate-bench-upload-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
};
