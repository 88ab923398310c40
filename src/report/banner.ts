import {clean, widthOf} from './text.js';

/** `PLAY [name] ****` over the whole width, a blank line before it. */
export const banner = (text: string, width: number): string[] => {
  const line = clean(text);
  return ['', `${line} ${'*'.repeat(Math.max(3, width - widthOf(line) - 1))}`];
};
