/** Recorded from Ansible 2.19; see role_variables.test.ts. */
interface Recorded {
  /** Where `x` is set, separated by white space. */
  readonly places: string;
  /** What each task saw, in the order of `tasks`. */
  readonly values: string;
}

/** Titles of the tasks that show `x`, in the order they ran. */
export const tasks: readonly string[] = [
  'before',
  'dep : main',
  'dep : more',
  'dep : block',
  'main : main',
  'main : more',
  'main : block',
  'other : main',
  'other : more',
  'other : block',
  'plain',
  'with vars',
  'in blocks',
  'in imported file',
  'block in imported file',
  'in included file',
  'block in included file',
  'imported by included file',
  'in included file',
  'block in included file',
  'imported by included file',
  'imported : main',
  'imported : more',
  'imported : block',
  'included : main',
  'included : more',
  'included : block',
  'after learning',
  'with vars after learning',
  'in included file',
  'block in included file',
  'imported by included file',
];

export const recorded: readonly Recorded[] = [
  {
    places: `
      inventoryAll inventoryGroup inventoryHost playbookAll playbookHost play varsFile roleDefaults roleVars
      roleParam roleEntry depDefaults depVars depParam depEntry otherDefaults otherVars otherParam outerBlock
      innerBlock task importTasks includeTasks importRole includeRole apply setfact includeVars`,
    values: `
      roleVars depParam depParam depParam roleParam roleParam roleParam otherParam otherParam otherParam roleVars
      task innerBlock importTasks innerBlock includeTasks includeTasks includeTasks apply innerBlock apply
      importRole importRole innerBlock includeRole includeRole includeRole setfact setfact includeTasks includeTasks
      includeTasks`,
  },
  {
    places: `
      inventoryAll inventoryGroup inventoryHost playbookAll playbookHost play varsFile roleDefaults roleVars
      roleParam roleEntry depDefaults depVars depParam depEntry otherDefaults otherVars otherParam outerBlock
      innerBlock task importTasks includeTasks importRole includeRole apply setfact includeVars extra`,
    values: `
      extra extra extra extra extra extra extra extra extra extra extra extra extra extra extra extra extra extra
      extra extra extra extra extra extra extra extra extra extra extra extra extra extra`,
  },
  {
    places: `
      inventoryAll inventoryGroup inventoryHost playbookAll playbookHost play varsFile roleDefaults roleVars
      roleEntry depDefaults depVars depEntry otherDefaults otherVars outerBlock innerBlock task importTasks
      importRole apply`,
    values: `
      roleVars depEntry depEntry innerBlock roleEntry roleEntry innerBlock otherVars otherVars innerBlock roleVars
      task innerBlock importTasks innerBlock outerBlock innerBlock outerBlock apply innerBlock apply importRole
      importRole innerBlock outerBlock outerBlock innerBlock roleVars task roleVars innerBlock roleVars`,
  },
  {
    places: `
      inventoryAll inventoryHost playbookAll roleDefaults depDefaults otherDefaults`,
    values: `
      inventoryHost inventoryHost inventoryHost inventoryHost inventoryHost inventoryHost inventoryHost
      inventoryHost inventoryHost inventoryHost inventoryHost inventoryHost inventoryHost inventoryHost
      inventoryHost inventoryHost inventoryHost inventoryHost inventoryHost inventoryHost inventoryHost
      inventoryHost inventoryHost inventoryHost inventoryHost inventoryHost inventoryHost inventoryHost
      inventoryHost inventoryHost inventoryHost inventoryHost`,
  },
  {
    places: `
      roleDefaults depDefaults otherDefaults`,
    values: `
      roleDefaults depDefaults depDefaults depDefaults roleDefaults roleDefaults roleDefaults otherDefaults
      otherDefaults otherDefaults roleDefaults roleDefaults roleDefaults roleDefaults roleDefaults roleDefaults
      roleDefaults roleDefaults roleDefaults roleDefaults roleDefaults roleDefaults roleDefaults roleDefaults
      roleDefaults roleDefaults roleDefaults roleDefaults roleDefaults roleDefaults roleDefaults roleDefaults`,
  },
  {
    places: `
      play varsFile roleVars roleEntry depVars depEntry`,
    values: `
      roleVars depEntry depEntry depEntry roleEntry roleEntry roleEntry roleVars roleVars roleVars roleVars roleVars
      roleVars roleVars roleVars roleVars roleVars roleVars roleVars roleVars roleVars roleVars roleVars roleVars
      roleVars roleVars roleVars roleVars roleVars roleVars roleVars roleVars`,
  },
  {
    places: `
      depVars depEntry otherDefaults importRole`,
    values: `
      depVars depEntry depEntry depEntry depVars depVars depVars depVars depVars depVars depVars depVars depVars
      depVars depVars depVars depVars depVars depVars depVars depVars importRole importRole importRole depVars
      depVars depVars depVars depVars depVars depVars depVars`,
  },
  {
    places: `
      inventoryGroup playbookHost roleParam task apply includeVars`,
    values: `
      playbookHost roleParam roleParam roleParam roleParam roleParam roleParam playbookHost playbookHost
      playbookHost playbookHost task playbookHost playbookHost playbookHost playbookHost playbookHost playbookHost
      apply apply apply playbookHost playbookHost playbookHost playbookHost playbookHost playbookHost includeVars
      includeVars includeVars includeVars includeVars`,
  },
  {
    places: `
      `,
    values: `
      undefined undefined undefined undefined undefined undefined undefined undefined undefined undefined undefined
      undefined undefined undefined undefined undefined undefined undefined undefined undefined undefined undefined
      undefined undefined undefined undefined undefined undefined undefined undefined undefined undefined`,
  },
];
