import {defineModule, p} from '../../src/module/index.js';
import {namesProbe, parseNames} from '../k3s_fixed_address/look.js';

export default defineModule({
  kind: 'action',
  name: 'k3s_name_records',
  summary: 'Tells which addresses names have on a host, or on this machine (`delegate_to: localhost`).',
  description: 'Asks `getent`, so /etc/hosts counts as well as DNS. Where there is no getent nothing is told.',
  params: p.object({names: p.strings('The names.')}),
  returns: {records: 'Addresses by name; empty for a name that the host does not know.'},
  examples: [{name: 'On this machine', params: {names: ['k3s.example.com']}}],
  reach: 'run',
  check: 'run',
  readOnly: true,
  steps: ({names}) => [{step: 'script', title: 'look names up', script: namesProbe(names), mayBlock: true}],
  result: (_given, [outcome]) => ({
    changed: false,
    data: {records: Object.fromEntries(parseNames(outcome?.stdout ?? ''))},
  }),
});
