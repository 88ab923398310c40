import type {HostTask} from './host_task.js';
import {booleanOf} from './values.js';
import type {View} from './view.js';

/** Whether the task, by its keyword or the run's option, only says what it would do. */
export const checkModeOf = (view: View, {keywords}: Pick<HostTask, 'keywords'>): boolean =>
  booleanOf(view, 'check_mode', keywords.checkMode, view.play.run.settings.check);
