import {type ActionModule, defineModule, p} from '../../src/module/index.js';
import {joinScripts, raw} from '../../src/shell/index.js';
import {type Records, readRecords, recordFunctions} from '../support/records.js';

interface Service {
  readonly name: string;
  readonly state: string;
  readonly status?: string;
  readonly source: string;
}

/** Init scripts are named, not asked: each would have to be run for that. */
const script = joinScripts([
  recordFunctions,
  raw(`if [ -d /run/systemd/system ] && command -v systemctl >/dev/null 2>&1; then
  q_say units "$(systemctl list-units --no-pager --no-legend --plain --type service --all 2>/dev/null)"
  q_say files "$(systemctl list-unit-files --no-pager --no-legend --type service --all 2>/dev/null)"
elif command -v rc-status >/dev/null 2>&1; then
  q_say openrc "$(rc-status -a -s 2>/dev/null)"
fi
q_names=
for q_path in /etc/init.d/*; do if [ -f "$q_path" ] && [ -x "$q_path" ]; then q_names="$q_names \${q_path##*/}"; fi; done
q_say scripts "$q_names"`),
]);

const lines = (text: string | undefined): string[] => (text ?? '').split('\n').filter((line) => line.trim() !== '');

export function readServices(records: Records): Record<string, Service> {
  const services: Record<string, Service> = {};
  for (const line of lines(records.get('units'))) {
    const [name = '', load = '', active = '', sub = ''] = line.replace(/^[●*\s]+/, '').split(/\s+/);
    const state =
      active === 'failed'
        ? 'failed'
        : sub === 'running'
          ? 'running'
          : active === 'active'
            ? sub
            : active === 'inactive' && sub === 'dead'
              ? 'stopped'
              : active;
    services[name] = {name, state, status: load === 'not-found' ? 'not-found' : 'unknown', source: 'systemd'};
  }
  for (const line of lines(records.get('files'))) {
    const [name = '', status = ''] = line.split(/\s+/);
    services[name] = {name, state: services[name]?.state ?? 'inactive', status, source: 'systemd'};
  }
  for (const line of lines(records.get('openrc'))) {
    const [, name, state] = /^\s*(\S+)\s+\[\s*(\w+)/.exec(line) ?? [];
    if (name !== undefined && state !== undefined)
      services[name] = {name, state: state === 'started' ? 'running' : state, source: 'openrc'};
  }
  // Roles ask for `services['ufw']` as well as for `services['ufw.service']`.
  for (const name of (records.get('scripts') ?? '').split(' ').filter((one) => one !== '')) {
    const unit = services[`${name}.service`];
    services[name] ??= {
      name,
      state: unit?.state === 'running' || unit?.state === 'exited' ? 'running' : 'stopped',
      source: 'sysv',
    };
  }
  return services;
}

const params = p.object({});

const serviceFacts: ActionModule<typeof params> = {
  kind: 'action',
  name: 'service_facts',
  aliases: ['ansible.builtin.service_facts'],
  summary: 'Gathers the services of the host, as `ansible_facts.services`.',
  params,
  returns: {ansible_facts: '`services`: by name (`k3s.service`; init scripts by theirs) the state, status and source.'},
  examples: [{name: 'All', params: {}}],
  reach: 'host',
  check: 'run',
  readOnly: true,
  reads: () => [{kind: 'service', name: '*'}],
  steps: () => [{step: 'script', title: 'list the services', script}],
  result: (_given, [output]) =>
    output === undefined ? {changed: false} : {changed: false, facts: {services: readServices(readRecords(output))}},
};

export default defineModule(serviceFacts);
