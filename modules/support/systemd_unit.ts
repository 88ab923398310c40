/** Units of systemd: what is seen of one, what is to be done to it, and waiting for that. */
import type {Predicted, Resource} from '../../src/module/index.js';
import {joinScripts, raw, type Script, sh} from '../../src/shell/index.js';
import {lastLine, type Records} from './records.js';

export type Scope = 'system' | 'user' | 'global';
export type UnitState = 'started' | 'stopped' | 'restarted' | 'reloaded';

export interface UnitWish {
  readonly name?: string | undefined;
  readonly state?: UnitState | undefined;
  readonly enabled?: boolean | undefined;
  readonly masked?: boolean | undefined;
  readonly force?: boolean | undefined;
  readonly daemon_reload?: boolean | undefined;
  readonly daemon_reexec?: boolean | undefined;
  readonly no_block?: boolean | undefined;
  readonly scope: Scope;
}

export interface UnitSeen {
  /** Undefined: systemd does not run this host. */
  readonly version?: string;
  /** All properties that `systemctl show` tells. */
  readonly properties: Readonly<Record<string, string>>;
  /** Some unit file is newer than systemd's last reading of them. */
  readonly filesChanged: boolean;
  readonly problem?: string;
}

export const flag = (scope: Scope): readonly string[] => (scope === 'system' ? [] : [`--${scope}`]);

/** A user's manager is reached through its runtime folder, which a session under sudo does not know. */
export const environment = (scope: Scope): Script =>
  scope === 'user' ? raw('export XDG_RUNTIME_DIR="${XDG_RUNTIME_DIR:-/run/user/$(id -u)}"\n') : raw('');

const unitFolders: Readonly<Record<Scope, readonly string[]>> = {
  system: [
    '/etc/systemd/system',
    '/run/systemd/system',
    '/usr/local/lib/systemd/system',
    '/usr/lib/systemd/system',
    '/lib/systemd/system',
  ],
  user: ['/etc/systemd/user', '/run/systemd/user', '/usr/local/lib/systemd/user', '/usr/lib/systemd/user'],
  global: ['/etc/systemd/user', '/usr/lib/systemd/user'],
};

/**
 * Whether unit files changed since systemd last read them: any inode there that changed after that moment, which systemd
 * tells in microseconds since boot (UnitsLoadTimestamp from 250 on, before that only the one at boot).
 */
const probeFiles = (scope: Scope): Script => sh`
q_load=$(systemctl ${flag(scope)} show -p UnitsLoadTimestampMonotonic -p UnitsLoadStartTimestampMonotonic 2>/dev/null | sort -t= -k2 -n | tail -n 1)
q_load=${raw('${q_load#*=}')}
if [ -n "$q_load" ] && [ -r /proc/uptime ]; then
  read -r q_up q_idle < /proc/uptime
  q_since=$(date +%s.%N | awk -v up="$q_up" -v load="$q_load" '{ printf "%.3f", $1 - up + load / 1000000 - 0.01 }')
  set -- ${unitFolders[scope]} ${scope === 'user' ? raw('"$HOME/.config/systemd/user"') : raw('/etc/fstab /etc/init.d')}
  for q_folder do if [ -e "$q_folder" ]; then set -- "$@" "$q_folder"; fi; shift; done
  if q_new=$(find "$@" -newerct "@$q_since" 2>/dev/null); then q_say files "$q_new"; else q_say files unknown; fi
else q_say files unknown; fi`;

/** A probe's part; {@link recordFunctions} must stand before it. */
export function probeUnit({name, daemon_reload, scope}: UnitWish): Script {
  return joinScripts([
    sh`if [ -d /run/systemd/system ] && command -v systemctl >/dev/null 2>&1; then`,
    environment(scope),
    raw('q_say systemd yes'),
    name === undefined
      ? raw(':')
      : sh`q_say show "$(systemctl ${flag(scope)} show --no-pager -- ${name} 2>&1; q_rc=$?; if [ $q_rc -ne 0 ]; then echo "quorate-problem=$q_rc"; fi)"`,
    daemon_reload ? probeFiles(scope) : raw(':'),
    raw('fi'),
  ]);
}

export function readUnit(records: Records): UnitSeen | undefined {
  if (!records.has('systemd')) return undefined;
  const text = records.get('show') ?? '';
  const properties: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const at = line.indexOf('=');
    if (at > 0) properties[line.slice(0, at)] = line.slice(at + 1);
  }
  const failed = properties['quorate-problem'] !== undefined;
  return {
    properties,
    filesChanged: (records.get('files') ?? '') !== '',
    ...(failed ? {problem: lastLine(text.replace(/\n?quorate-problem=.*$/, ''))} : {}),
  };
}

/** Names of a unit that predictions use: without `.service`. */
export const plainName = (name: string): string => name.replace(/\.service$/, '');
export const unitFile = (name: string): string => (/\.[a-z]+$/.test(name) ? name : `${name}.service`);

/** The template's file of an instance: `getty@.service` of `getty@tty1`. */
const unitFiles = (name: string): string[] => {
  const file = unitFile(name);
  const template = file.replace(/@[^.]*\./, '@.');
  return template === file ? [file] : [file, template];
};

export function unitReads(wish: UnitWish): Resource[] {
  const {name, scope} = wish;
  const folders = unitFolders[scope];
  const files =
    name === undefined ? [] : folders.flatMap((folder) => unitFiles(name).map((file) => `${folder}/${file}`));
  return [
    ...(name === undefined
      ? []
      : ([
          {kind: 'service', name: plainName(name)},
          {kind: 'package', name: '*'},
        ] as const)),
    ...[...files, ...(wish.daemon_reload ? folders : [])].map((path) => ({kind: 'path', path}) as const),
  ];
}

interface PredictedUnit {
  readonly load?: string;
  readonly active?: string;
  readonly enabled?: boolean;
}

/** Corrected by what earlier tasks would have done to the unit and to unit files; undefined where a package may bring it. */
export function overlayUnit(seen: UnitSeen, predicted: Predicted, wish: UnitWish): UnitSeen | undefined {
  const {name, scope} = wish;
  const files = unitFolders[scope].map((path) => ({kind: 'path', path}) as const);
  const filesChanged = seen.filesChanged || (wish.daemon_reload === true && predicted.touches(files));
  if (name === undefined) return {...seen, filesChanged};
  const earlier = predicted.get({kind: 'service', name: plainName(name)});
  if (earlier !== undefined && earlier.state === undefined) return undefined;
  const state = earlier?.state as PredictedUnit | undefined;
  const isNew =
    seen.properties.LoadState === 'not-found' &&
    unitFolders[scope].some((folder) =>
      unitFiles(name).some((file) => {
        const prediction = predicted.get({kind: 'path', path: `${folder}/${file}`});
        return prediction !== undefined && (prediction.state as {type?: string} | undefined)?.type !== 'absent';
      }),
    );
  if (
    seen.properties.LoadState === 'not-found' &&
    !isNew &&
    state === undefined &&
    predicted.touches([{kind: 'package', name: '*'}])
  )
    return undefined;
  const properties = {
    ...seen.properties,
    ...(isNew ? {LoadState: 'loaded', ActiveState: 'inactive', UnitFileState: 'disabled'} : {}),
    ...(state?.load === undefined ? {} : {LoadState: state.load}),
    ...(state?.active === undefined ? {} : {ActiveState: state.active}),
    ...(state?.enabled === undefined ? {} : {UnitFileState: state.enabled ? 'enabled' : 'disabled'}),
  };
  return {...seen, properties, filesChanged};
}
