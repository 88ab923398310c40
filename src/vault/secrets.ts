/** Where vault passwords come from: `--vault-id label@source`, `--vault-password-file`, a prompt. */
import {accessSync, constants, readFileSync, statSync} from 'node:fs';
import path from 'node:path';
import {$} from 'zx';
import {messageOf, VaultError} from '../errors/index.js';
import {Secret} from '../shell/index.js';
import {isSealed} from './envelope.js';

export interface VaultSecret {
  readonly id: string;
  readonly password: Secret;
  /** For messages: the file, the script or `prompt`. */
  readonly source: string;
}

export interface VaultSource {
  readonly id: string;
  /** `prompt`, or a file's path. */
  readonly source: string;
}

/** Takes `label@source`, or a source alone, apart; `~` is the home folder. */
export function parseVaultId(text: string): VaultSource {
  const at = text.indexOf('@');
  const id = at > 0 ? text.slice(0, at) : 'default';
  const source = at >= 0 ? text.slice(at + 1) : text;
  if (source === '')
    throw new VaultError({what: `the vault id '${text}' names no source`, hint: 'write LABEL@FILE or LABEL@prompt'});
  return {id, source};
}

export interface ReadSecretsOptions {
  prompt(question: string): Promise<string>;
  readonly home: string;
  readonly signal?: AbortSignal;
}

/** Reads one password: an executable file is run (a `*-client` script gets `--vault-id`), others are read. */
export async function readVaultSecret(from: VaultSource, options: ReadSecretsOptions): Promise<VaultSecret> {
  if (from.source === 'prompt' || from.source === 'prompt_ask_vault_pass') {
    const answer = await options.prompt(from.id === 'default' ? 'Vault password: ' : `Vault password (${from.id}): `);
    return {id: from.id, password: new Secret(answer), source: 'prompt'};
  }
  const file = path.resolve(from.source.replace(/^~(?=\/|$)/, options.home));
  const text = isExecutable(file) ? await runScript(file, from.id, options.signal) : readText(file);
  const password = text.trim();
  if (password === '') throw new VaultError({what: `${file} gives an empty vault password`});
  if (isSealed(password)) throw new VaultError({what: `${file} is itself a vault; the password must be plain`});
  return {id: from.id, password: new Secret(password), source: file};
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new VaultError({what: `the vault password file ${file} cannot be read: ${messageOf(error)}`, cause: error});
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

async function runScript(file: string, id: string, signal: AbortSignal | undefined): Promise<string> {
  const isClient = path.parse(file).name.endsWith('-client');
  const words = isClient ? [file, '--vault-id', id] : [file];
  const output = await $({nothrow: true, quiet: true, ...(signal ? {signal} : {})})`${words}`;
  if (output.exitCode !== 0)
    throw new VaultError({
      what: `the vault password script ${file} ended with exit code ${output.exitCode ?? 'none'}`,
      hint: output.stderr.trim().slice(-500) || undefined,
    });
  return output.stdout;
}
