import {execFileSync} from 'node:child_process';
import {existsSync, mkdirSync} from 'node:fs';
import {join, resolve} from 'node:path';

/** The K3s that a suite runs on: a real binary (`K3S_BINARY`), or the stand-in, built once and kept. */
export interface K3sUnderTest {
  readonly binary: string;
  readonly real: boolean;
  /** As `k3s --version` says. */
  readonly version: string;
  /** Settings without which it does not run in a lab. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** In the checkout, so that two of them do not overwrite each other's. */
const folder = resolve(import.meta.dirname, '../../../.quorate');

export function k3sUnderTest(version = 'v1.30.6+k3s1'): K3sUnderTest {
  const given = process.env.K3S_BINARY;
  const binary = given ?? join(folder, `k3s-standin-${version}`);
  if (given === undefined) {
    mkdirSync(folder, {recursive: true});
    execFileSync(process.execPath, ['test/standin/build.mjs', '--quiet', '--version', version, '--out', binary], {
      stdio: 'inherit',
    });
  } else if (!existsSync(given)) {
    throw new Error(`K3S_BINARY=${given} does not exist`);
  }
  const said = execFileSync(binary, ['--version'], {encoding: 'utf8'});
  const real = given !== undefined;
  return {
    binary,
    real,
    version: /v\d+\.\d+\.\d+\S*/.exec(said)?.[0] ?? said,
    // Overlay on overlay does not work in a lab host, and its images cannot be pulled. `servicelb` has none of its own, so that
    // tests have a component to disable.
    settings: real
      ? {snapshotter: 'native', disable: ['coredns', 'local-storage', 'metrics-server', 'traefik']}
      : {disable: ['traefik']},
  };
}
