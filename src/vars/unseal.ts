import type {Masker} from '../shell/index.js';
import type {Vault} from '../vault/index.js';
import type {VaultString} from '../yaml/index.js';

/** Opens sealed values when they are first used; from then on what was in them is masked wherever it is shown. */
export function createUnsealer(vault: Vault, masker: Masker): (sealed: VaultString) => string {
  return (sealed) => {
    const text = vault.open(sealed.sealed, sealed.where);
    masker.add(text);
    return text;
  };
}
