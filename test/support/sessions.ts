/** Sessions with test hosts that are closed with the test. */
import {randomBytes} from 'node:crypto';
import {rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import ava, {type ExecutionContext, type TestFn} from 'ava';
import {createSessionPool, type SessionPool, type SessionPoolOptions} from '../../src/transport/index.js';
import {type SshdOptions, sshdMissing, TestSshd} from './sshd.js';

/** `test` where a private sshd can run; elsewhere every test is skipped, and its title says why. */
export const sshdTest: (title: string, body: (t: ExecutionContext) => Promise<void>) => void = (title, body) => {
  // One after the other: each starts a host of its own.
  if (sshdMissing === undefined) (ava as TestFn).serial(title, body);
  else ava.skip(`${title} [skipped: ${sshdMissing}]`, body);
};

export async function startSshd(t: ExecutionContext, options: SshdOptions = {}): Promise<TestSshd> {
  const sshd = await TestSshd.start(options);
  t.teardown(() => sshd.stop());
  return sshd;
}

/** A pool that reads nothing of this machine's own ssh configuration. */
export function testPool(t: ExecutionContext, homeDir: string, more: Partial<SessionPoolOptions> = {}): SessionPool {
  const pool = createSessionPool({
    env: {PATH: process.env.PATH, HOME: homeDir},
    homeDir,
    tmpDir: homeDir,
    systemConfig: undefined,
    systemKnownHosts: [],
    ...more,
  });
  t.teardown(() => pool.close());
  return pool;
}

/** The name of a file that does not exist yet, removed with the test. */
export function freshPath(t: ExecutionContext): string {
  const name = path.join(tmpdir(), `quorate-test-${randomBytes(8).toString('hex')}`);
  t.teardown(() => rm(name, {recursive: true, force: true}));
  return name;
}
