import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Call } from '../../../src/operations/index.ts';
import type { Plan } from '../../../src/safety/plan.ts';
import type { RecoveryKits } from '../../../src/safety/recovery.ts';

/** Recovery kits under test, alone in their store. */
export interface KitsUnderTest {
  readonly kits: RecoveryKits;
  /** Another process's view of the same store; undefined if no other process can see them. */
  readonly another: (() => Promise<RecoveryKits>) | undefined;
  /** The kits of another target in the same store; undefined if the store has only those of one target. */
  readonly ofTarget: ((target: string) => Promise<RecoveryKits>) | undefined;
  readonly close: () => Promise<void>;
}

/** A service with one user, `ann`. */
export const ANN_ONLY = (async (name) =>
  name === 'ListKxUsers'
    ? { users: [{ userName: 'ann', iamRole: 'arn:aws:iam::111122223333:role/ann' }] }
    : { environmentArn: 'arn:aws:finspace:us-east-1:111122223333:kxEnvironment/one' }) as Call;

const planFor = (environmentId: string) =>
  ({
    operation: 'DeleteKxUser',
    tool: 'delete_kx_user',
    input: { environmentId, userName: 'ann' },
    place: { backend: 'test', region: 'us-east-1' },
  }) as unknown as Plan;

/** What is expected of recovery kits, in each store. `start` makes them with `ANN_ONLY`. `hasTargets` is whether `ofTarget` is defined. */
export function itKeepsTheKitsContract(name: string, start: () => Promise<KitsUnderTest>, hasTargets = true): void {
  describe(`recovery kits in ${name}`, () => {
    let under: KitsUnderTest;
    beforeEach(async () => {
      under = await start();
    });
    afterEach(() => under.close());

    it('can be listed, oldest first, and read by every process', async () => {
      const { kits } = under;
      expect(await kits.list()).toEqual([]);
      await kits.keep(planFor('one'));
      await new Promise((resolve) => setTimeout(resolve, 2));
      await kits.keep(planFor('two'));
      const views = under.another === undefined ? [kits] : [kits, await under.another()];
      for (const view of views) {
        const ids = await view.list();
        expect(ids.map((id) => id.split('-').at(-2))).toEqual(['one', 'two']);
        const kit = JSON.parse((await view.read(ids[1] as string)) ?? '');
        expect(kit).toMatchObject({ deleted: { tool: 'delete_kx_user', arguments: { environmentId: 'two' } } });
        expect(kit.create).toMatchObject([{ tool: 'create_kx_user', arguments: { userName: 'ann' } }]);
      }
    });

    it('have different ids even when they are made at the same time', async () => {
      await Promise.all(Array.from({ length: 20 }, () => under.kits.keep(planFor('one'))));
      expect(new Set(await under.kits.list()).size).toBe(20);
    });

    it('are readable by their exact id only', async () => {
      await under.kits.keep(planFor('one'));
      const [id = ''] = await under.kits.list();
      for (const other of ['', `../${id}`, `${id}.json`, `./${id}`, '%', '\0', "' OR 1=1 --"])
        expect(await under.kits.read(other)).toBeUndefined();
    });

    if (hasTargets)
      it('of one target are invisible to another', async () => {
        const other = (await under.ofTarget?.('prod')) as RecoveryKits;
        await other.keep(planFor('one'));
        const [id = ''] = await other.list();
        expect(await under.kits.list()).toEqual([]);
        expect(await under.kits.read(id)).toBeUndefined();
        expect(await other.read(id)).toContain('delete_kx_user');
      });
  });
}
