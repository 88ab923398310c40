import {defineModule, type Plan, p, type StateModule, type z} from '../../src/module/index.js';
import {joinScripts, raw, sh} from '../../src/shell/index.js';
import {readRecords, recordFunctions} from '../support/records.js';

const params = p
  .object({
    table: p.choice(['filter', 'nat', 'mangle', 'raw', 'security'], 'The table.').default('filter'),
    chain: p.string('The chain.').optional(),
    state: p.choice(['present', 'absent'], 'Whether the rule is there.').default('present'),
    action: p.choice(['append', 'insert'], 'Where a new rule goes.').default('append'),
    rule_num: p.int('At which place it is inserted.').optional(),
    ip_version: p.choice(['ipv4', 'ipv6'], 'Which tables.').default('ipv4'),
    flush: p.bool('Remove all rules of the chain, or of the table.').default(false),
    policy: p
      .choice(['ACCEPT', 'DROP', 'QUEUE', 'RETURN'], 'What happens to packets at the end of the chain.')
      .optional(),
    protocol: p.string('The protocol.').optional(),
    source: p.string('Where packets come from.').optional(),
    destination: p.string('Where they go.').optional(),
    in_interface: p.string('The interface they come in by.').optional(),
    out_interface: p.string('The interface they go out by.').optional(),
    source_port: p.string('The port they come from.').optional(),
    destination_port: p.string('The port they go to.').optional(),
    match: p.strings('Extensions that are used.').default([]),
    ctstate: p.strings('States of the connection.').default([]),
    jump: p.string('What happens to packets that match.').optional(),
    to_destination: p.string('The new address, for DNAT.').optional(),
    to_ports: p.string('The new ports, for REDIRECT.').optional(),
    reject_with: p.string('The answer of REJECT.').optional(),
    comment: p.string('A comment on the rule.').optional(),
  })
  .superRefine((given, context) => {
    if (given.chain === undefined && !given.flush)
      context.addIssue({code: 'custom', message: "it needs 'chain' or 'flush'"});
    if (given.policy !== undefined && given.chain === undefined)
      context.addIssue({code: 'custom', message: "'policy' needs 'chain'"});
  });

type Params = z.output<typeof params>;

interface Seen {
  readonly tool: boolean;
  readonly there: boolean;
  readonly rules: number;
  readonly policy: string | undefined;
  readonly problem: string;
}

const toolOf = ({ip_version}: Params): string => (ip_version === 'ipv6' ? 'ip6tables' : 'iptables');

/** The words of a rule; a `!` before a value is a word of its own, before the option. */
export function ruleWords(given: Params): string[] {
  const option = (flag: string, value: string | undefined): string[] =>
    value === undefined ? [] : value.startsWith('!') ? ['!', flag, value.slice(1).trim()] : [flag, value];
  return [
    ...option('-p', given.protocol),
    ...option('-s', given.source),
    ...option('-d', given.destination),
    ...given.match.flatMap((name) => ['-m', name]),
    ...option('-i', given.in_interface),
    ...option('-o', given.out_interface),
    ...option('--source-port', given.source_port),
    ...option('--destination-port', given.destination_port),
    ...(given.ctstate.length === 0
      ? []
      : [...(given.match.includes('conntrack') ? [] : ['-m', 'conntrack']), '--ctstate', given.ctstate.join(',')]),
    ...(given.comment === undefined ? [] : ['-m', 'comment', '--comment', given.comment]),
    ...option('-j', given.jump),
    ...option('--to-destination', given.to_destination),
    ...option('--to-ports', given.to_ports),
    ...option('--reject-with', given.reject_with),
  ];
}

