import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { durableFile } from '../../src/store/durableFile.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vspair-store-'));
});
afterEach(() => rm(directory, { recursive: true }));

const numbers = (name = 'state/numbers.json') => durableFile(join(directory, name), z.array(z.number()));

test('what was saved is loaded, and a new content replaces it whole', async () => {
  const file = numbers();
  await file.save([1, 2, 3]);
  await file.save([4]);
  expect(await numbers().load()).toEqual({ found: 'content', content: [4] });
  expect(await readdir(join(directory, 'state'))).toEqual(['numbers.json']);
});

test('saves that overlap are carried out one after the other, the last one stays', async () => {
  const file = numbers();
  await Promise.all([file.save([1]), file.save([2]), file.save([3])]);
  expect(await file.load()).toEqual({ found: 'content', content: [3] });
});

test('a file that is not there is nothing, not an error', async () => {
  expect(await numbers().load()).toEqual({ found: 'nothing' });
});

test('cut off at any place, or with any byte changed, the file is never taken for good', async () => {
  const file = numbers('numbers.json');
  await file.save([10, 20]);
  const good = await readFile(file.path);
  for (let length = 0; length < good.length - 1; length += 1) {
    await writeFile(file.path, good.subarray(0, length));
    expect(await file.load(), `cut to ${length} bytes`).toMatchObject({ found: 'corrupt' });
  }
  for (let place = 0; place < good.length; place += 1) {
    const changed = Buffer.from(good);
    changed[place] = 0x78;
    await writeFile(file.path, changed);
    const loaded = await file.load();
    if (loaded.found === 'content') expect(loaded.content).toEqual([10, 20]);
  }
});

test('a corrupt file is set aside with its content, and the place is free for a good one', async () => {
  const file = numbers('numbers.json');
  await writeFile(file.path, 'half a fil');
  const setAside = `${file.path}.corrupt-1`;
  expect(await file.load()).toEqual({ found: 'corrupt', detail: 'it is cut off or not one of our files', setAside });
  expect(await readFile(setAside, 'utf8')).toBe('half a fil');
  expect(await file.load()).toEqual({ found: 'nothing' });
  await file.save([1]);
  expect(await file.load()).toMatchObject({ found: 'content' });
});

test('a disk that spoils every file keeps nine of them, the last nine names being used', async () => {
  const file = numbers('numbers.json');
  for (let time = 1; time <= 12; time += 1) {
    await writeFile(file.path, `bad ${time}`);
    await file.load();
  }
  expect((await readdir(directory)).length).toBe(9);
  expect(await readFile(`${file.path}.corrupt-9`, 'utf8')).toBe('bad 12');
});

test('a whole file of another form is corrupt too, and the detail says what is wrong', async () => {
  await durableFile(join(directory, 'numbers.json'), z.string()).save('seven');
  expect(await numbers('numbers.json').load()).toMatchObject({
    found: 'corrupt',
    detail: expect.stringContaining('expected array') as unknown,
  });
});

test('a file that cannot be read stays where it is', async () => {
  await mkdir(join(directory, 'numbers.json'));
  expect(await numbers('numbers.json').load()).toMatchObject({ found: 'unreadable', detail: 'it is a directory' });
  expect((await stat(join(directory, 'numbers.json'))).isDirectory()).toBe(true);
});

test('a failed save tells the file and the reason, and the old content stays', async () => {
  const file = numbers('numbers.json');
  await file.save([1]);
  await mkdir(`${file.path}.new`);
  await expect(file.save([2])).rejects.toMatchObject({ code: 'VSP_FILE_UNWRITABLE', object: file.path });
  expect(await file.load()).toEqual({ found: 'content', content: [1] });
});
