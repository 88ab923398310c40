/** What K3s does to its table in MySQL, and to the database until the table is there (kine pkg/drivers/mysql). */
const onTable = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] as const;
const onDatabase = ['CREATE', 'INDEX'] as const;

interface Grant {
  readonly privileges: readonly string[];
  /** As a pattern on the whole name. */
  readonly database: RegExp;
  readonly table: string;
}

/** MySQL's LIKE patterns of database names in grants: `_` any character, `%` any text, `\` before either for itself. */
const patternOf = (name: string): RegExp => {
  if (name === '*') return /^/;
  const source = name
    .replace(/\\([_%])/g, (_, one: string) => (one === '_' ? '\u0001' : '\u0002'))
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('_', '.')
    .replaceAll('%', '.*')
    .replaceAll('\u0001', '_')
    .replaceAll('\u0002', '%');
  return new RegExp(`^${source}$`, 'i');
};

function parseGrant(line: string): Grant | undefined {
  const match = /^GRANT (.+?) ON (?:TABLE )?(\*|`(?:[^`]|``)+`)\.(\*|`(?:[^`]|``)+`) TO /i.exec(line);
  if (match === null) return undefined;
  const bare = (name = ''): string => name.replace(/^`|`$/g, '').replaceAll('``', '`');
  return {
    privileges: (match[1] ?? '').split(/,\s*(?![^(]*\))/).map((one) => one.trim().toUpperCase()),
    database: patternOf(bare(match[2])),
    table: bare(match[3]),
  };
}

/**
 * The privileges that the lines of SHOW GRANTS do not give on a database; undefined where a role may give them, which those
 * lines do not tell. Without the table, it has to be made first.
 */
export function missingGrants(
  lines: readonly string[],
  {database, table}: {readonly database: string; readonly table: boolean},
): readonly string[] | undefined {
  const grants = lines.map(parseGrant).filter((grant) => grant !== undefined);
  const has = (privilege: string): boolean =>
    grants.some(
      (grant) =>
        grant.database.test(database) &&
        (grant.table === '*' || (table && grant.table === 'kine')) &&
        (grant.privileges.includes('ALL PRIVILEGES') ||
          grant.privileges.includes('ALL') ||
          grant.privileges.includes(privilege)),
    );
  const missing = [...onTable, ...(table ? [] : onDatabase)].filter((privilege) => !has(privilege));
  const roles = lines.some((line) => /^GRANT [^ ]+ TO /i.test(line));
  return missing.length > 0 && roles ? undefined : missing;
}

/** Whether an account may write to a server that is read-only for all others. */
export const mayWriteReadOnly = (lines: readonly string[]): boolean =>
  lines.some((line) =>
    /^GRANT (ALL PRIVILEGES|.*\b(SUPER|READ[_ ]ONLY ADMIN|CONNECTION_ADMIN)\b).* ON \*\.\* TO /i.test(line),
  );
