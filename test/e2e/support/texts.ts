import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {resolve} from 'node:path';
import type {ExecutionContext} from 'ava';

/** What a run says, as it was reviewed: one file of many texts, each under a heading. `REVIEW_TEXTS=1` writes what is said now. */
export interface Texts {
  /** Compares with the text of that name; texts that no test asks for are found by {@link Texts.unasked}. */
  is(t: ExecutionContext, name: string, said: string): void;
  unasked(): readonly string[];
}

const heading = /^=== (.*) ===$/;

function parse(file: string): Map<string, string> {
  const texts = new Map<string, string>();
  if (!existsSync(file)) return texts;
  let name = '';
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const found = heading.exec(line)?.[1];
    if (found !== undefined) {
      name = found;
      texts.set(name, '');
    } else if (name !== '') texts.set(name, `${texts.get(name) ?? ''}${line}\n`);
  }
  return new Map([...texts].map(([key, text]) => [key, text.trim()]));
}

export function reviewedTexts(file: string): Texts {
  const path = resolve(import.meta.dirname, '../texts', file);
  const texts = parse(path);
  const asked = new Set<string>();
  return {
    is(t, name, said) {
      asked.add(name);
      if (process.env.REVIEW_TEXTS === '1') {
        texts.set(name, said.trim());
        writeFileSync(path, [...texts].map(([key, text]) => `=== ${key} ===\n\n${text}\n`).join('\n'));
        t.log(said);
        return;
      }
      t.is(said.trim(), texts.get(name) ?? '(no text of this name yet)', `${file}: ${name}`);
    },
    unasked: () => [...texts.keys()].filter((name) => !asked.has(name)),
  };
}

/** Lines that say how far a run got, and not what is the matter: banners, hosts that are well, the recap. */
const progress = /^(PLAY|TASK|NO MORE HOSTS LEFT|ok: \[|skipping: (\[|no hosts matched)|Took )|^\S+ +: ok=\d/;

/** The roles as they are shown before anything is touched: they have tests of their own. */
const plan = /^ *K3s on .*\n(?: +.*\n)*/gm;
/** Lines of the playbook itself under a place in it; where it stands there is no part of a message. */
const ownPlaces = /\b(playbooks\/site\.yml):\d+:\d+((?:\n *\|.*)*)/g;

/** The end of a journal under a failure: K3s's words, with times in them. */
const journal = /(?:^ +> .*\n)+/gm;

/** What a run has to say to a person: warnings, failures and the way on, with what differs each time masked. */
export function spoken(
  {stdout, stderr}: {readonly stdout: string; readonly stderr: string},
  masks: Readonly<Record<string, string>>,
): string {
  let text = `${stdout}\n${stderr}`
    .split('\n')
    .filter((line) => !progress.test(line))
    .join('\n')
    .replaceAll(plan, '')
    .replaceAll(journal, '    > (the end of the journal)\n')
    .replaceAll(ownPlaces, '$1:L:C')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
  for (const [literal, name] of Object.entries(masks)) text = text.replaceAll(literal, name);
  return text
    .replaceAll(/\b10\.213\.\d+\./g, '10.213.N.')
    .replaceAll(/\b(\w+)-[0-9a-f]{8}\b/g, '$1-XXXXXXXX')
    .replaceAll(/\bcluster \d{6,}\b/g, 'cluster ID')
    .replaceAll(/\(\d{6,}\)/g, '(ID)')
    .replaceAll(/\S+@\S+, process \d+/g, 'USER@HOST, process N')
    .replaceAll(/\bsince \d+ (s|min|h)\b/g, 'since N $1')
    .replaceAll(/\bK10[0-9a-f]{8}…/g, 'K10XXXXXXXX…');
}
