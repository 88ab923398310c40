/** Vault actions on whole files. A file is replaced in one go, with the mode it had. */
import {spawnSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {messageOf, UsageError, VaultError} from '../errors/index.js';
import {isSealed, seal, Vault, type VaultSecret} from '../vault/index.js';
import {exitCodes} from './faults.js';
import type {VaultWork} from './vault_work.js';

const stdinName = '-';
const secretMode = 0o600;

/** The text of a file, or of standard input for `-`. */
function readText(name: string): string {
  try {
    return readFileSync(name === stdinName ? 0 : name, 'utf8');
  } catch (error) {
    throw new VaultError({what: `${name} cannot be read: ${messageOf(error)}`, cause: error});
  }
}

/** Writes beside the file and moves it into place; to standard output for `-`. */
function writeText(name: string, text: string): void {
  if (name === stdinName) {
    process.stdout.write(text);
    return;
  }
  const mode = existsSync(name) ? statSync(name).mode & 0o777 : secretMode;
  const draft = `${name}.${randomBytes(6).toString('hex')}`;
  try {
    writeFileSync(draft, text, {mode});
    renameSync(draft, name);
  } catch (error) {
    rmSync(draft, {force: true});
    throw new VaultError({what: `${name} cannot be written: ${messageOf(error)}`, cause: error});
  }
}

const sealWith = (plain: string, {id, password}: VaultSecret): string =>
  seal(plain, password.reveal(), {salt: randomBytes(32), id});

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/** Each subject's text through `change`, written back or to `--output`. */
function eachFile({subjects, flags}: VaultWork, change: (text: string, name: string) => string): void {
  const names = subjects.length === 0 ? [stdinName] : subjects;
  if (flags.output !== undefined && names.length > 1)
    throw new UsageError({what: '--output takes the result of one file, and several were given'});
  // All are changed before any is written: a wrong password in the third leaves the first as it was.
  const results = names.map((name) => ({name, text: change(readText(name), name)}));
  for (const {name, text} of results) writeText(flags.output ?? name, text);
}

export async function encryptFiles(work: VaultWork): Promise<number> {
  eachFile(work, (text, name) => {
    if (isSealed(text)) throw new VaultError({what: `${name} is encrypted already`});
    return sealWith(text, work.sealing());
  });
  say('Encryption successful');
  return exitCodes.ok;
}

function opened(work: VaultWork): (text: string, name: string) => string {
  const vault = new Vault(work.secrets);
  return (text, name) => {
    if (!isSealed(text)) throw new VaultError({what: `${name} is not encrypted`});
    return vault.open(text, {file: name, line: 1, column: 1});
  };
}

export async function decryptFiles(work: VaultWork): Promise<number> {
  eachFile(work, opened(work));
  say('Decryption successful');
  return exitCodes.ok;
}

export async function viewFiles(work: VaultWork): Promise<number> {
  const open = opened(work);
  for (const name of work.subjects.length === 0 ? [stdinName] : work.subjects)
    process.stdout.write(open(readText(name), name));
  return exitCodes.ok;
}

export async function rekeyFiles(work: VaultWork): Promise<number> {
  const open = opened(work);
  const secret = await work.renewed();
  eachFile(work, (text, name) => sealWith(open(text, name), secret));
  say('Rekey successful');
  return exitCodes.ok;
}

/** Opens the file in $EDITOR; the plain text lies in a folder of its own, in memory where the machine has such. */
export async function editFile(work: VaultWork): Promise<number> {
  const [name, ...more] = work.subjects;
  if (name === undefined || more.length > 0) throw new UsageError({what: 'vault edit takes one file'});
  const plain = opened(work)(readText(name), name);
  const secret = secretThatOpened(work, readText(name), name);
  const folder = mkdtempSync(path.join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'quorate-vault-'));
  try {
    const draft = path.join(folder, path.basename(name));
    writeFileSync(draft, plain, {mode: secretMode});
    const [editor = 'vi', ...words] = (process.env.VISUAL || process.env.EDITOR || 'vi').split(/\s+/);
    const {status, error} = spawnSync(editor, [...words, draft], {stdio: 'inherit'});
    if (error)
      throw new VaultError({what: `the editor ${editor} cannot be started: ${error.message}`, hint: 'set EDITOR'});
    if (status !== 0) throw new VaultError({what: `the editor ${editor} ended with ${status}; ${name} is as it was`});
    const edited = readFileSync(draft, 'utf8');
    if (edited !== plain) writeText(name, sealWith(edited, secret));
    return exitCodes.ok;
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}

/** The password a file is sealed with, so that it is sealed with the same one again. */
function secretThatOpened({secrets}: VaultWork, text: string, file: string): VaultSecret {
  for (const secret of secrets) {
    try {
      new Vault([secret]).open(text, {file, line: 1, column: 1});
      return secret;
    } catch (error) {
      if (!(error instanceof VaultError)) throw error;
    }
  }
  throw new VaultError({what: `no given password opens ${file}`});
}
