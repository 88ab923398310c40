import {execArgs, settingsFromArgs, startsK3s} from './args.js';
import type {ClusterHost} from './classify.js';
import {sameValue} from './config_file.js';
import {isForeign, mergedSettings, sourcesOf, unitOf} from './effective.js';
import type {PlanRefusal} from './plan.js';
import type {Check} from './preflight_types.js';
import type {Sighting} from './sighting.js';

/** What a service of another hand runs with and could not be taken over faithfully: refused, with the way to mend it. */

const each =
  (check: (host: ClusterHost, sighting: Sighting, service: string) => readonly PlanRefusal[]): Check =>
  (_input, hosts) =>
    hosts.flatMap((host) =>
      host.sighting === undefined
        ? []
        : check(host, host.sighting, host.wanted.kind === 'server' ? 'k3s' : 'k3s-agent'),
    );

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

const isThere = (unit: Sighting['server']): boolean =>
  unit?.load === 'loaded' && (unit.active === 'active' || unit.active === 'activating' || unit.enabled === 'enabled');

/** INSTALL_K3S_NAME makes `k3s-NAME.service`; beside it, ours would be a second K3s on one host. */
const otherNames = each(({wanted}, {otherUnits}, service) =>
  otherUnits
    .filter(({text}) => startsK3s(text))
    .map(({path}) => {
      const other = baseName(path).replace(/\.service$/, '');
      return {
        hosts: [wanted.host],
        what: `${other}.service on ${wanted.host} runs K3s under a name of its own (INSTALL_K3S_NAME), and this play manages ${service}.service: K3s would run there twice`,
        hint: `give it the usual name on ${wanted.host}, which takes a moment's outage of that host: systemctl disable --now ${other} && mv ${path} ${path.slice(0, path.lastIndexOf('/'))}/${service}.service && systemctl daemon-reload && systemctl enable --now ${service}`,
      };
    }),
);

const otherRole = each(({wanted}, sighting) => {
  const other = wanted.kind === 'server' ? 'k3s-agent' : 'k3s';
  if (!isThere(wanted.kind === 'server' ? sighting.agent : sighting.server)) return [];
  return [
    {
      hosts: [wanted.host],
      what: `${wanted.host} is in group ${wanted.kind}, and ${other}.service is on it: it is ${wanted.kind === 'server' ? 'an agent' : 'a server'} already`,
      hint: `K3s has no way from one to the other: move ${wanted.host} to the group it belongs to, or remove K3s from it first (${wanted.kind === 'server' ? 'k3s-agent-uninstall.sh' : 'k3s-uninstall.sh'})`,
    },
  ];
});

/** `systemctl edit` may replace the command of a unit; ours would then not be run. */
const replacedCommand = each(({wanted}, sighting, service) =>
  unitOf(sighting, wanted.kind)
    .dropIns.filter(({text}) => /^ExecStart=/m.test(text))
    .map(({path}) => ({
      hosts: [wanted.host],
      what: `${path} on ${wanted.host} replaces the command of ${service}.service (ExecStart=), so config.yaml alone would not say what K3s runs with`,
      hint: `move its flags to ${wanted.kind === 'server' ? 'k3s_server_config' : 'k3s_agent_config'} and take the lines with ExecStart= out of it`,
    })),
);

