// npm run docs: writes docs/cli.md from the flag tables. Run through tsx, since they are TypeScript.
import {writeFileSync} from 'node:fs';
import {cliPage} from '../src/cli/docs_page.ts';

writeFileSync(new URL('../docs/cli.md', import.meta.url), cliPage());
