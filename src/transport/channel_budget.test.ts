import test from 'ava';
import {ChannelBudget} from './channel_budget.js';
import {settleable} from './timing.js';
import {ChannelRefusedError} from './types.js';

/** A host that allows so many channels, and what is open there. */
function host(allowed: number) {
  const open = new Set<() => void>();
  let most = 0;
  const start = async () => {
    if (open.size >= allowed) throw new ChannelRefusedError({phase: 'channel', what: 'open failed'});
    const gone = settleable<void>();
    const close = () => {
      open.delete(close);
      gone.resolve();
    };
    open.add(close);
    most = Math.max(most, open.size);
    return {gone: gone.promise, close};
  };
  return {start, open, most: () => most};
}

test('no more are open than the budget gives, and those who wait are served in order', async (t) => {
  const far = host(100);
  const budget = new ChannelBudget(3, () => undefined);
  const order: number[] = [];
  const all = Array.from({length: 10}, async (_, index) => {
    const channel = await budget.open(far.start, (opened) => opened.gone);
    order.push(index);
    setImmediate(channel.close);
  });
  await Promise.all(all);
  t.is(far.most(), 3);
  t.deepEqual(
    order,
    [...order].sort((a, b) => a - b),
  );
});

for (const allowed of [1, 2, 5])
  test(`a host that allows ${allowed} at a time is found out`, async (t) => {
    const far = host(allowed);
    const budget = new ChannelBudget(8, () => undefined);
    const all = Array.from({length: 20}, async () => {
      const channel = await budget.open(far.start, (opened) => opened.gone);
      setImmediate(channel.close);
    });
    await Promise.all(all);
    t.is(far.most(), allowed);
  });

test('a host that allows none says so', async (t) => {
  const budget = new ChannelBudget(8, () => undefined);
  await t.throwsAsync(
    budget.open(host(0).start, (opened) => opened.gone),
    {instanceOf: ChannelRefusedError},
  );
});

test('a channel that nobody needs makes room, now or when it is let go of', async (t) => {
  const far = host(100);
  let idle = false;
  const budget = new ChannelBudget(1, () => {
    if (idle) for (const close of [...far.open]) close();
  });
  await budget.open(far.start, (opened) => opened.gone);
  const waiting = budget.open(far.start, (opened) => opened.gone);
  idle = true;
  budget.relieve();
  await waiting;
  await budget.open(far.start, (opened) => opened.gone);
  t.is(far.most(), 1);
});

test('whoever waits can give up', async (t) => {
  const budget = new ChannelBudget(1, () => undefined);
  const far = host(100);
  const first = await budget.open(far.start, (opened) => opened.gone);
  const stop = new AbortController();
  const waiting = budget.open(far.start, (opened) => opened.gone, stop.signal);
  const reason = new Error('enough');
  stop.abort(reason);
  await t.throwsAsync(waiting, {is: reason});
  first.close();
  await t.notThrowsAsync(budget.open(far.start, (opened) => opened.gone));
});
