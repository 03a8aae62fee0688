// `npm run build`: the bundled program, in dist/.
import { bundle } from './bundle.ts';

await bundle('dist');
