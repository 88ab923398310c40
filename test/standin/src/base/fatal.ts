/** An error that ends K3s with `level=fatal`, its message being K3s's own words. */
export class FatalError extends Error {
  override readonly name = 'FatalError';
}

/** The text of anything thrown. */
export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));
