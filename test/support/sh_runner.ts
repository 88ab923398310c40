/** Runs shell text in each of the three shells, in throw-away roots: for properties of quoting and of shared snippets. */
import {makeRoot, type RunResult, type ShellKind, shellKinds, type ThrowAwayRoot} from './throw_away_root.js';

export async function withRoot<T>(kind: ShellKind, body: (root: ThrowAwayRoot) => Promise<T>): Promise<T> {
  const root = await makeRoot(kind);
  try {
    return await body(root);
  } finally {
    await root.dispose();
  }
}

/** The body once for each shell, one after the other, each in a fresh root. */
export async function inEachShell(body: (root: ThrowAwayRoot, kind: ShellKind) => Promise<void>): Promise<void> {
  for (const kind of shellKinds) await withRoot(kind, (root) => body(root, kind));
}

export type {RunResult, ShellKind, ThrowAwayRoot};
