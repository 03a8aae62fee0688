// Checks look, plan, compile and write together, over restarts, full disks and refusals.
import { describe, expect, test } from 'vitest';
import type { Ownership } from '../../src/rules/claims.ts';
import type { RulesDocument } from '../../src/rules/document.ts';
import { serviceKey } from '../../src/rules/kernelServices.ts';
import { createReconciler } from '../../src/rules/reconciler.ts';
import { revised, rules, server, service } from './documents.ts';
import { createVirtualIpvs, type VirtualIpvs } from './virtualIpvs.ts';

const web = service('10.0.0.1', [server('10.0.0.11'), server('10.0.0.12')]);
const mail = service('10.0.0.2', [server('10.0.0.13')], { port: 25 });
const odd = service('10.0.0.3', [server('10.0.0.14')], { scheduler: 'nosuch' });

/** A disk that survives the daemon, and remembers what stood on it each time the kernel was written. */
function director(ipvs: VirtualIpvs = createVirtualIpvs()) {
  const disk: { keys: readonly string[]; full: boolean; saves: number } = { keys: [], full: false, saves: 0 };
  const ownership: Ownership = {
    load: () => Promise.resolve(disk.keys),
    save(keys) {
      if (disk.full) return Promise.reject(new Error('ENOSPC'));
      disk.keys = keys;
      disk.saves += 1;
      return Promise.resolve();
    },
  };
  return { ipvs, disk, ownership, start: () => createReconciler({ ipvs, ownership }) };
}

const held = (ipvs: VirtualIpvs): string[] =>
  ipvs
    .dump()
    .map((one) => serviceKey(one.service.id))
    .sort();
const somebodyAdds = (ipvs: VirtualIpvs, document: RulesDocument): Promise<unknown> =>
  createReconciler({ ipvs, ownership: { load: () => Promise.resolve([]), save: () => Promise.resolve() } }).apply(revised(document));

describe('applying', () => {
  test('the kernel holds the document, and the mark says so', async () => {
    const { ipvs, start } = director();
    const revision = revised(rules(web, mail), 4);
    expect(await start().apply(revision)).toEqual({
      written: 5,
      failures: [],
      mark: { revision: 4, digest: revision.digest, ready: true },
      unsaved: undefined,
      drift: undefined,
      draining: [],
      unfinished: false,
    });
    expect(held(ipvs)).toEqual(['tcp 10.0.0.1:80', 'tcp 10.0.0.2:25']);
  });

  test('a second pass writes nothing, to the kernel or to the disk', async () => {
    const { ipvs, disk, start } = director();
    const reconciler = start();
    await reconciler.apply(revised(rules(web)));
    ipvs.takeCommands();
    const { saves } = disk;
    expect(await reconciler.apply(revised(rules(web)))).toMatchObject({ written: 0, failures: [] });
    expect(ipvs.takeCommands()).toEqual([]);
    expect(disk.saves).toBe(saves);
  });

  test('what somebody changed is repaired by the next pass', async () => {
    const { ipvs, start } = director();
    const reconciler = start();
    await reconciler.apply(revised(rules(web)));
    const [one] = ipvs.dump();
    if (one === undefined) throw new Error('no service');
    ipvs.carryOut({ command: 'delService', id: one.service.id });
    expect(await reconciler.apply(revised(rules(web)))).toMatchObject({ written: 3 });
  });

  test('services of others stay, through every change of ours', async () => {
    const { ipvs, start } = director();
    await somebodyAdds(ipvs, rules(mail));
    const reconciler = start();
    await reconciler.apply(revised(rules(web)));
    await reconciler.apply(revised(rules()));
    expect(held(ipvs)).toEqual(['tcp 10.0.0.2:25']);
  });

  test('two at once are carried out one after the other', async () => {
    const { ipvs, start } = director();
    const reconciler = start();
    const results = await Promise.all([reconciler.apply(revised(rules(web), 1)), reconciler.apply(revised(rules(mail), 2))]);
    expect(results.map(({ failures }) => failures)).toEqual([[], []]);
    expect(held(ipvs)).toEqual(['tcp 10.0.0.2:25']);
  });

  test('a pass that fails for good does not stop the next', async () => {
    const { ipvs, ownership } = director();
    let broken = true;
    const reconciler = createReconciler({
      ownership,
      ipvs: {
        ...ipvs,
        dump() {
          if (broken) throw new Error('no ip_vs');
          return ipvs.dump();
        },
      },
    });
    await expect(reconciler.apply(revised(rules(web)))).rejects.toThrow('no ip_vs');
    broken = false;
    expect(await reconciler.apply(revised(rules(web)))).toMatchObject({ written: 3 });
  });
});

