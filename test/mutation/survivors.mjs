// Compares the mutants that survived the last run with those that are explained in survivors.json, in both directions: a survivor
// that nobody explained is a rule that nobody holds, and an explanation of what is killed by now explains nothing.
// A mutant is known by its file, the line that it begins in, the text it replaces and what comes in its place.

import {readFileSync} from 'node:fs';

const reportFile = '.quorate/mutation/report.json';
const listFile = 'test/mutation/survivors.json';

const inOneLine = (text) => text.trim().replace(/\s+/g, ' ');

function textAt(source, {start, end}) {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  lines[lines.length - 1] = lines.at(-1).slice(0, end.column - 1);
  lines[0] = lines[0].slice(start.column - 1);
  return lines.join('\n');
}

/** Each survivor as it stands in the list. */
const survivorsIn = ({source, mutants}) =>
  mutants
    .filter(({status}) => status === 'Survived' || status === 'NoCoverage')
    .map(({location, replacement}) => ({
      line: inOneLine(source.split('\n')[location.start.line - 1]),
      from: inOneLine(textAt(source, location)),
      to: inOneLine(replacement),
    }));

const keyOf = ({line, from, to}) => JSON.stringify([line, from, to]);

/** `[{line, why, mutants: [[from, to], ...]}]` by file. */
const listedIn = (entries) =>
  entries.flatMap(({line, mutants}) => mutants.map(([from, to]) => ({line: inOneLine(line), from, to})));

const report = JSON.parse(readFileSync(reportFile, 'utf8'));
const explained = JSON.parse(readFileSync(listFile, 'utf8'));
let faults = 0;
const say = (words, file, {line, from, to}) => {
  faults += 1;
  console.log(`${words} ${file}\n    ${line}\n    ${JSON.stringify([from, to])}`);
};
const count = {mutants: 0, killed: 0, survived: 0};
for (const [file, result] of Object.entries(report.files)) {
  const survivors = survivorsIn(result);
  count.mutants += result.mutants.length;
  count.killed += result.mutants.filter(({status}) => status === 'Killed' || status === 'Timeout').length;
  count.survived += survivors.length;
  // Where one line stands twice in a file, each of its mutants has an entry.
  const listed = listedIn(explained[file] ?? []);
  for (const survivor of survivors) {
    const index = listed.findIndex((one) => keyOf(one) === keyOf(survivor));
    if (index < 0) say('survived, and is not explained:', file, survivor);
    else listed.splice(index, 1);
  }
  for (const one of listed) say('is explained, and did not survive:', file, one);
}
for (const file of Object.keys(explained))
  if (!(file in report.files)) console.log(`not in this run: ${file}, with explained survivors`);
console.log(
  `${count.mutants} mutants, ${count.killed} killed, ${count.survived} survived, ${faults} faults of the list`,
);
process.exitCode = faults === 0 ? 0 : 1;
