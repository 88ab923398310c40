import {contractTests} from './suite.js';

await contractTests('ash');
