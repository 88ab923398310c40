import {defineModule, p} from '../../src/module/index.js';

const params = p.object({
  seconds: p.float('How many seconds to wait.').optional(),
  minutes: p.float('How many minutes to wait.').optional(),
  prompt: p.string('Text to show; without a time the answer is waited for.').optional(),
  echo: p.bool('Show what is typed.').default(true),
});

export default defineModule({
  kind: 'control',
  once: true,
  name: 'pause',
  aliases: ['ansible.builtin.pause'],
  summary: 'Waits for a time, or for an answer at the terminal.',
  description: 'Check mode waits for nothing. Where there is no terminal, a question is answered with nothing.',
  params,
  returns: {user_input: 'What was typed.', stdout: 'How long it waited.', echo: 'Whether what is typed was shown.'},
  examples: [
    {name: 'A moment', params: {seconds: 10}},
    {name: 'A question', params: {prompt: 'Continue? Press Enter'}},
  ],
  async run(given, view) {
    const {seconds, minutes, prompt, echo} = given;
    const common = {echo, rc: 0, stderr: ''};
    const text = prompt ?? 'Press enter to continue, Ctrl+C to interrupt';
    if (seconds === undefined && minutes === undefined) {
      const answer = view.checkMode ? undefined : await view.prompt(text, {echo});
      return {changed: false, data: {...common, user_input: answer ?? '', stdout: 'Paused for an answer'}};
    }
    const duration = (seconds ?? 0) + (minutes ?? 0) * 60;
    if (!view.checkMode && duration > 0) await view.sleep(duration * 1000);
    const stdout = seconds === undefined ? `Paused for ${minutes} minutes` : `Paused for ${seconds} seconds`;
    return {
      changed: false,
      data: {...common, user_input: '', stdout, delta: view.checkMode ? 0 : Math.round(duration)},
    };
  },
});
