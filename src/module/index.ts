export {contentOfBytes} from './content.js';
export {defineModule} from './define.js';
export {docOf, type ParamDoc, p, z} from './params.js';
export type * from './types.js';
