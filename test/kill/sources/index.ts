import type {RowSource} from '../source.js';
import {conversion, rollback} from './conversion.js';
import {external} from './external.js';
import {loadBalancer} from './load_balancer.js';

/** The plays of the matrix, in the order of its page. */
export const sources: readonly RowSource[] = [conversion, rollback, external, loadBalancer];
