import test from 'ava';
import {parseYaml, templateContext} from '../../test/support/template_context.js';
import {createTemplateEngine} from './index.js';

const engine = createTemplateEngine({parseYaml});

/** Whether rendering notes the mark on `r`, the result of a task that check mode did not run. */
function sees(template: string): boolean {
  const item = {rc: 0};
  const r = {rc: 0, stdout: 'x', changed: true, results: [item]};
  const seen: string[] = [];
  const context = templateContext({
    variables: {r, other: {rc: 0}, alias: '{{ r }}', boxed: {inner: r}, hosts: {a: {r}}},
    data: ['r', 'other', 'boxed', 'hosts'],
    marks: {markOf: (value) => (value === r ? 'r' : undefined), sawMark: (why) => seen.push(why)},
  });
  if (/\{[{%]/.test(template)) engine.render(template, context);
  else engine.condition(template, context);
  return seen.length > 0;
}

const reading = [
  '{{ r }}',
  '{{ r.rc }}',
  "{{ r['rc'] }}",
  'x {{ r.stdout }}',
  'r is changed',
  'r.rc == 0',
  'r.rc is defined',
  'r.nope is defined',
  'r.rc | default(1) == 0',
  "'rc' in r",
  'r == other',
  'not r',
  'r and true',
  '{{ r | to_json }}',
  '{{ [r] | length }}',
  "{{ [r] | map(attribute='rc') | list }}",
  '{{ alias.rc }}',
  '{{ boxed.inner.rc }}',
  '{{ boxed }}',
  "{{ 'r' | extract(hosts.a, 'rc') }}",
  '{% for x in r %}{{ x }}{% endfor %}',
  "{{ r.get('rc') }}",
  "{{ 'a' ~ r }}",
  '{{ dict(r) }}',
  '{% if r %}x{% endif %}',
  '{% set l = [] %}{% set _ = l.append(r) %}{{ l | length }}',
];

const notReading = [
  'r is defined',
  'r is not defined',
  'r is undefined or true',
  'other.rc == 0',
  '{{ (r | default({})) is defined }}',
  'r is defined and other.rc == 0',
  '{{ r | type_debug }}',
  'false and r.rc == 0',
  "{{ 'x' if other.rc == 0 else r.rc }}",
  '{{ hosts.a is defined }}',
  'boxed.inner is defined',
];

for (const template of reading) test(`reads: ${template}`, (t) => t.true(sees(template)));
for (const template of notReading) test(`does not read: ${template}`, (t) => t.false(sees(template)));
