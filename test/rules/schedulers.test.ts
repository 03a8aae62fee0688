// Checks that schedulers are looked for ahead, and that what needs a missing one is neither sent nor forgotten.
import { describe, expect, test } from 'vitest';
import type { VirtualService } from '../../src/rules/document.ts';
import { kernelServicesOf } from '../../src/rules/kernelServices.ts';
import { planRules } from '../../src/rules/plan.ts';
import { createReconciler } from '../../src/rules/reconciler.ts';
import { untriedSchedulers, withoutSchedulers } from '../../src/rules/schedulers.ts';
import { atPort, revised, rules, server, service } from './documents.ts';
import { createVirtualIpvs } from './virtualIpvs.ts';

const web = service('10.0.0.1', [server('10.0.0.11')]);
const odd = service('10.0.0.3', [server('10.0.0.14')], { scheduler: 'nosuch' });
const planned = (before: readonly VirtualService[], after: readonly VirtualService[]) =>
  planRules({ kernel: kernelServicesOf(rules(...before)), desired: rules(...after), owned: new Set() });

describe('which schedulers are tried', () => {
  test('those of services to be added or edited, each once', () => {
    const changes = planned([service('10.0.0.2', [])], [web, atPort(81, web), service('10.0.0.2', [], { scheduler: 'wlc' })]);
    expect(untriedSchedulers([], changes)).toEqual(['rr', 'wlc']);
  });

  test('not those that a service of the kernel uses', () => {
    expect(untriedSchedulers(kernelServicesOf(rules(service('10.9.9.9', []))), planned([], [web]))).toEqual([]);
  });
});

describe('what needs a missing one', () => {
  test('is left out with its servers, and told as the kernel would have told it', () => {
    const { changes, failures } = withoutSchedulers(planned([], [odd, web]), new Set(['nosuch']));
    expect(changes.map(({ type }) => type)).toEqual(['addService', 'addServer']);
    expect(failures).toEqual([
      { object: 'service tcp 10.0.0.3:80 nosuch', attempt: 'add', errno: 'ENOENT' },
      { object: 'server 10.0.0.14:80 of tcp 10.0.0.3:80', attempt: 'add', errno: 'ESRCH' },
    ]);
  });

  test('keeps its old scheduler when it is there already, and gets its servers', () => {
    const edited = { ...web, scheduler: 'nosuch', servers: [server('10.0.0.11'), server('10.0.0.12')] };
    const { changes, failures } = withoutSchedulers(planned([web], [edited]), new Set(['nosuch']));
    expect(changes.map(({ type }) => type)).toEqual(['addServer']);
    expect(failures).toEqual([{ object: 'service tcp 10.0.0.1:80 nosuch', attempt: 'edit', errno: 'ENOENT' }]);
  });
});

describe('a pass', () => {
  const ownership = { load: () => Promise.resolve([]), save: () => Promise.resolve() };

  test('asks for a missing scheduler once, however many services name it, and sends nothing that needs it', async () => {
    const ipvs = createVirtualIpvs();
    const tried: string[] = [];
    const counting = {
      ...ipvs,
      hasScheduler(name: string) {
        tried.push(name);
        return ipvs.hasScheduler(name);
      },
    };
    await createReconciler({ ipvs: counting, ownership }).apply(revised(rules(odd, atPort(81, odd), web)));
    expect(tried).toEqual(['nosuch', 'rr']);
    expect(ipvs.takeCommands()).toEqual(['newService', 'newDestination']);
  });

  test('that prepares for a cold standby tells what would fail, and is not ready when nothing would serve', async () => {
    const reconciler = createReconciler({ ipvs: createVirtualIpvs(), ownership });
    const mixed = await reconciler.prepare(revised(rules(odd, web)));
    expect(mixed.failures.map(({ errno }) => errno)).toEqual(['ENOENT', 'ESRCH']);
    expect(mixed).toMatchObject({
      mark: { ready: true },
      batch: { labels: ['service tcp 10.0.0.1:80 rr', 'server 10.0.0.11:80 of tcp 10.0.0.1:80'] },
    });
    expect((await reconciler.prepare(revised(rules(odd)))).mark.ready).toBe(false);
  });
});
