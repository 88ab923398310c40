/** Packages by the host's own manager: what is installed, and what brings the rest. */
import type {Data, Plan, Predicted, Resource, Step, StepOutput} from '../../src/module/index.js';
import {joinScripts, raw, type Script, sh} from '../../src/shell/index.js';
import {jobEnd, jobSteps} from './job.js';
import {lastLine, readRecords, recordFunctions} from './records.js';

export type Manager = 'apt' | 'dnf' | 'yum' | 'zypper' | 'apk' | 'pacman';
export type PackageState = 'present' | 'absent' | 'latest';

export interface PackageWish {
  readonly names: readonly string[];
  readonly state: PackageState;
  readonly updateCache: boolean;
  /** Seconds for which lists of packages count as fresh; apt only. */
  readonly cacheValidS: number;
  /** More words for the manager's install and remove. */
  readonly options: readonly string[];
  readonly purge: boolean;
  readonly autoremove: boolean;
}

export interface PackageSeen {
  readonly manager: Manager | undefined;
  /** Version by wanted name, for what is installed. */
  readonly installed: ReadonlyMap<string, string>;
  /** What the manager would install, where `latest` asks. */
  readonly candidate: ReadonlyMap<string, string>;
  /** Seconds since the lists were fetched; undefined where they never were. */
  readonly cacheAgeS: number | undefined;
}

/** A name without version and architecture: `nginx` of `nginx=1.2-3` and `nginx:amd64`. */
export const plainPackage = (name: string): string => name.replace(/[=<>].*$/, '').replace(/:[a-z0-9]+$/, '');
const versionWanted = (name: string): string | undefined => /=(.+)$/.exec(name)?.[1];

const findManager = raw(`q_manager=
for q_name in apt-get dnf yum zypper apk pacman; do if command -v $q_name >/dev/null 2>&1; then q_manager=\${q_name%-get}; break; fi; done
if [ "$q_manager" != apt ] && [ -e /etc/debian_version ] && command -v apt-get >/dev/null 2>&1; then q_manager=apt; fi
q_say manager "$q_manager"`);

const lookOne = (name: string, index: number, latest: boolean): Script => {
  const plain = plainPackage(name);
  return sh`case $q_manager in
apt) q_say ${`v${index}`} "$(dpkg-query -W -f ${raw("'${db:Status-Abbrev} ${Version}\\n'")} ${plain} 2>/dev/null | sed -n 's/^[ih]i *//p' | head -n 1)"
  ${latest ? sh`q_say ${`c${index}`} "$(apt-cache policy ${plain} 2>/dev/null | sed -n 's/^ *Candidate: //p' | head -n 1)"` : raw(':')} ;;
dnf|yum|zypper) q_say ${`v${index}`} "$(rpm -q --qf '%{VERSION}-%{RELEASE}\n' --whatprovides ${plain} 2>/dev/null | grep -v 'no package' | head -n 1)" ;;
apk) if apk info -e ${plain} >/dev/null 2>&1; then q_say ${`v${index}`} "$(apk info -ve ${plain} 2>/dev/null | head -n 1)"; else q_say ${`v${index}`} ''; fi ;;
pacman) q_say ${`v${index}`} "$(pacman -Q ${plain} 2>/dev/null | cut -d' ' -f2)" ;;
esac`;
};

export const probePackages = ({names, state, updateCache}: PackageWish): Script =>
  joinScripts([
    recordFunctions,
    findManager,
    ...names.map((name, index) => lookOne(name, index, state === 'latest')),
    updateCache
      ? raw(`if [ "$q_manager" = apt ]; then
  for q_path in /var/lib/apt/periodic/update-success-stamp /var/lib/apt/lists; do
    if [ -e "$q_path" ]; then q_say age "$(( $(date +%s) - $(stat -c %Y "$q_path") ))"; break; fi
  done
fi`)
      : raw(':'),
  ]);

const managers: readonly Manager[] = ['apt', 'dnf', 'yum', 'zypper', 'apk', 'pacman'];

