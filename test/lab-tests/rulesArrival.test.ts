// Who applies rules is told what has become of them on both directors. Here the kernels have no IPVS: they can hold rules
// without services, and refuse all others. (duty.checks.ts has a kernel that takes them.)
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CommandResult, Director } from '../lab/director.ts';
import { startRedis } from '../lab/redis.ts';
import { rulesText } from '../lab/texts.ts';
import { seenOnce } from './withPair.ts';

function applied(director: Director, text: string, ...options: readonly string[]): Promise<CommandResult> {
  const file = join(director.folder, 'rules.yaml');
  writeFileSync(file, text);
  return director.command('rules', 'apply', file, ...options);
}

const noServices = 'services: []\n';

describe('rules apply waits for both directors', () => {
  const seen = seenOnce(
    {
      before: async ({ store }) => [`state: { backend: redis, url: "${(await startRedis(store)).url}" }`],
    },
    async ({ vs1, vsbak }) => {
      const foretold = await applied(vsbak, noServices, '--dry-run');
      const everywhere = await applied(vsbak, noServices, '--wait', '30s');
      const refused = await applied(vs1, rulesText('dr'), '--wait', '30s');
      const json = await applied(vs1, rulesText('dr'), '--wait', '30s', '--json');
      const notAwaited = await applied(vs1, noServices, '--no-wait');
      await vsbak.stop('SIGKILL');
      await vs1.until(({ self }) => self.keeper.peers.every(({ heard }) => !heard));
      const alone = await applied(vs1, noServices, '--wait', '1s');
      return { foretold, everywhere, refused, json, notAwaited, alone };
    },
  );

  test('and --dry-run asks both what their kernels would be told', () => {
    const { output, exitCode } = seen().foretold;
    for (const name of ['vs1', 'vsbak'])
      expect(output).toMatch(new RegExp(`^what the kernel of ${name} would be told is not known: .*(?:ip_vs|IPVS)`, 'm'));
    expect(exitCode).toBe(0);
  });

  test('and says so when both have them in their kernels, from either one', () => {
    const { output, exitCode } = seen().everywhere;
    expect(output).toMatch(/^revision 1 is accepted \(digest [0-9a-f]{16}\)$/m);
    for (const name of ['vs1', 'vsbak']) expect(output).toMatch(new RegExp(`^${name} has it in its kernel$`, 'm'));
    expect(exitCode).toBe(0);
  });

  test('ends with exit code 10 when kernels refuse them, in the words of each kernel, without waiting for the end', () => {
    const { output, exitCode } = seen().refused;
    expect(output).toMatch(/^revision 2 is accepted/m);
    for (const name of ['vs1', 'vsbak']) expect(output).toMatch(new RegExp(`[:;] ${name} has not all of it in its kernel: IPVS`));
    expect(output).toContain('[VSP_RULES_NOT_EVERYWHERE]');
    expect(exitCode).toBe(10);
  });

  test('tells the same as JSON when it is given again, and makes no second revision', () => {
    const { output, exitCode } = seen().json;
    expect(JSON.parse(/^\{$.*^\}$/ms.exec(output)?.[0] ?? '')).toMatchObject({
      ok: false,
      unchanged: true,
      revision: 2,
      arrival: {
        complete: false,
        directors: [
          { node: 'vs1', state: 'refused' },
          { node: 'vsbak', state: 'refused' },
        ],
      },
    });
    expect(exitCode).toBe(10);
  });

  test('but not when it is told not to', () => {
    expect(seen().notAwaited).toMatchObject({
      exitCode: 0,
      output: expect.stringMatching(/^revision 3 is accepted \(digest \w+\)\s*$/m) as unknown,
    });
  });

  test('ends with exit code 10 when one of them is not heard, after the time that it was told to wait', () => {
    const { output, exitCode } = seen().alone;
    expect(output).toContain('waiting up to 1s for vsbak');
    expect(output).toMatch(/^vs1 has it in its kernel$/m);
    expect(output).toContain('revision 3: cannot see it in every kernel: vsbak is not heard');
    expect(exitCode).toBe(10);
  });
});
