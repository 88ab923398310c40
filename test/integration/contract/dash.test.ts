import {contractTests} from './suite.js';

await contractTests('dash');
