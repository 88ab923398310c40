import test from 'ava';
import type {ActionModule} from '../../src/module/index.js';
import {paramsOf} from '../../test/support/plans.js';
import {testHost} from '../../test/support/test_controller.js';
import module from './module.js';

const steps = (raw: Record<string, unknown>) =>
  (module as ActionModule).steps(paramsOf(module, raw), undefined, testHost());

test('it goes down, is waited for by its boot id, and tried', (t) => {
  t.deepEqual(
    steps({}).map(({step}) => step),
    ['script', 'reconnect', 'wait'],
  );
  const reconnect = steps({reboot_timeout: 9})[1];
  t.like(reconnect, {step: 'reconnect', newBoot: true, deadlineMs: 9000});
});

test('delays are waits of their own', (t) => {
  t.deepEqual(
    steps({pre_reboot_delay: 2, post_reboot_delay: 3}).map(({step}) => step),
    ['wait', 'script', 'reconnect', 'wait', 'wait'],
  );
});

test('a command and a message of your own are one word each', (t) => {
  const [own] = steps({reboot_command: "it's; reboot"});
  t.is(own?.step === 'script' && own.script.source, `sh -c 'it'\\''s; reboot'`);
  const [usual] = steps({msg: '$(id)'});
  t.true(usual?.step === 'script' && usual.script.source.includes("shutdown -r now '$(id)'"));
});
