import picocolors from 'picocolors';

type Paint = (text: string) => string;

/** Ansible's colours by meaning; every paint gives the text back as it is where colours are off. */
export interface Palette {
  readonly ok: Paint;
  readonly changed: Paint;
  readonly skipped: Paint;
  readonly conditional: Paint;
  readonly failed: Paint;
  readonly unreachable: Paint;
  readonly warning: Paint;
  readonly verbose: Paint;
  readonly added: Paint;
  readonly removed: Paint;
  readonly hunk: Paint;
  readonly faint: Paint;
  readonly strong: Paint;
}

export function createPalette(enabled: boolean): Palette {
  const colors = picocolors.createColors(enabled);
  return {
    ok: colors.green,
    changed: colors.yellow,
    skipped: colors.cyan,
    conditional: colors.magenta,
    failed: colors.red,
    unreachable: colors.redBright,
    warning: colors.magentaBright,
    verbose: colors.blue,
    added: colors.green,
    removed: colors.red,
    hunk: colors.cyan,
    faint: colors.dim,
    strong: colors.bold,
  };
}

/** For files, pipes and tests. */
export const plainPalette: Palette = createPalette(false);
