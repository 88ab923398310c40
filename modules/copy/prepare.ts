import {stat} from 'node:fs/promises';
import {ParamsError} from '../../src/errors/index.js';
import type {Controller} from '../../src/module/index.js';
import type {UploadContent} from '../../src/transport/types.js';
import {contentOfFile, contentText, sha1Of} from '../support/content.js';
import {octal4} from '../support/mode.js';
import {baseName} from '../support/path_word.js';
import type {CopyParams} from './params.js';

export interface FolderFile {
  /** Below the source folder. */
  readonly path: string;
  readonly content: UploadContent;
  /** Of the source, where `mode: preserve` asks for it. */
  readonly mode?: string;
}

export type Prepared =
  | {
      readonly from: 'file';
      readonly content: UploadContent;
      readonly base?: string;
      readonly mode?: string;
      readonly src?: string;
    }
  | {readonly from: 'folder'; readonly files: readonly FolderFile[]; readonly name: string; readonly src: string}
  | {readonly from: 'host'};

const modeOf = async (path: string, wish: CopyParams): Promise<{mode?: string}> =>
  wish.mode === 'preserve' ? {mode: octal4((await stat(path)).mode & 0o7777)} : {};

export async function prepare(params: CopyParams, controller: Controller): Promise<Prepared> {
  if (params.remote_src) return {from: 'host'};
  if (params.src === undefined) return {from: 'file', content: controller.contentOfBytes(contentText(params.content))};
  const path = controller.findFile('files', params.src);
  if ((await stat(path)).isDirectory()) return prepareFolder(params, controller, path, params.src);
  const content = await contentOfFile(controller, path);
  await checkSum(params, content);
  return {from: 'file', content, base: baseName(params.src), src: path, ...(await modeOf(path, params))};
}

async function checkSum({checksum, src}: CopyParams, content: UploadContent): Promise<void> {
  if (checksum === undefined) return;
  const actual = await sha1Of(content);
  if (actual !== checksum)
    throw new ParamsError({
      what: `copy: ${src} has the checksum ${actual}, not ${checksum}`,
      hint: 'is it the file that was meant?',
    });
}

async function prepareFolder(params: CopyParams, controller: Controller, path: string, src: string): Promise<Prepared> {
  const files: FolderFile[] = [];
  for (const name of await controller.listFiles(path)) {
    const full = `${path}/${name}`;
    files.push({path: name, content: await contentOfFile(controller, full), ...(await modeOf(full, params))});
  }
  const name = src.endsWith('/') ? '' : baseName(src.replace(/\/+$/, ''));
  return {from: 'folder', files, name, src: path};
}
