/** What the stand-in calls itself; the build fills in the three names. */

declare const STANDIN_VERSION: string;
declare const STANDIN_COMMIT: string;
declare const STANDIN_GO: string;

const or = (value: () => string, otherwise: string): string => {
  try {
    return value();
  } catch {
    return otherwise;
  }
};

/** e.g. `v1.30.6+k3s1` */
export const version = or(() => STANDIN_VERSION, 'v1.30.6+k3s1');
export const commit = or(() => STANDIN_COMMIT, 'deadbeef');
export const goVersion = or(() => STANDIN_GO, 'go1.22.8');

/** `[1, 30, 6]` of `v1.30.6+k3s1`. */
export const parseVersion = (text: string): readonly [number, number, number] => {
  const found = /^v?(\d+)\.(\d+)\.(\d+)/.exec(text);
  if (!found) throw new Error(`not a K3s version: ${text}`);
  return [Number(found[1]), Number(found[2]), Number(found[3])];
};

/** Whether `text` is minor version `minor` of Kubernetes 1 or later; K3s's behaviour changes by minor versions. */
export const atLeast = (minor: number, text: string = version): boolean => {
  const [major, itsMinor] = parseVersion(text);
  return major > 1 || itsMinor >= minor;
};
