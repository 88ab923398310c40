import {UsageError} from '../errors/index.js';
import type {VaultSecret} from '../vault/index.js';
import type {VaultFlags} from './common_flags.js';

export interface StringFlags {
  readonly name?: readonly string[];
  readonly stdinName?: string;
  readonly prompt?: boolean;
}

export interface VaultCommandFlags extends VaultFlags, StringFlags {
  readonly encryptVaultId?: string;
  readonly newVaultId?: string;
  readonly newVaultPasswordFile?: string;
  readonly output?: string;
}

/** What an action is given: its subjects, the passwords, and which of them seals. */
export interface VaultWork {
  readonly subjects: readonly string[];
  readonly secrets: readonly VaultSecret[];
  /** The password to seal with; throws UsageError if it is not clear which. */
  sealing(): VaultSecret;
  /** rekey: the new password; asked for if no flag names it. */
  renewed(): Promise<VaultSecret>;
  readonly flags: VaultCommandFlags;
}

/** The password that `--encrypt-vault-id` names, or the only one there is. Throws UsageError if it is not clear which. */
export function sealingSecret(secrets: readonly VaultSecret[], label: string | undefined): VaultSecret {
  const ids = secrets.map(({id}) => id);
  const [first] = label === undefined ? secrets : secrets.filter(({id}) => id === label);
  if (first === undefined)
    throw new UsageError({what: `--encrypt-vault-id ${label} is none of the given ones: ${ids.join(', ')}`});
  if (label === undefined && new Set(ids).size > 1)
    throw new UsageError({
      what: `several vault passwords were given (${ids.join(', ')})`,
      hint: 'say which one seals: --encrypt-vault-id LABEL',
    });
  return first;
}