describe('ownership', () => {
  test('a restarted daemon removes what the document lost while it was away', async () => {
    const { ipvs, start } = director();
    await start().apply(revised(rules(web, mail)));
    await start().apply(revised(rules(web), 2));
    expect(held(ipvs)).toEqual(['tcp 10.0.0.1:80']);
  });

  test('old and new are on disk before the first request: a crash amid the write leaves nothing without an owner', async () => {
    const { ipvs, disk, start } = director();
    await start().apply(revised(rules(web)));
    const onDisk: (readonly string[])[] = [];
    ipvs.onChange = () => void onDisk.push(disk.keys);
    await start().apply(revised(rules(mail), 2));
    expect(new Set(onDisk.flat())).toEqual(new Set(['tcp 10.0.0.1:80', 'tcp 10.0.0.2:25']));
    expect(onDisk.every((keys) => keys.length === 2)).toBe(true);
    expect(disk.keys).toEqual(['tcp 10.0.0.2:25']);
  });

  test('a service that could not be removed stays ours until it is', async () => {
    const { ipvs, disk, start } = director();
    const reconciler = start();
    await reconciler.apply(revised(rules(web, mail)));
    ipvs.refusal = 'EPERM';
    expect(await reconciler.apply(revised(rules(web), 2))).toMatchObject({ written: 0, failures: [{ attempt: 'remove', errno: 'EPERM' }] });
    expect(disk.keys).toContain('tcp 10.0.0.2:25');
    ipvs.refusal = undefined;
    expect(await start().apply(revised(rules(web), 2))).toMatchObject({ written: 1, failures: [] });
    expect(disk.keys).toEqual(['tcp 10.0.0.1:80']);
  });

  test('a service given up is not ours any more: whoever makes it anew keeps it', async () => {
    const { ipvs, start } = director();
    const reconciler = start();
    await reconciler.apply(revised(rules(web, mail)));
    await reconciler.apply(revised(rules(web), 2));
    await somebodyAdds(ipvs, rules(mail));
    await reconciler.apply(revised(rules(web), 3));
    expect(held(ipvs)).toEqual(['tcp 10.0.0.1:80', 'tcp 10.0.0.2:25']);
  });

  test('nor when another service of the document is refused all the time', async () => {
    const { disk, start } = director();
    const reconciler = start();
    await reconciler.apply(revised(rules(web, mail, odd)));
    await reconciler.apply(revised(rules(web, odd), 2));
    expect(disk.keys).toEqual(['tcp 10.0.0.1:80', 'tcp 10.0.0.3:80']);
  });

  test("a service that somebody removed is nobody's once the document has lost it, on cold standby too", async () => {
    const { ipvs, disk, start } = director();
    const reconciler = start();
    ipvs.write((await reconciler.prepare(revised(rules(web, mail)))).batch);
    ipvs.write((await reconciler.prepare(revised(rules(web), 2))).batch);
    await reconciler.prepare(revised(rules(web), 2));
    expect(disk.keys).toEqual(['tcp 10.0.0.1:80']);
  });

  test('a disk that takes nothing is reported, and the kernel is written all the same', async () => {
    const { ipvs, disk, start } = director();
    disk.full = true;
    const result = await start().apply(revised(rules(web)));
    expect(result.unsaved).toBe('ENOSPC');
    expect(result).toMatchObject({ written: 3, mark: { ready: true } });
    expect(held(ipvs)).toEqual(['tcp 10.0.0.1:80']);
  });

  test('what a full disk did not take is remembered as long as the daemon runs, and saved when there is room', async () => {
    const { ipvs, disk, start } = director();
    const reconciler = start();
    disk.full = true;
    await reconciler.apply(revised(rules(web, mail)));
    await reconciler.apply(revised(rules(web), 2));
    expect(held(ipvs)).toEqual(['tcp 10.0.0.1:80']);
    disk.full = false;
    expect((await reconciler.apply(revised(rules(web), 2))).unsaved).toBeUndefined();
    await reconciler.apply(revised(rules(web), 2));
    expect(disk).toMatchObject({ keys: ['tcp 10.0.0.1:80'], saves: 1 });
  });
});

