import {VaultError, type Where} from '../errors/index.js';
import {isSealed, openEnvelope, readEnvelope} from './envelope.js';
import type {VaultSecret} from './secrets.js';

/** Opens sealed texts with the passwords of a run. Key derivation is slow (about 10 ms), so openings are kept. */
export class Vault {
  readonly #opened = new Map<string, string>();

  constructor(readonly secrets: readonly VaultSecret[]) {}

  /** The plain text (UTF-8); throws VaultError that says which id, where, and what was tried. */
  open(sealed: string, where?: Where): string {
    const known = this.#opened.get(sealed);
    if (known !== undefined) return known;
    const envelope = readEnvelope(sealed, where);
    // The id is only a label: a password of the same name is tried first, then all others, as Ansible does.
    const matching = this.secrets.filter((secret) => secret.id === envelope.id);
    const others = this.secrets.filter((secret) => secret.id !== envelope.id);
    for (const secret of [...matching, ...others]) {
      const plain = openEnvelope(envelope, secret.password.reveal());
      if (plain === undefined) continue;
      const text = plain.toString('utf8');
      this.#opened.set(sealed, text);
      return text;
    }
    throw this.#failure(envelope.id, where);
  }

  /** The plain text of a file that may be sealed as a whole; other text comes back as it is. */
  openFile(text: string, file: string): string {
    return isSealed(text) ? this.open(text, {file, line: 1, column: 1}) : text;
  }

  #failure(id: string, where: Where | undefined): VaultError {
    if (this.secrets.length === 0)
      return new VaultError({
        what: `this value is sealed (vault id '${id}'), and no vault password was given`,
        where,
        hint: 'give --vault-password-file FILE, --vault-id LABEL@FILE, or -J to be asked',
      });
    const tried = this.secrets.map((secret) => `'${secret.id}' from ${secret.source}`).join(', ');
    return new VaultError({
      what: `no vault password opens this value (vault id '${id}')`,
      where,
      hint: `tried ${tried}; a password of another vault was given, or the text was altered`,
    });
  }
}
