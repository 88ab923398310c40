import {labMain} from './command.js';

process.exitCode = await labMain(process.argv.slice(2));
