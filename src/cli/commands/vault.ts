import {didYouMean, UsageError} from '../../errors/index.js';
import {readAnsibleConfig} from '../../playbook/index.js';
import {readVaultSecrets, vaultSources} from '../../run/passwords.js';
import {parseVaultId} from '../../vault/index.js';
import type {CommandBody} from '../command.js';
import {surroundings} from '../common_flags.js';
import {decryptFiles, editFile, encryptFiles, rekeyFiles, viewFiles} from '../vault_files.js';
import {encryptStrings} from '../vault_strings.js';
import {sealingSecret, type VaultCommandFlags, type VaultWork} from '../vault_work.js';

type Action = (work: VaultWork) => Promise<number>;

const actions: Readonly<Record<string, Action>> = {
  encrypt: encryptFiles,
  decrypt: decryptFiles,
  view: viewFiles,
  edit: editFile,
  rekey: rekeyFiles,
  encrypt_string: encryptStrings,
};

/** `quorate vault ACTION [file|string...]`. */
export const vaultCommand: CommandBody = async ([name, subjects], given) => {
  const flags = given as VaultCommandFlags;
  const action = actions[String(name)];
  if (action === undefined)
    throw new UsageError({
      what: `there is no vault action '${String(name)}'`,
      hint: didYouMean(String(name), Object.keys(actions)) ?? `known are ${Object.keys(actions).join(', ')}`,
    });
  const around = surroundings();
  const config = readAnsibleConfig(around);
  const sources = vaultSources(
    {ids: flags.vaultId ?? [], files: flags.vaultPasswordFile ?? [], ask: flags.askVaultPassword ?? false},
    around.env,
    config,
  );
  // Without any password there is nothing that could be done: it is asked for.
  const secrets = await readVaultSecrets(sources.length === 0 ? [{id: 'default', source: 'prompt'}] : sources, around);
  return action({
    subjects: Array.isArray(subjects) ? subjects.map(String) : [],
    secrets,
    sealing: () => sealingSecret(secrets, flags.encryptVaultId),
    async renewed() {
      const source = flags.newVaultId ?? flags.newVaultPasswordFile;
      const parsed = source === undefined ? {id: 'default', source: 'prompt'} : parseVaultId(source);
      const [secret] = await readVaultSecrets([parsed], around);
      if (secret === undefined) throw new UsageError({what: 'no new password was given'});
      return secret;
    },
    flags,
  });
};
