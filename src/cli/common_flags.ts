/** The values of flags that several commands share, turned into what a project is opened with. */
import {homedir} from 'node:os';
import {UsageError} from '../errors/index.js';
import {insist, readPasswordFile} from '../run/passwords.js';
import type {ProjectOptions} from '../run/project.js';
import type {Secret} from '../shell/index.js';
import {Secret as SecretText} from '../shell/index.js';
import {promptOnTerminal} from './prompt.js';

export interface InventoryFlags {
  readonly inventory?: readonly string[];
  readonly limit?: string;
  readonly extraVars?: readonly string[];
}

export interface VaultFlags {
  readonly vaultId?: readonly string[];
  readonly vaultPasswordFile?: readonly string[];
  readonly askVaultPassword?: boolean;
}

export interface ConnectionFlags {
  readonly user?: string;
  readonly connection?: string;
  readonly askPass?: boolean;
  readonly connectionPasswordFile?: string;
  readonly privateKey?: string;
  readonly sshCommonArgs?: string;
  readonly sshExtraArgs?: string;
  readonly acceptNewHostKeys?: boolean;
  readonly timeout?: number;
  readonly become?: boolean;
  readonly becomeUser?: string;
  readonly becomeMethod?: string;
  readonly askBecomePass?: boolean;
  readonly becomePasswordFile?: string;
}

type Found = Pick<ProjectOptions, 'cwd' | 'home' | 'env' | 'prompt'>;

/** Where the program was called, and how it asks. */
export const surroundings = (prompt: ProjectOptions['prompt'] = promptOnTerminal): Found => ({
  cwd: process.cwd(),
  home: process.env.HOME || homedir(),
  env: process.env,
  prompt,
});

export function inventoryOptions(
  flags: InventoryFlags & VaultFlags,
): Partial<Pick<ProjectOptions, 'inventory' | 'limit' | 'extraVars' | 'vault'>> {
  return {
    ...(flags.inventory ? {inventory: flags.inventory} : {}),
    ...(flags.limit === undefined ? {} : {limit: flags.limit}),
    ...(flags.extraVars ? {extraVars: flags.extraVars} : {}),
    vault: {
      ids: flags.vaultId ?? [],
      passwordFiles: flags.vaultPasswordFile ?? [],
      ask: flags.askVaultPassword ?? false,
    },
  };
}

const sshKinds = ['ssh', 'smart', 'openssh', 'local', 'paramiko'];
const becomeMethods = ['sudo', 'su', 'doas'];

const oneOf = (value: string | undefined, flag: string, known: readonly string[]): void => {
  if (value === undefined || known.includes(value)) return;
  throw new UsageError({what: `${flag} takes ${known.join(', ')}, not '${value}'`});
};

/** Asks for passwords, in Ansible's order: the connection's, then that for becoming another user. */
export async function connectionOptions(
  flags: ConnectionFlags,
  around: Pick<ProjectOptions, 'home' | 'prompt'> & {readonly configuredToAsk?: boolean},
): Promise<Pick<ProjectOptions, 'connection' | 'become'>> {
  oneOf(flags.connection, '--connection', sshKinds);
  oneOf(flags.becomeMethod, '--become-method', becomeMethods);
  const ask = async (isAsked: boolean | undefined, file: string | undefined, question: string, flag: string) => {
    if (isAsked && file !== undefined)
      throw new UsageError({what: `both a question and a file for the ${flag.slice(2)} were asked for; one is enough`});
    if (file !== undefined) return readPasswordFile(file, around);
    if (!isAsked) return undefined;
    return new SecretText(await insist(around.prompt, `give ${flag} FILE`)(question));
  };
  const password = await ask(
    flags.askPass,
    flags.connectionPasswordFile,
    'SSH password: ',
    '--connection-password-file',
  );
  const becomePassword = await ask(
    flags.askBecomePass,
    flags.becomePasswordFile,
    password === undefined ? 'BECOME password: ' : 'BECOME password[defaults to SSH password]: ',
    '--become-password-file',
  );
  return {
    connection: {
      kind: flags.connection,
      user: flags.user,
      privateKeyFile: flags.privateKey,
      password,
      sshCommonArgs: flags.sshCommonArgs,
      sshExtraArgs: flags.sshExtraArgs,
      connectTimeoutMs: flags.timeout === undefined ? undefined : flags.timeout * 1000,
      hostKeys: flags.acceptNewHostKeys ? 'accept-new' : undefined,
    },
    become: {
      enabled: flags.become,
      user: flags.becomeUser,
      method: flags.becomeMethod,
      password: emptyIs(becomePassword, password),
    },
  };
}

/** An empty answer to the second question stands for the first password, as in Ansible. */
const emptyIs = (answer: Secret | undefined, other: Secret | undefined): Secret | undefined =>
  answer !== undefined && answer.reveal() === '' ? other : answer;