export function readPackageState(output: StepOutput, {names}: PackageWish): PackageSeen {
  const records = readRecords(output);
  const installed = new Map<string, string>();
  const candidate = new Map<string, string>();
  names.forEach((name, index) => {
    const version = records.get(`v${index}`)?.trim();
    const offered = records.get(`c${index}`)?.trim();
    if (version) installed.set(name, version);
    if (offered && offered !== '(none)') candidate.set(name, offered);
  });
  const age = records.get('age');
  return {
    manager: managers.find((name) => name === records.get('manager')),
    installed,
    candidate,
    cacheAgeS: age === undefined ? undefined : Number(age),
  };
}

export const packageResources = (names: readonly string[]): Resource[] =>
  names.map((name) => ({kind: 'package', name: plainPackage(name)}));

/** Packages that earlier tasks would install or remove. */
export function overlayPackages(
  seen: PackageSeen,
  predicted: Predicted,
  {names}: PackageWish,
): PackageSeen | undefined {
  const installed = new Map(seen.installed);
  for (const name of names) {
    const prediction = predicted.get({kind: 'package', name: plainPackage(name)});
    if (prediction === undefined) continue;
    if (prediction.state === 'absent') installed.delete(name);
    else if (prediction.state === 'present')
      installed.set(name, installed.get(name) ?? versionWanted(name) ?? 'predicted');
    else return undefined;
  }
  return {...seen, installed};
}

const quiet = raw('export DEBIAN_FRONTEND=noninteractive LC_ALL=C\n');
const aptGet = raw(
  `apt-get -y -q -o DPkg::Lock::Timeout=120 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold`,
);

const updates: Readonly<Record<Manager, Script>> = {
  apt: sh`${aptGet} update`,
  dnf: raw('dnf -y makecache'),
  yum: raw('yum -y makecache'),
  zypper: raw('zypper -n refresh'),
  apk: raw('apk update'),
  pacman: raw('pacman -Sy --noconfirm'),
};

function installScript(manager: Manager, names: readonly string[], wish: PackageWish): Script {
  const more = wish.options;
  switch (manager) {
    case 'apt':
      return sh`${aptGet} ${more} install -- ${names}`;
    case 'dnf':
    case 'yum':
      return sh`${manager} -y ${more} install -- ${names}${wish.state === 'latest' ? sh` && ${manager} -y ${more} upgrade -- ${names}` : raw('')}`;
    case 'zypper':
      return sh`zypper -n ${more} ${wish.state === 'latest' ? 'update' : 'install'} -- ${names}`;
    case 'apk':
      return sh`apk add ${wish.state === 'latest' ? ['-u'] : []} ${more} -- ${names}`;
    case 'pacman':
      return sh`pacman -S --noconfirm --needed ${more} -- ${names}`;
  }
}

function removeScript(manager: Manager, names: readonly string[], {purge, autoremove, options}: PackageWish): Script {
  switch (manager) {
    case 'apt':
      return sh`${aptGet} ${autoremove ? ['--auto-remove'] : []} ${options} ${purge ? 'purge' : 'remove'} -- ${names}`;
    case 'dnf':
    case 'yum':
      return sh`${manager} -y ${options} remove -- ${names}`;
    case 'zypper':
      return sh`zypper -n ${options} remove -- ${names}`;
    case 'apk':
      return sh`apk del ${purge ? ['--purge'] : []} ${options} -- ${names}`;
    case 'pacman':
      return sh`pacman -Rs --noconfirm ${options} -- ${names}`;
  }
}

