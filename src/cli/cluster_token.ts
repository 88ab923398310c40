import {randomBytes} from 'node:crypto';
import path from 'node:path';
import {type ClusterToken, clusterToken, sameToken} from '../cluster/index.js';
import {ClusterError, UsageError, VaultError} from '../errors/index.js';
import {isMapping} from '../inventory/index.js';
import type {Project} from '../run/project.js';
import {Secret} from '../shell/index.js';
import {isSealed, seal, type VaultSecret} from '../vault/index.js';
import {parseYaml, VaultString} from '../yaml/index.js';
import {type ClusterFlags, seeCluster} from './cluster_work.js';
import {surroundings} from './common_flags.js';
import {printLines} from './console.js';
import {exitCodes, nameOfFile} from './faults.js';
import {readOwnFile, writePrivateFile} from './private_file.js';
import {promptOnTerminal} from './prompt.js';
import {sealingSecret} from './vault_work.js';

const variable = 'k3s_token';

/** `quorate cluster token --save FILE`: the token never reaches the screen, an argument, or a file unsealed. */
export async function saveToken(flags: ClusterFlags): Promise<number> {
  if (flags.save === undefined)
    throw new UsageError({
      what: 'cluster token writes the token, sealed, to a file, and never shows it',
      hint: 'name the file: --save FILE',
    });
  const file = path.resolve(surroundings().cwd, flags.save);
  const {project, seen} = await seeCluster(flags);
  const found = clusterToken(seen.servers.map(({host}) => host));
  project.masker.add(found.token);
  const there = readOwnFile(file);
  const name = nameOfFile(file);
  if (there !== undefined) {
    const before = tokenIn(there, file, project);
    if (before.token === 'other-data') throw otherData(name);
    if (before.token instanceof Secret && sameToken(before.token, found.token)) {
      printLines([`${name} holds the token of this cluster already; it stays as it is.`]);
      return exitCodes.ok;
    }
    if (flags.force !== true) throw different(name, before.token, project.vault.secrets.length > 0);
  }
  const secret = await passwordFor(project, flags);
  writePrivateFile(file, render(found, secret));
  printLines([
    `The token of the cluster (read on ${found.host}) is in ${name}, sealed${secret.id === 'default' ? '' : ` with the vault id ${secret.id}`}. Restoring the cluster needs it: keep the file, and its password elsewhere.`,
    `to use it: quorate run playbooks/site.yml${(flags.inventory ?? []).map((source) => ` -i ${source}`).join('')} -e @${name} ${secret.source === 'prompt' ? '-J' : `--vault-${secret.id === 'default' ? 'password-file ' : `id ${secret.id}@`}${nameOfFile(secret.source)}`}`,
  ]);
  return exitCodes.ok;
}

/** What a file that is there already says. */
interface Before {
  readonly token: Secret | 'sealed-otherwise' | 'other-data';
}

function tokenIn(text: string, file: string, project: Project): Before {
  let plain = text;
  try {
    if (isSealed(text)) plain = project.vault.openFile(text, file);
  } catch (error) {
    if (error instanceof VaultError) return {token: 'sealed-otherwise'};
    throw error;
  }
  const {value} = parseYaml(plain, {file});
  if (!isMapping(value) || Object.keys(value).some((key) => key !== variable)) return {token: 'other-data'};
  const token = value[variable];
  if (typeof token === 'string') return {token: new Secret(token.trim())};
  if (!(token instanceof VaultString)) return {token: 'other-data'};
  try {
    return {token: new Secret(project.vault.open(token.sealed, token.where).trim())};
  } catch (error) {
    if (error instanceof VaultError) return {token: 'sealed-otherwise'};
    throw error;
  }
}

const otherData = (name: string): UsageError =>
  new UsageError({
    what: `${name} is there and holds something else than a token`,
    hint: 'give the token a file of its own',
  });

function different(
  name: string,
  found: Secret | 'sealed-otherwise' | 'other-data',
  passwordsGiven: boolean,
): ClusterError {
  if (found instanceof Secret)
    return new ClusterError({
      what: `${name} holds the token of another cluster, or an older one of this`,
      hint: 'a restore of an old snapshot may need it: write to another file, or replace it with --force',
    });
  if (!passwordsGiven)
    return new ClusterError({
      what: `${name} is there and sealed, and without its vault password nobody can tell whether it holds the token of this cluster`,
      hint: 'give the password it was sealed with (--vault-password-file FILE, or -J to be asked for it), write to another file, or replace it with --force',
    });
  return new ClusterError({
    what: `${name} holds a token that the given vault passwords do not open, so nobody can tell whether it is this one`,
    hint: 'give the password it was sealed with, write to another file, or replace it with --force',
  });
}

/** One of the given passwords; none given, it is asked for, twice. */
async function passwordFor(project: Project, flags: ClusterFlags): Promise<VaultSecret> {
  const {secrets} = project.vault;
  if (secrets.length > 0) return sealingSecret(secrets, flags.encryptVaultId);
  const password = await promptOnTerminal('New vault password: ', {echo: false});
  if (password === undefined)
    throw new UsageError({
      what: 'the token is sealed with a vault password, and none was given',
      hint: 'give --vault-password-file FILE or --vault-id LABEL@FILE, or run it on a terminal, where it is asked for',
    });
  if (password === '') throw new UsageError({what: 'no password was typed'});
  if (password !== (await promptOnTerminal('Once more: ', {echo: false})))
    throw new UsageError({what: 'the two passwords differ'});
  return {id: 'default', password: new Secret(password), source: 'prompt'};
}

function render({token, clusterId}: ClusterToken, secret: VaultSecret): string {
  const sealed = seal(token.reveal(), secret.password.reveal(), {salt: randomBytes(32), id: secret.id});
  const of = clusterId === undefined ? 'a K3s cluster' : `K3s cluster ${clusterId}`;
  return [
    `# The token of ${of}: its snapshots can be restored only with it. Written by quorate cluster token.`,
    `${variable}: !vault |`,
    ...sealed
      .trimEnd()
      .split('\n')
      .map((line) => `  ${line}`),
    '',
  ].join('\n');
}