/** systemd puts variables and specifiers into a command; what stands there is not the value. */
const substituted = each(({wanted}, sighting, service) => {
  if (!isForeign(sighting, wanted.kind)) return [];
  return Object.entries(settingsFromArgs(execArgs(unitOf(sighting, wanted.kind).text)))
    .filter(([, value]) => [value].flat().some((item) => /\$(\w|\{)|%[a-zA-Z]/.test(String(item))))
    .map(([key]) => ({
      hosts: [wanted.host],
      what: `--${key} in ${service}.service on ${wanted.host} takes its value from a variable of systemd's`,
      hint: `name '${key}' with its value in ${wanted.kind === 'server' ? 'k3s_server_config' : 'k3s_agent_config'} of ${wanted.host}, and write that value into the unit too`,
    }));
});

/** Flags win over config.yaml.d, and config.yaml, where they go, does not. */
const hiddenByFlags = each(({wanted}, sighting, service) => {
  if (!isForeign(sighting, wanted.kind)) return [];
  const {flags, dropIns} = sourcesOf(sighting, wanted.kind);
  return sighting.dropIns.flatMap(({path}, index) =>
    Object.keys(dropIns[index] ?? {})
      .map((key) => key.replace(/\+$/, ''))
      .filter((key) => key in flags && !sameValue(dropIns.reduce(mergedSettings, flags)[key], flags[key]))
      .map((key) => ({
        hosts: [wanted.host],
        what: `${path} on ${wanted.host} sets '${key}', which a flag of ${service}.service overrules; in config.yaml, where flags are moved to, it would win`,
        hint: `take '${key}' out of ${path}: it has no effect today`,
      })),
  );
});

/** Our unit reads /etc/default and /etc/sysconfig too, and a drop-in's variables stay. */
const otherConfigFile = each(({wanted}, sighting, service) =>
  sourcesOf(sighting, wanted.kind).lasting.settings.config === undefined
    ? []
    : [
        {
          hosts: [wanted.host],
          what: `K3S_CONFIG_FILE is set on ${wanted.host} in a file that stays in force (/etc/default/${service}, /etc/sysconfig/${service}, or a drop-in of the unit)`,
          hint: 'this play writes /etc/rancher/k3s/config.yaml: move the file there and take the variable out',
        },
      ],
);

const movedData = each(({wanted}, sighting) => {
  const {data, dataDir, dataDirReal} = sighting;
  if (!(data.wal || data.stateDb || data.serverTls || data.agent)) {
    if (wanted.dataDir === dataDir) return [];
    return [
      {
        hosts: [wanted.host],
        what: `the data-dir of ${wanted.host} is to be ${wanted.dataDir}, and what lies there was not looked at (${dataDir} was)`,
        hint: `set k3s_data_dir: ${wanted.dataDir}`,
        variable: {name: 'k3s_data_dir', host: wanted.host},
      },
    ];
  }
  const linked = wanted.dataLink === undefined || wanted.dataLink === dataDirReal || wanted.dataLink === dataDir;
  if (wanted.dataDir === dataDir && linked) return [];
  const name = linked ? 'k3s_data_dir' : 'k3s_server_location';
  return [
    {
      hosts: [wanted.host],
      what: `${wanted.host} keeps K3s's data in ${linked ? dataDir : dataDirReal}, and the inventory says ${linked ? wanted.dataDir : wanted.dataLink}`,
      hint: `K3s would begin anew there: set ${name}: ${linked ? dataDir : dataDirReal} for ${wanted.host}; to move the data, stop K3s there, move the folder, and make ${dataDir} a link to it`,
      variable: {name, host: wanted.host},
    },
  ];
});

export const adoptionChecks: readonly Check[] = [
  otherNames,
  otherRole,
  replacedCommand,
  substituted,
  hiddenByFlags,
  otherConfigFile,
  movedData,
];

/** What the inventory names and a file of config.yaml.d overrules, so that it has no effect. */
export const shadowedSettings = (hosts: readonly ClusterHost[]): readonly string[] =>
  hosts.flatMap(({wanted, sighting}) => {
    if (sighting === undefined) return [];
    const {dropIns} = sourcesOf(sighting, wanted.kind);
    return sighting.dropIns.flatMap(({path}, index) =>
      Object.keys(dropIns[index] ?? {})
        .filter((key) => key in wanted.config && !wanted.kept.includes(key))
        .filter((key) => !sameValue(dropIns[index]?.[key], wanted.config[key]))
        .map(
          (key) =>
            `${path} on ${wanted.host} sets '${key}', which wins over the inventory's: take it out there, or here`,
        ),
    );
  });
