import {LabError} from '../errors/index.js';
import {run} from './run.js';

/** What the lab runs on this machine, by Debian package. */
export const controllerPackages = [
  'mmdebstrap',
  'debian-archive-keyring',
  'systemd-container',
  'iproute2',
  'openssh-client',
  'util-linux',
] as const;

/** Installs the missing ones by apt-get after saying so; asks first where `confirm` is given. Needs root. */
export async function ensurePackages(
  options: {
    readonly say?: ((line: string) => void) | undefined;
    readonly confirm?: ((question: string) => Promise<boolean>) | undefined;
    readonly signal?: AbortSignal | undefined;
  } = {},
): Promise<void> {
  const missing = await missingPackages();
  if (missing.length === 0) return;
  const command = `apt-get install --no-install-recommends ${missing.join(' ')}`;
  options.say?.(`The lab needs Debian packages that this machine lacks: ${missing.join(', ')}`);
  if (options.confirm && !(await options.confirm(`Install them with ${command}?`)))
    throw new LabError({what: `the lab needs ${missing.join(', ')}`, hint: `run ${command}`});
  options.say?.(`Installing: ${command}`);
  const env = {DEBIAN_FRONTEND: 'noninteractive'};
  const install = ['apt-get', 'install', '-y', '-q', '--no-install-recommends', ...missing];
  const first = await run(install, {env, check: false, signal: options.signal});
  if (first.code === 0) return;
  // The lists may be empty or old.
  await run(['apt-get', 'update', '-q'], {env, signal: options.signal});
  await run(install, {env, signal: options.signal});
}

async function missingPackages(): Promise<string[]> {
  const query = ['dpkg-query', '-W', '-f', '${Package} ${db:Status-Status}\\n', ...controllerPackages];
  const {stdout, code} = await run(query, {check: false});
  if (code === 127)
    throw new LabError({
      what: 'the lab needs a machine with Debian packages: there is no dpkg-query here',
      hint: 'run it on Debian or Ubuntu, or in a virtual machine of one',
    });
  const installed = new Set(
    stdout
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0]),
  );
  return controllerPackages.filter((name) => !installed.has(name));
}

/** Labs make namespaces, mounts and cgroups. */
export function requireRoot(uid: number | undefined = process.getuid?.()): void {
  if (uid !== 0) throw new LabError({what: 'a lab can only be made by root', hint: 'run the same command with sudo'});
}
