// docs/real-k3s.md: what came of the end-to-end tests on real K3s, one section a test file. A run replaces the sections of
// the files it ran and leaves the others, each with the day, K3s and commit of the run it is from.

/** @typedef {import('./real_k3s_page.d.mts').Row} Row */
/** @typedef {import('./real_k3s_page.d.mts').Run} Run */

const outcomes = ['passed', 'FAILED', 'not applicable', 'skipped'];

/** @param {string} text */
const cell = (text) => text.replaceAll('|', '\\|');

/** @param {string} body A section, or several: rows whose second cell is the outcome. */
function counted(body) {
  const numbers = outcomes.map((outcome) => [
    body.split('\n').filter(
      (line) =>
        line.startsWith('| ') &&
        line
          .split(/(?<!\\)\|/)[2]
          ?.trim()
          .startsWith(outcome),
    ).length,
    outcome,
  ]);
  return numbers
    .filter(([number]) => number !== 0)
    .map(([number, outcome]) => `${number} ${outcome}`)
    .join(', ');
}

/**
 * One file's section, without its heading.
 * @param {Run} run @param {readonly Row[]} rows
 */
function section({day, commit, version, sha256}, rows) {
  const table = [
    '| test | outcome | seconds |',
    '| --- | --- | --- |',
    ...rows.map(
      ({title, outcome, seconds, notes}) =>
        `| ${cell(title)} | ${[outcome, ...notes.map(cell)].join(': ')} | ${seconds} |`,
    ),
  ].join('\n');
  return `${day}, quorate ${commit}, ${version}, sha256 \`${sha256.slice(0, 12)}…\`: ${counted(table)}\n\n${table}\n`;
}

/** Sections of a page by their headings. @param {string} page */
const sectionsOf = (page) =>
  new Map(
    page
      .split(/^## /m)
      .slice(1)
      .map((text) => [text.slice(0, text.indexOf('\n')), `${text.slice(text.indexOf('\n')).trim()}\n`]),
  );

/** @type {typeof import('./real_k3s_page.d.mts').pageWith} */
export function pageWith(page, {file, run, rows}) {
  const sections = sectionsOf(page).set(file, section(run, rows));
  const names = [...sections.keys()].sort();
  const all = names.map((name) => `## ${name}\n\n${sections.get(name)}`).join('\n');
  return `# The end-to-end tests on real K3s

\`K3S_BINARY=/path/to/k3s npm run test:e2e\` runs the same tests that use the stand-in elsewhere, on the lab's hosts
(docs/lab.md) with snapshotter \`native\`, and writes this page: one section a test file, from the last run of the whole
file. Seconds include the lab's boot. Altogether: ${counted(all)}.

The K3s of the last run: ${run.version}, sha256 \`${run.sha256}\`.

${all}`;
}
