/** Reporters: events and statistics become text. Nothing else prints. */
export {type LiveSink, type LiveSinkOptions, liveSink, type Sink, textSink} from './attach.js';
export {defaultReporter} from './default.js';
export {jsonlReporter, jsonlVersion} from './jsonl.js';
export {junitReporter} from './junit.js';
export {liveReporter} from './live.js';
export type {LiveOptions} from './live_types.js';

export {minimalReporter} from './minimal.js';
export {createPalette, type Palette, plainPalette} from './palette.js';
export {planReporter} from './plan.js';
export {profileReporter} from './profile.js';
export {asciiSymbols, type Symbols, unicodeSymbols} from './symbols.js';
export {clean, cut, duration, pad, widthOf} from './text.js';
export type {Reporter, TextOptions} from './types.js';
export {resultLines, valueLines} from './values.js';