function plan(given: Params, seen: Seen): Plan {
  const {table, chain, state, flush, policy} = given;
  const tool = toolOf(given);
  if (!seen.tool) return {plan: 'fail', why: `this host has no ${tool}`, hint: 'install the package iptables'};
  if (seen.problem !== '')
    return {plan: 'fail', why: `${tool} cannot be asked: ${seen.problem}`, hint: 'does the task need become?'};
  const words = ruleWords(given);
  const subject = `${tool} ${table}${chain === undefined ? '' : ` ${chain}`}`;
  const resource = {kind: 'firewall', name: tool} as const;
  const result = {chain: chain ?? null, table, state, flush, ip_version: given.ip_version, rule: words.join(' ')};
  const change = (title: string, script: ReturnType<typeof sh>, before: object, after: object): Plan => ({
    plan: 'change',
    diff: [{kind: 'values', path: subject, before: {...before}, after: {...after}}],
    steps: [{step: 'script', title, script}],
    touches: [resource],
    result,
  });
  const base = sh`${tool} -w -t ${table}`;
  if (flush)
    return seen.rules === 0
      ? {plan: 'same', result}
      : change(
          `flush ${subject}`,
          sh`${base} -F ${chain === undefined ? [] : [chain]}`,
          {rules: seen.rules},
          {rules: 0},
        );
  if (policy !== undefined)
    return seen.policy === policy
      ? {plan: 'same', result}
      : change(
          `set the policy of ${subject}`,
          sh`${base} -P ${chain ?? ''} ${policy}`,
          {policy: seen.policy ?? 'none'},
          {policy},
        );
  if ((state === 'present') === seen.there) return {plan: 'same', result};
  const verb =
    state === 'absent'
      ? ['-D', chain ?? '']
      : given.action === 'append'
        ? ['-A', chain ?? '']
        : ['-I', chain ?? '', ...(given.rule_num === undefined ? [] : [String(given.rule_num)])];
  return change(
    `${state === 'absent' ? 'remove' : 'add'} a rule of ${subject}`,
    sh`${base} ${verb} ${words}`,
    {rule: seen.there ? words.join(' ') : 'absent'},
    {rule: seen.there ? 'absent' : words.join(' ')},
  );
}

const iptables: StateModule<typeof params, Seen> = {
  kind: 'state',
  name: 'iptables',
  aliases: ['ansible.builtin.iptables'],
  summary: 'Adds and removes single rules of the packet filter, and flushes chains.',
  description: 'A flush of what is empty is no change. Rules are not kept over a reboot.',
  params,
  returns: {rule: 'The rule as words.', chain: 'The chain.', table: 'The table.', flush: 'Whether it was flushed.'},
  examples: [{name: 'The API', params: {chain: 'INPUT', protocol: 'tcp', destination_port: '6443', jump: 'ACCEPT'}}],
  reach: 'host',
  probeIs: 'volatile',
  reads: (given) => [
    {kind: 'firewall', name: toolOf(given)},
    {kind: 'package', name: 'iptables'},
  ],
  probe(given) {
    const base = sh`${toolOf(given)} -w -t ${given.table}`;
    return joinScripts([
      recordFunctions,
      sh`if command -v ${toolOf(given)} >/dev/null 2>&1; then
  q_say tool yes
  if q_out=$(${base} -S ${given.chain === undefined ? [] : [given.chain]} 2>&1); then q_say rules "$q_out"; else q_say problem "$q_out"; fi
  ${given.chain === undefined || given.flush || given.policy !== undefined ? raw(':') : sh`if ${base} -C ${given.chain} ${ruleWords(given)} >/dev/null 2>&1; then q_say there yes; fi`}
fi`,
    ]);
  },
  parse(output) {
    const records = readRecords(output);
    const text = records.get('rules') ?? '';
    return {
      tool: records.has('tool'),
      there: records.has('there'),
      rules: text.split('\n').filter((line) => line.startsWith('-A')).length,
      policy: /^-P \S+ (\S+)/m.exec(text)?.[1],
      problem: (records.get('problem') ?? '').split('\n')[0] ?? '',
    };
  },
  plan,
};

export default defineModule(iptables);
