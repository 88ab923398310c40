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
