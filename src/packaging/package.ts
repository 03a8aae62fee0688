// `npm run package`: the Debian package, in dist/.
import { buildDeb } from './deb.ts';

const file = await buildDeb({ directory: 'dist/deb', onStep: (step) => process.stderr.write(`package: ${step}\n`) });
process.stdout.write(`${file}\n`);