/** What a manager's last words mean, where the way out is known. */
function packageFailure(log: string, rc: number): {why: string; hint?: string} {
  const missing =
    /Unable to locate package (\S+)|No match for argument: (\S+)|target not found: (\S+)|(\S+) \(no such package\)/.exec(
      log,
    );
  if (missing !== null)
    return {
      why: `there is no package ${missing.slice(1).find((name) => name !== undefined)}`,
      hint: 'update_cache: true fetches the lists first; is the repository set up?',
    };
  if (/Could not get lock|is another process using it/.test(log))
    return {
      why: 'another program has held the package manager for two minutes',
      hint: 'often unattended-upgrades at boot: wait, and run again',
    };
  const error = log
    .split('\n')
    .filter((line) => /^(E:|Error|ERROR)/.test(line))
    .at(-1);
  return {why: error ?? (lastLine(log) || `exit code ${rc}`)};
}

const jobOf = (title: string, script: Script): Step[] => {
  const folder = '/tmp/.quorate-packages';
  const job = {title, folder, script: joinScripts([quiet, script], ''), deadlineMs: 1_800_000, failure: packageFailure};
  return [...jobSteps(job), jobEnd(job)];
};

/** Whether a pattern such as `1.30.*` matches a version. */
const versionMatches = (version: string, wanted: string): boolean =>
  wanted.includes('*')
    ? new RegExp(`^${wanted.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(version)
    : version === wanted;

function toInstall(wish: PackageWish, seen: PackageSeen): string[] {
  return wish.names.filter((name) => {
    const version = seen.installed.get(name);
    if (version === undefined) return true;
    const wanted = versionWanted(name);
    if (wanted !== undefined && seen.manager === 'apt' && version !== 'predicted')
      return !versionMatches(version, wanted);
    const offered = seen.candidate.get(name);
    return wish.state === 'latest' && offered !== undefined && offered !== version;
  });
}

export function planPackages(wish: PackageWish, seen: PackageSeen): Plan {
  const {manager} = seen;
  if (manager === undefined)
    return {
      plan: 'fail',
      why: 'this host has no package manager that is known here',
      hint: 'apt, dnf, yum, zypper, apk and pacman are',
    };
  const stale =
    wish.updateCache && !(wish.cacheValidS > 0 && seen.cacheAgeS !== undefined && seen.cacheAgeS < wish.cacheValidS);
  const refresh = stale ? jobOf('fetch the lists of packages', updates[manager]) : [];
  const removes = wish.state === 'absent';
  const work = removes ? wish.names.filter((name) => seen.installed.has(name)) : toInstall(wish, seen);
  const result: Data = {cache_updated: stale, packages: work};
  // Without a tool that tells offered versions beforehand, and with new lists to come, only doing it can tell.
  const unknownLatest =
    wish.state === 'latest' && wish.names.length > 0 && (manager !== 'apt' || (stale && work.length === 0));
  const resources = packageResources(wish.names);
  if (wish.names.length === 0) {
    if (!stale) return {plan: 'same', result};
    return {
      plan: 'cannotTell',
      why: 'only fetching the lists can tell whether they changed',
      steps: refresh,
      touches: [{kind: 'package_lists', name: manager}],
    };
  }
  if (unknownLatest && work.length === 0)
    return {
      plan: 'cannotTell',
      why: 'only the package manager can tell whether there is a newer version',
      steps: [...refresh, ...jobOf(`upgrade ${wish.names.join(', ')}`, installScript(manager, wish.names, wish))],
      touches: resources,
    };
  if (work.length === 0) return {plan: 'same', result};
  const title = `${removes ? 'remove' : 'install'} ${work.join(', ')}`;
  const script = removes ? removeScript(manager, work.map(plainPackage), wish) : installScript(manager, work, wish);
  return {
    plan: 'change',
    diff: work.map((name) => ({
      kind: 'values',
      path: `package ${plainPackage(name)}`,
      before: {version: seen.installed.get(name) ?? 'absent'},
      after: {version: removes ? 'absent' : (versionWanted(name) ?? seen.candidate.get(name) ?? 'present')},
    })),
    steps: [...refresh, ...jobOf(title, script)],
    touches: packageResources(work),
    after: packageResources(work).map((resource) => ({resource, state: removes ? 'absent' : 'present'})),
    result,
  };
}
