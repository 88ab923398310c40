import test from 'ava';
import {EffectsLedger} from './effects.js';

test('an answer holds while nothing begins that can reach its host', (t) => {
  const ledger = new EffectsLedger();
  const stamp = ledger.stamp('a');
  t.true(ledger.holds('a', stamp));
  ledger.begin('b', 'host')();
  t.true(ledger.holds('a', stamp), 'files of another host do not reach this one');
  ledger.begin('a', 'host')();
  t.false(ledger.holds('a', stamp));
});

test('an effect on the run reaches every host', (t) => {
  const ledger = new EffectsLedger();
  const stamp = ledger.stamp('a');
  ledger.begin('b', 'run')();
  t.false(ledger.holds('a', stamp));
});

test('what was asked while an effect was in flight never holds', (t) => {
  const ledger = new EffectsLedger();
  const end = ledger.begin('a', 'host');
  const stamp = ledger.stamp('a');
  t.false(ledger.holds('a', stamp));
  end();
  end();
  t.false(ledger.holds('a', stamp));
  t.true(ledger.holds('a', ledger.stamp('a')));
});

test('waits, pauses and retries end what was read before', (t) => {
  const ledger = new EffectsLedger();
  const [a, b] = [ledger.stamp('a'), ledger.stamp('b')];
  ledger.interrupt('a');
  t.false(ledger.holds('a', a));
  t.true(ledger.holds('b', b));
  ledger.interruptAll();
  t.false(ledger.holds('b', b));
});
