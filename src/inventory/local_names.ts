/** Names of this machine, which are understood without standing in an inventory. */
export const localNames: readonly string[] = ['localhost', '127.0.0.1', '::1'];

export const isLocalName = (name: string): boolean => localNames.includes(name);
