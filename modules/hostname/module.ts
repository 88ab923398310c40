import {contentOfBytes, type Diff, defineModule, p, type StateModule, type Step} from '../../src/module/index.js';
import {joinScripts, raw, sh} from '../../src/shell/index.js';
import {readRecords, recordFunctions} from '../support/records.js';

const params = p
  .object({
    name: p.string('The name of the host.'),
    use: p.string('Accepted for Ansible; what the host needs is found out.').optional(),
  })
  .superRefine(({name}, context) => {
    if (
      !/^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/.test(name) ||
      name.split('.').some((label) => label === '' || label.length > 63)
    )
      context.addIssue({
        code: 'custom',
        message: `name '${name}' is no host name: letters, digits and dashes, at most 63 between dots`,
      });
  });

interface Seen {
  readonly now: string;
  /** /etc/hostname, which counts at boot. */
  readonly file: string | undefined;
}

const file = {kind: 'path', path: '/etc/hostname'} as const;
const resource = {kind: 'hostname', name: 'hostname'} as const;

const factsOf = (name: string) => {
  const [hostname = name, ...domain] = name.split('.');
  return {hostname, nodename: name, fqdn: name, domain: domain.join('.')};
};

const hostname: StateModule<typeof params, Seen> = {
  kind: 'state',
  name: 'hostname',
  aliases: ['ansible.builtin.hostname'],
  summary: "Sets the host's name, now and at boot.",
  params,
  returns: {name: 'The name.', ansible_facts: 'hostname, nodename, fqdn and domain.'},
  examples: [{name: 'A server', params: {name: 'server1.example.org'}}],
  reach: 'host',
  probeIs: 'stable',
  reads: () => [file, resource],
  probe: () =>
    joinScripts([
      recordFunctions,
      raw('q_say now "$(uname -n)"; if [ -f /etc/hostname ]; then q_say file "$(cat /etc/hostname; printf .)"; fi'),
    ]),
  parse(output) {
    const records = readRecords(output);
    return {now: records.get('now') ?? '', file: records.get('file')?.slice(0, -1)};
  },
  overlay(seen, predicted) {
    const name = predicted.get(resource)?.state;
    const written = predicted.get(file);
    const content = (written?.state as {content?: Buffer} | undefined)?.content;
    if (written !== undefined && content === undefined) return undefined;
    return {now: typeof name === 'string' ? name : seen.now, file: content?.toString() ?? seen.file};
  },
  plan({name}, seen) {
    const steps: Step[] = [];
    const diff: Diff[] = [];
    if (seen.file?.trim() !== name) {
      diff.push({kind: 'text', path: file.path, before: seen.file ?? '', after: `${name}\n`});
      steps.push({
        step: 'upload',
        title: 'write /etc/hostname',
        content: contentOfBytes(`${name}\n`),
        to: file.path,
        mode: '0644',
      });
    }
    if (seen.now !== name) {
      diff.push({kind: 'values', path: 'hostname', before: {name: seen.now}, after: {name}});
      // systemd's own daemon would tell D-Bus; the kernel's name is what counts, and the file at boot.
      steps.push({
        step: 'script',
        title: `set the host's name`,
        script: sh`hostname ${name} 2>/dev/null || printf '%s\n' ${name} > /proc/sys/kernel/hostname`,
      });
    }
    const result = {name, ansible_facts: factsOf(name)};
    if (steps.length === 0) return {plan: 'same', result};
    return {
      plan: 'change',
      diff,
      steps,
      touches: [file, resource],
      after: [
        {resource: file, state: {type: 'file', content: Buffer.from(`${name}\n`)}},
        {resource, state: name},
      ],
      result,
    };
  },
  result: ({name}) => ({changed: true, data: {name}, facts: factsOf(name)}),
};

export default defineModule(hostname);
