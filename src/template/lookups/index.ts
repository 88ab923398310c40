/** All lookups by their short names. */
import type {LookupDefinition} from '../eval/runtime.js';
import {commandLookups} from './commands.js';
import {dataLookups} from './data.js';
import {fileLookups} from './files.js';
import {iniLookups} from './ini.js';
import {passwordLookup, randomStringLookup} from './password.js';

export const lookups: ReadonlyMap<string, LookupDefinition> = new Map<string, LookupDefinition>([
  ...[commandLookups, dataLookups, fileLookups, iniLookups].flatMap((table) => Object.entries(table)),
  ['password', passwordLookup],
  ['random_string', randomStringLookup],
]);
