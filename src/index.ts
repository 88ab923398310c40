/**
 * The library: write modules with `defineModule`, run playbooks with `runPlaybook`.
 *
 * ```ts
 * import {runPlaybook} from 'quorate';
 *
 * const {exitCode, stats} = await runPlaybook({
 *   playbooks: ['site.yml'],
 *   inventory: ['inventory.yml'],
 *   check: true,
 *   onEvent: (event) => console.log(event.kind),
 * });
 * ```
 */
export type {Where} from './errors/index.js';
export type {
  EventDiff,
  Failure,
  HostOutcome,
  HostStats,
  RunEvent,
  RunStats,
  Status,
  TaskRef,
} from './events/types.js';
export type * from './module/types.js';
export * from './run/authoring.js';
export type {Prompt} from './run/passwords.js';
export {type RunPlaybookOptions, type RunPlaybookResult, runPlaybook} from './run/run_playbook.js';
export type {BecomeOptions, ConnectionOptions} from './run/settings.js';
