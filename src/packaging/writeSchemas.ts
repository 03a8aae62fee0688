// `npm run schema`: writes what is made from the shapes of the files.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { filesFromShapes } from './schemas.ts';

const repository = join(import.meta.dirname, '..', '..');
for (const [path, text] of Object.entries(filesFromShapes())) {
  mkdirSync(dirname(join(repository, path)), { recursive: true });
  writeFileSync(join(repository, path), text);
}
