import {createHash} from 'node:crypto';
import type {UploadContent} from '../transport/types.js';

/** Bytes for an upload step, with their hash. */
export function contentOfBytes(content: Buffer | string): UploadContent {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
  return {kind: 'bytes', bytes, sha256: createHash('sha256').update(bytes).digest('hex')};
}