describe('drift', () => {
  const order = (ipvs: VirtualIpvs): string[] => ipvs.dump().flatMap(({ servers }) => servers.map(({ address }) => address).reverse());

  test('what an earlier daemon left, and what a newer document changes, is none', async () => {
    const { start } = director();
    await start().apply(revised(rules(web, mail)));
    const reconciler = start();
    expect((await reconciler.apply(revised(rules(web), 2))).drift).toBeUndefined();
    expect((await reconciler.apply(revised(rules(mail), 3))).drift).toBeUndefined();
  });

  test('what the kernel refuses each time is none', async () => {
    const reconciler = director().start();
    await reconciler.apply(revised(rules(web, odd)));
    expect((await reconciler.apply(revised(rules(web, odd)))).drift).toBeUndefined();
  });

  test('a repair that the kernel refuses stands until it is taken', async () => {
    const { ipvs, start } = director();
    const reconciler = start();
    await reconciler.apply(revised(rules(mail)));
    const [held] = ipvs.dump();
    if (held === undefined) throw new Error('no service');
    ipvs.carryOut({ command: 'delService', id: held.service.id });
    ipvs.refusal = 'ENOMEM';
    const standing = { count: 2, standing: 2, differences: ['service tcp 10.0.0.2:25: is missing', expect.stringContaining('is missing')] };
    expect((await reconciler.apply(revised(rules(mail)))).drift).toEqual({ ...standing, isNews: true });
    expect((await reconciler.apply(revised(rules(mail)))).drift).toEqual({ ...standing, isNews: false });
    ipvs.refusal = undefined;
    expect((await reconciler.apply(revised(rules(mail)))).drift).toMatchObject({ standing: 0 });
    expect((await reconciler.apply(revised(rules(mail)))).drift).toBeUndefined();
  });

  test('thousands of differences are counted, and the first of them told', async () => {
    const { ipvs, start } = director();
    const many = rules(...Array.from({ length: 100 }, (_, port) => service('10.0.0.1', [], { port: port + 1 })));
    const reconciler = start();
    await reconciler.apply(revised(many));
    for (const {
      service: { id },
    } of ipvs.dump())
      ipvs.carryOut({ command: 'delService', id });
    const { drift } = await reconciler.apply(revised(many));
    expect(drift).toMatchObject({ count: 100, standing: 0 });
    expect(drift?.differences).toHaveLength(20);
  });

  test('of servers whose order matters the order is put right with the next pass, which is not long in coming, and is none', async () => {
    const { ipvs, start } = director();
    const hashed = (...hosts: readonly string[]) => revised(rules({ ...web, scheduler: 'sh', servers: hosts.map((host) => server(host)) }));
    const reconciler = start();
    await reconciler.apply(hashed('10.0.0.11', '10.0.0.12'));
    expect((await reconciler.apply(hashed('10.0.0.13', '10.0.0.11', '10.0.0.12'))).unfinished).toBe(true);
    expect(await reconciler.apply(hashed('10.0.0.13', '10.0.0.11', '10.0.0.12'))).toMatchObject({ drift: undefined, unfinished: false });
    expect(order(ipvs)).toEqual(['10.0.0.13', '10.0.0.11', '10.0.0.12']);
  });
});

describe('what the kernel refuses', () => {
  test('a service that it refuses is reported with its servers, and does not hold the others back', async () => {
    const { ipvs, start } = director();
    const reconciler = start();
    for (const pass of [{ written: 3 }, { written: 0 }]) {
      expect(await reconciler.apply(revised(rules(web, odd)))).toMatchObject({
        ...pass,
        failures: [
          { object: 'service tcp 10.0.0.3:80 nosuch', attempt: 'add', errno: 'ENOENT' },
          { object: 'server 10.0.0.14:80 of tcp 10.0.0.3:80', attempt: 'add', errno: 'ESRCH' },
        ],
        mark: { ready: true },
      });
    }
    expect(held(ipvs)).toEqual(['tcp 10.0.0.1:80']);
  });

  test('a kernel that takes no service at all leaves the director not ready', async () => {
    const { ipvs, start } = director();
    ipvs.refusal = 'EPERM';
    expect((await start().apply(revised(rules(web, mail)))).mark.ready).toBe(false);
  });

  test('no rules at all are held by every kernel', async () => {
    expect((await director().start().apply(revised(rules()))).mark.ready).toBe(true);
  });
});

describe('cold standby', () => {
  test('preparing writes nothing, and what it prepared makes the kernel hold the document', async () => {
    const { ipvs, start } = director();
    const reconciler = start();
    const { batch, mark } = await reconciler.prepare(revised(rules(web), 3));
    expect(ipvs.takeCommands()).toEqual([]);
    expect(mark).toEqual({ revision: 3, digest: batch.digest, ready: true });
    expect(ipvs.write(batch)).toEqual([]);
    expect(held(ipvs)).toEqual(['tcp 10.0.0.1:80']);
    expect((await reconciler.prepare(revised(rules(web), 3))).batch.labels).toEqual([]);
  });

  test('what is prepared is ours on disk already: the keeper that writes it waits for no disk', async () => {
    const { disk, start } = director();
    await start().prepare(revised(rules(web)));
    expect(disk.keys).toEqual(['tcp 10.0.0.1:80']);
  });

  test('a takeover that writes what was prepared while the next document is being prepared leaves nothing without an owner', async () => {
    const { ipvs, start } = director();
    const reconciler = start();
    const { batch } = await reconciler.prepare(revised(rules(web, mail)));
    await reconciler.prepare(revised(rules(web), 2));
    ipvs.write(batch);
    ipvs.write((await reconciler.prepare(revised(rules(web), 2))).batch);
    expect(held(ipvs)).toEqual(['tcp 10.0.0.1:80']);
  });

  test('withdrawing takes our services out and leaves those of others', async () => {
    const { ipvs, disk, start } = director();
    await somebodyAdds(ipvs, rules(mail));
    const reconciler = start();
    await reconciler.apply(revised(rules(web)));
    expect(await reconciler.withdraw()).toMatchObject({ written: 1, failures: [] });
    expect(held(ipvs)).toEqual(['tcp 10.0.0.2:25']);
    expect(disk.keys).toEqual([]);
  });
});
