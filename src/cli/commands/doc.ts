import {UsageError} from '../../errors/index.js';
import type {Module} from '../../module/index.js';
import {type Param, shapeOf} from '../../module/shape.js';
import {valueLines} from '../../report/index.js';
import type {CommandBody} from '../command.js';
import {printLines} from '../console.js';
import {exitCodes} from '../faults.js';
import {projectFor} from '../open_project.js';
import {playbookSchema} from '../playbook_schema.js';

interface DocFlags {
  readonly list?: boolean;
  readonly json?: boolean;
  readonly snippet?: boolean;
  readonly schema?: boolean;
  readonly playbookDir?: string;
}

/** `quorate doc [module...]`: what modules do and take, from the same schemas that check their arguments. */
export const docCommand: CommandBody = async ([names], given) => {
  const flags = given as DocFlags;
  const wanted = Array.isArray(names) ? names.map(String) : [];
  const {modules} = await projectFor(flags, {inventory: ['localhost,'], vault: {}});
  if (flags.schema) {
    printLines([json(playbookSchema(modules.modules))]);
    return exitCodes.ok;
  }
  if (flags.list || wanted.length === 0) {
    printLines(flags.json ? [json(Object.fromEntries(modules.modules.map(listed)))] : listLines(modules.modules));
    return exitCodes.ok;
  }
  const found = wanted.map((name) => {
    const module = modules.find(name);
    if (module !== undefined) return module;
    const near = modules.nearest(name);
    throw new UsageError({
      what: `there is no module '${name}'`,
      hint: near === undefined ? 'quorate doc -l lists them' : `did you mean '${near}'?`,
    });
  });
  if (flags.json) printLines([json(Object.fromEntries(found.map((module) => [module.name, asData(module)])))]);
  else printLines(found.flatMap((module) => (flags.snippet ? snippetLines(module) : pageLines(module))));
  return exitCodes.ok;
};

/** Nothing may be left out that has no default. */
const isRequired = (param: Param): boolean => param.required && param.defaultValue === undefined;

const json = (value: unknown): string => JSON.stringify(value, null, 4);

const listed = (module: Module): [string, string] => [module.name, module.summary];

function listLines(modules: readonly Module[]): string[] {
  const width = Math.max(0, ...modules.map(({name}) => name.length)) + 2;
  return modules.map(({name, summary}) => `${name.padEnd(width)}${summary}`);
}

const typeOf = ({doc}: Param): string => {
  if (doc === undefined) return 'any';
  if (doc.choices) return doc.choices.join(' | ');
  return doc.elements === undefined ? doc.type : `${doc.type} of ${doc.elements}`;
};

const asData = (module: Module): object => ({
  summary: module.summary,
  description: module.description,
  kind: module.kind,
  aliases: module.aliases ?? [],
  check_mode: checkMode(module),
  free_form: module.freeForm,
  parameters: Object.fromEntries(
    shapeOf(module.params).params.map((param) => [
      param.name,
      {
        type: param.doc?.type ?? 'raw',
        description: param.doc?.doc,
        required: isRequired(param),
        default: param.defaultValue,
        choices: param.doc?.choices,
        elements: param.doc?.elements,
        aliases: param.doc?.aliases,
      },
    ]),
  ),
  returns: module.returns ?? {},
  examples: module.examples,
});

/** What a dry run does with it. */
function checkMode(module: Module): string {
  switch (module.kind) {
    case 'state':
      return 'says what would change';
    case 'group':
    case 'control':
      return 'runs, since it changes no host';
    case 'action':
      if (module.check === 'predict') return 'says what would change, where that can be told';
      return module.check === 'run' ? 'runs, since it changes nothing' : 'is skipped';
  }
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', title, ...lines];

function pageLines(module: Module): string[] {
  const {params, open} = shapeOf(module.params);
  return [
    `${module.name.toUpperCase()}  ${module.summary}`,
    ...section(
      '',
      (module.description ?? '').split('\n').filter((line) => line !== ''),
    ).slice(1),
    '',
    `In check mode it ${checkMode(module)}.`,
    ...section(
      'ALSO KNOWN AS',
      (module.aliases ?? []).map((name) => `  ${name}`),
    ),
    ...section('PARAMETERS', [
      ...params.flatMap((param) => paramLines(param, module)),
      ...(open ? ['  any other name', '        is taken too.'] : []),
    ]),
    ...section(
      'RETURNS',
      Object.entries(module.returns ?? {}).map(([name, about]) => `  ${name}: ${about}`),
    ),
    ...section('EXAMPLES', exampleLines(module)),
    '',
  ];
}

function paramLines(param: Param, module: Module): string[] {
  const notes = [
    typeOf(param),
    ...(isRequired(param) ? ['required'] : []),
    ...(param.defaultValue === undefined ? [] : [`default ${JSON.stringify(param.defaultValue)}`]),
    ...(param.name === module.freeForm ? ['free text'] : []),
  ];
  const aliases = param.doc?.aliases ?? [];
  return [
    `  ${param.name}  (${notes.join(', ')})`,
    `        ${param.doc?.doc ?? ''}`,
    ...(aliases.length === 0 ? [] : [`        Also: ${aliases.join(', ')}`]),
  ];
}

const exampleLines = (module: Module): string[] =>
  module.examples.flatMap(({name, params}) => [
    ...valueLines([{name, [module.name]: params}]).map((line) => `  ${line}`),
  ]);

/** A task to fill in: required parameters first, the others as comments. */
function snippetLines(module: Module): string[] {
  const {params} = shapeOf(module.params);
  const line = (param: Param): string =>
    `    ${isRequired(param) ? '' : '# '}${param.name}: # ${param.doc?.doc ?? ''} (${typeOf(param)})`;
  const sorted = [...params].sort((left, right) => Number(isRequired(right)) - Number(isRequired(left)));
  return [`- name: ${module.summary}`, `  ${module.name}:`, ...sorted.map(line)];
}
