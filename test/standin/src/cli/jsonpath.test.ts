import test from 'ava';
import {jsonpath} from './jsonpath.js';

const list = {
  items: [
    {metadata: {name: 'a', labels: {'k8s.io/x': '1'}}, status: {conditions: [{type: 'Ready', status: 'True'}]}},
    {metadata: {name: 'b'}, status: {conditions: [{type: 'Ready', status: 'False'}]}},
  ],
};

const cases: readonly [string, string][] = [
  ['{.items[*].metadata.name}', 'a b'],
  ['{.items[0].metadata.name}', 'a'],
  ['{.items[-1].metadata.name}', 'b'],
  [
    '{range .items[*]}{.metadata.name}={.status.conditions[?(@.type=="Ready")].status}{"\\n"}{end}',
    'a=True\nb=False\n',
  ],
  ["{.items[0].metadata.labels['k8s.io/x']}", '1'],
  ['{.items[0].metadata.labels.k8s\\.io/x}', '1'],
  ['{.items[0].status.conditions[0]}', '{"type":"Ready","status":"True"}'],
  ['name: {.nothing.here}', 'name: '],
  ['{.items[?(@.metadata.name=="b")].status.conditions[0].status}', 'False'],
];

for (const [template, wanted] of cases) {
  test(template, (t) => {
    t.is(jsonpath(template, list), wanted);
  });
}
