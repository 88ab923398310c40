/** All tests by their short names. */
import type {TestDefinition} from '../eval/runtime.js';
import {compareTests} from './compare.js';
import {fileTests} from './files.js';
import {kindTests} from './kinds.js';
import {resultTests} from './results.js';
import {textTests} from './texts.js';

export const tests: ReadonlyMap<string, TestDefinition> = new Map(
  [compareTests, fileTests, kindTests, resultTests, textTests].flatMap((table) => Object.entries(table)),
);
