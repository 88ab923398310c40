import {contractTests} from './suite.js';

await contractTests('bash');
