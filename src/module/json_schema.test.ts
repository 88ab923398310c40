import test from 'ava';
import {defineModule, p} from './index.js';
import {paramsJsonSchema} from './json_schema.js';

const module = defineModule({
  kind: 'control',
  name: 'thing',
  summary: 'Does a thing.',
  params: p.object({
    path: p.path('Where.'),
    name: p.string('Called.', {aliases: ['title']}),
    state: p.choice(['on', 'off'], 'Wanted.').default('on'),
    many: p.list(p.object({key: p.string('A key.')}), 'Several.').optional(),
    force: p.bool('Anyway.').default(false),
  }),
  examples: [],
  run: async () => ({changed: false}),
});

test('parameters as an editor reads them', (t) => {
  const [mapping] = paramsJsonSchema(module).anyOf as [Record<string, unknown>];
  const properties = mapping.properties as Record<string, Record<string, unknown>>;
  t.deepEqual(Object.keys(properties), ['path', 'name', 'title', 'state', 'many', 'force']);
  t.deepEqual(mapping.required, ['path']);
  t.is(mapping.additionalProperties, false);
  t.is(properties.path?.description, 'Where.');
  t.is(properties.force?.default, false);
  t.deepEqual((properties.state?.anyOf as unknown[] | undefined)?.[0], {enum: ['on', 'off']});
  t.true(JSON.stringify(properties.many).includes('"key"'));
});

test('free text is taken where the module takes it', (t) => {
  const free = paramsJsonSchema({...module, freeForm: 'path'}).anyOf as unknown[];
  t.deepEqual(free[1], {type: ['string', 'null']});
});
