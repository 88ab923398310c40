/** All filters by their short names. */
import type {FilterDefinition} from '../eval/runtime.js';
import {basicFilters} from './basics.js';
import {choosingFilters} from './choose.js';
import {dataFilters} from './data.js';
import {dictFilters} from './dicts.js';
import {encodingFilters} from './encoding.js';
import {ipFilters} from './ip.js';
import {mathFilters} from './math.js';
import {otherFilters} from './others.js';
import {pathFilters} from './paths.js';
import {regexFilters} from './regexes.js';
import {sequenceFilters} from './sequences.js';
import {setFilters} from './sets.js';
import {textFilters} from './text.js';
import {timeFilters} from './times.js';
import {urlFilters} from './urls.js';

const tables = [
  basicFilters,
  choosingFilters,
  dataFilters,
  dictFilters,
  encodingFilters,
  ipFilters,
  mathFilters,
  otherFilters,
  pathFilters,
  regexFilters,
  sequenceFilters,
  setFilters,
  textFilters,
  timeFilters,
  urlFilters,
];

export const filters: ReadonlyMap<string, FilterDefinition> = new Map(tables.flatMap((table) => Object.entries(table)));
