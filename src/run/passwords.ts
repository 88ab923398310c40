import {UsageError} from '../errors/index.js';
import type {AnsibleConfig} from '../playbook/index.js';
import type {Secret} from '../shell/index.js';
import {parseVaultId, readVaultSecret, type VaultSecret, type VaultSource} from '../vault/index.js';

/** Reads a line from the terminal; undefined where there is none. */
export type Prompt = (text: string, options: {readonly echo: boolean}) => Promise<string | undefined>;

export interface PasswordSurroundings {
  readonly home: string;
  readonly prompt: Prompt;
  readonly signal?: AbortSignal | undefined;
}

/** A prompt whose answer is needed. */
export const insist =
  (prompt: Prompt, hint: string) =>
  async (question: string): Promise<string> => {
    const answer = await prompt(question, {echo: false});
    if (answer === undefined)
      throw new UsageError({what: `there is no terminal to ask for '${question.replace(/:\s*$/, '')}'`, hint});
    return answer;
  };

/** A password from a file, or from what an executable file prints. Never from the command line. */
export async function readPasswordFile(file: string, around: PasswordSurroundings): Promise<Secret> {
  const secret = await readVaultSecret({id: 'default', source: file}, vaultReading(around));
  return secret.password;
}

const vaultReading = ({home, prompt, signal}: PasswordSurroundings) => ({
  home,
  prompt: insist(prompt, 'give --vault-password-file FILE'),
  ...(signal === undefined ? {} : {signal}),
});

/** What names the vault passwords: flags, else the environment, else ansible.cfg. */
export function vaultSources(
  given: {readonly ids: readonly string[]; readonly files: readonly string[]; readonly ask: boolean},
  env: Readonly<Record<string, string | undefined>>,
  config: AnsibleConfig | undefined,
): VaultSource[] {
  const named = [
    ...given.ids.map(parseVaultId),
    ...given.files.map((source) => ({id: 'default', source})),
    ...(given.ask ? [{id: 'default', source: 'prompt'}] : []),
  ];
  const file = env.ANSIBLE_VAULT_PASSWORD_FILE ?? config?.vaultPasswordFile?.value;
  const identities = env.ANSIBLE_VAULT_IDENTITY_LIST?.split(',') ?? config?.vaultIdentityList?.value ?? [];
  return [
    ...named,
    ...identities.map((one) => parseVaultId(one.trim())),
    ...(file === undefined || file === '' ? [] : [{id: 'default', source: file}]),
  ];
}

/** Passwords in order; each is read or asked for once. */
export async function readVaultSecrets(
  sources: readonly VaultSource[],
  around: PasswordSurroundings,
): Promise<VaultSecret[]> {
  const secrets: VaultSecret[] = [];
  for (const source of sources) secrets.push(await readVaultSecret(source, vaultReading(around)));
  return secrets;
}
