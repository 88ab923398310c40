export {
  type Frame,
  type FrameStdin,
  frameText,
  isEnvironmentName,
  type Mark,
  MarkScanner,
  type MarkSink,
  prologueText,
} from './frame.js';
export {quote} from './quote.js';
export {joinScripts, raw, Script, type ShellValue, sh} from './script.js';
export {Masker, Secret} from './secret.js';
