import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runScript } from './script.ts';

const folder = join(import.meta.dirname, 'scripts');

/** After a wanted change: REWRITE=1 npx vitest run --project unit test/core/scripts, then read the difference. */
const rewrite = process.env['REWRITE'] === '1';

describe('conversations', () => {
  test.each(readdirSync(folder))('%s', (name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    const seen = runScript(text);
    if (rewrite) writeFileSync(join(folder, name), seen);
    else expect(seen).toBe(text);
  });
});
