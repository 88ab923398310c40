/** `k3s certificate` and `k3s secrets-encrypt`, as far as the stand-in goes. */

import {cpSync, readdirSync, rmSync} from 'node:fs';
import {FatalError} from '../base/fatal.js';
import {isThere, readIfThere} from '../base/files.js';
import {layoutOf} from '../base/layout.js';
import type {Logger} from '../base/log.js';
import {daysLeft, endOf} from '../pki/x509.js';
import {columns} from './print.js';
import {simpleArgs} from './simple_args.js';

/** Every certificate under a folder: path from there, PEM. */
const certificates = (folder: string): {name: string; pem: string}[] =>
  (isThere(folder) ? (readdirSync(folder, {recursive: true}) as string[]) : [])
    .filter((name) => name.endsWith('.crt'))
    .map((name) => ({name, pem: readIfThere(`${folder}/${name}`) ?? ''}))
    .filter(({pem}) => pem.includes('BEGIN CERTIFICATE'));

const isCa = (name: string): boolean => /-ca\.crt$/.test(name);

const check = (dataDir: string, output: string, log: Logger): void => {
  const now = new Date();
  const rows = certificates(layoutOf(dataDir).tls()).map(({name, pem}) => {
    const days = Math.floor(daysLeft(pem, now));
    const status = days < 0 ? 'EXPIRED' : days < 90 ? 'WARNING' : 'OK';
    return {
      name,
      days,
      status,
      end: endOf(pem)
        .toISOString()
        .replace(/\.\d+Z$/, 'Z'),
    };
  });
  if (output === 'table') {
    const head = ['CERTIFICATE', 'TYPE', 'EXPIRES', 'RESIDUAL TIME', 'STATUS'];
    const body = rows.map(({name, days, status, end}) => [
      name,
      isCa(name) ? 'CA' : 'leaf',
      end,
      `${days} days`,
      status,
    ]);
    process.stdout.write(columns([head, ...body]));
    return;
  }
  for (const {name, end} of rows) log.info(`${name}: certificate is ok, expires at ${end}`);
};

/** Leaves go; the next start makes them anew, with every name of tls-san. */
const rotate = (dataDir: string, log: Logger): void => {
  const layout = layoutOf(dataDir);
  if (!isThere(layout.tls())) throw new FatalError(`open ${layout.tls()}: no such file or directory`);
  const backup = layout.server(`tls-${Math.floor(Date.now() / 1000)}`);
  log.info('Server detected, rotating agent and server certificates');
  cpSync(layout.tls(), backup, {recursive: true});
  for (const {name} of certificates(layout.tls()).filter(({name}) => !isCa(name))) {
    rmSync(layout.tls(name));
    rmSync(layout.tls(name.replace(/\.crt$/, '.key')), {force: true});
  }
  rmSync(layout.tls('dynamic-cert.json'), {force: true});
  log.info(
    `Successfully backed up certificates to ${backup}, please restart k3s server or agent to rotate certificates`,
  );
};

export const certificateCommand = (args: readonly string[], dataDir: string, log: Logger): void => {
  const {words, flags} = simpleArgs(args, ['debug']);
  if (words[0] === 'check') check(dataDir, flags.get('output') ?? flags.get('o') ?? 'text', log);
  else if (words[0] === 'rotate') rotate(dataDir, log);
  else throw new FatalError(`the stand-in has no 'certificate ${words[0] ?? ''}': it has check, rotate`);
};

export const secretsEncryptCommand = (args: readonly string[], dataDir: string): void => {
  const {words} = simpleArgs(args, ['debug']);
  if (words[0] !== 'status')
    throw new FatalError(`the stand-in has no 'secrets-encrypt ${words[0] ?? ''}': it has status`);
  if (!isThere(layoutOf(dataDir).server('cred', 'encryption-config.json'))) {
    process.stdout.write('Encryption Status: Disabled, no configuration file found\n');
    return;
  }
  const lines = [
    'Encryption Status: Enabled',
    'Current Rotation Stage: start',
    'Server Encryption Hashes: All hashes match',
    '',
  ];
  const table = ['Active  Key Type  Name', '------  --------  ----', ' *      AES-CBC   aescbckey'];
  process.stdout.write(`${[...lines, ...table].join('\n')}\n`);
};
