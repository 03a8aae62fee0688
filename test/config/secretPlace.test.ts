// The copies of the secret that systemd hands the service.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { loadSecretHere, secretDoubts } from '../../src/config/secretPlace.ts';
import { like } from '../cli/terminal.ts';
import { eventually } from '../eventually.ts';

interface Places {
  readonly configured: string;
  readonly env: { readonly CREDENTIALS_DIRECTORY: string; readonly RUNTIME_DIRECTORY: string };
  /** A secret with the key of this id. */
  readonly write: (place: 'configured' | 'credential' | 'reloaded', id: number, mode?: number) => void;
}

function places(): Places {
  const directory = mkdtempSync(join(tmpdir(), 'vspair-secret-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const files = {
    configured: join(directory, 'secret'),
    credential: join(directory, 'credentials/secret'),
    reloaded: join(directory, 'run/secret'),
  };
  const env = { CREDENTIALS_DIRECTORY: join(directory, 'credentials'), RUNTIME_DIRECTORY: join(directory, 'run') };
  for (const path of Object.values(env)) mkdirSync(path);
  return {
    configured: files.configured,
    env,
    write(place, id, mode = 0o400) {
      writeFileSync(files[place], `${id}:${Buffer.alloc(32, id).toString('base64')}\n`);
      chmodSync(files[place], mode);
    },
  };
}

const idsOf = ({ configured }: Places, env: NodeJS.ProcessEnv): number[] => loadSecretHere(configured, env).map(({ id }) => id);

test('without systemd the configured file is the secret', () => {
  const at = places();
  at.write('configured', 1);
  expect(idsOf(at, {})).toEqual([1]);
});

test('what the unit has in place of a secret that is missing is none', () => {
  const at = places();
  writeFileSync(join(at.env.CREDENTIALS_DIRECTORY, 'secret'), '\n', { mode: 0o400 });
  expect(() => idsOf(at, at.env)).toThrow(/cannot read the secret: there is no such file/);
});

test('the copy that systemd made comes before the configured file, which the daemon may not be able to read', () => {
  const at = places();
  at.write('configured', 1);
  at.write('credential', 2);
  expect(idsOf(at, at.env)).toEqual([2]);
});

test('the one that a reload has brought comes before all', () => {
  const at = places();
  at.write('credential', 2);
  at.write('reloaded', 3);
  expect(idsOf(at, at.env)).toEqual([3]);
});

test('a service without a credential reads the configured file', () => {
  const at = places();
  at.write('configured', 1);
  expect(idsOf(at, at.env)).toEqual([1]);
});

test('a copy that shows the mask of an ACL as the right of its group to read is taken, as the configured file is not', () => {
  const at = places();
  at.write('configured', 1, 0o440);
  expect(() => idsOf(at, {})).toThrow(/its mode is 0440/);
  at.write('credential', 2, 0o440);
  expect(idsOf(at, at.env)).toEqual([2]);
});

test('one that anybody can read is not', () => {
  const at = places();
  at.write('credential', 2, 0o444);
  expect(() => idsOf(at, at.env)).toThrow(/its mode is 0444/);
});

describe('a configured file that was changed after the copy was made', () => {
  /** File systems count the time of a change in steps of some milliseconds: it is changed until it is newer. */
  const doubtsAfter = (at: Places, change: 'configured' | 'reloaded') =>
    eventually(() => {
      at.write(change, 3, 0o600);
      return secretDoubts(at.configured, at.env);
    });

  test('is told, since a reload without systemd would go on with the old one', async () => {
    const at = places();
    at.write('credential', 2);
    await doubtsAfter(at, 'configured').toEqual([
      {
        place: { file: at.configured, line: 1, column: 1 },
        what: like(/^it was changed after .*credentials\/secret was made/),
        expected: 'a reload that brings it along: systemctl reload vspair',
      },
    ]);
    await doubtsAfter(at, 'reloaded').toEqual([]);
  });

  test('is no doubt where there is no copy, or no such file', () => {
    const at = places();
    at.write('configured', 1);
    expect(secretDoubts(at.configured, at.env)).toEqual([]);
    at.write('credential', 2);
    expect(secretDoubts(`${at.configured}-elsewhere`, at.env)).toEqual([]);
  });
});
