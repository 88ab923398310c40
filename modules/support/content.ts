/** Contents on the controller: Python's JSON, checksums, and what is small enough to be held in memory. */
import {createHash} from 'node:crypto';
import {createReadStream} from 'node:fs';
import {stat} from 'node:fs/promises';
import type {Controller} from '../../src/module/index.js';
import type {UploadContent} from '../../src/transport/types.js';

/** Files up to this size are read into memory, for diffs and checksums; larger ones are streamed. */
const heldUpTo = 256 * 1024;

/** JSON as Python's json.dumps writes it: a space after each comma and colon. */
export function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (value !== null && typeof value === 'object')
    return `{${Object.entries(value)
      .map(([key, member]) => `${asciiJson(key)}: ${pythonJson(member)}`)
      .join(', ')}}`;
  return asciiJson(value ?? null);
}

const asciiJson = (value: unknown): string =>
  JSON.stringify(value).replaceAll(
    /[^\x20-\x7e]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** What `content:` puts into a file: text as it is, mappings and lists as JSON, the rest as Python prints it. */
export function contentText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (value !== null && typeof value === 'object') return pythonJson(value);
  return String(value ?? '');
}

export const sha1 = (bytes: Buffer | string): string => createHash('sha1').update(bytes).digest('hex');

/** SHA-1 of a content, as Ansible's `checksum`; a large file is read through once. */
export async function sha1Of(content: UploadContent): Promise<string> {
  if (content.kind === 'bytes') return sha1(content.bytes);
  const hash = createHash('sha1');
  for await (const chunk of createReadStream(content.localPath)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** A file of the controller for an upload: in memory if it is small. */
export async function contentOfFile(controller: Controller, path: string): Promise<UploadContent> {
  const {size} = await stat(path);
  return size <= heldUpTo ? controller.contentOfBytes(await controller.readFile(path)) : controller.contentOf(path);
}

/** A content that lies on the host already, under another name. */
export interface HostContent {
  readonly kind: 'host';
  readonly path: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  /** Where it was read for a diff. */
  readonly bytes?: Buffer | undefined;
}

export type FileContent = UploadContent | HostContent;

/** The bytes of a content that is held in memory. */
export const heldBytes = (content: FileContent): Buffer | 'large' =>
  content.kind === 'file' ? 'large' : (content.bytes ?? 'large');

export const sizeOf = (content: FileContent): number =>
  content.kind === 'bytes' ? content.bytes.length : content.sizeBytes;
