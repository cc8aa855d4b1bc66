import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WorldStore } from '../../../src/local/store.ts';
import type { Entity } from '../../../src/local/transaction.ts';

/** The storage of local worlds under test, empty. */
export interface WorldsUnderTest {
  readonly store: WorldStore;
  /** Another process's view of the same worlds; undefined if they stay in one process. */
  readonly another: (() => Promise<WorldStore>) | undefined;
  readonly close: () => Promise<void>;
}

const WORLD = 'arn:aws:finspace:us-east-1:111122223333';
const ENVIRONMENTS = `${WORLD}:kxEnvironment`;
const ENVIRONMENT = `${ENVIRONMENTS}/abc`;
const DATABASES = `${ENVIRONMENT}/kxDatabase`;
const CHANGESETS = `${DATABASES}/trades/kxChangeset`;
const CLUSTERS = `${ENVIRONMENT}/kxCluster`;

const entity = (collection: string, name: string, more: Partial<Entity> = {}): Entity => ({
  collection,
  name,
  position: name,
  filterKey: null,
  status: 'ACTIVE',
  since: 1_750_000_000_001,
  due: null,
  plannedFailure: null,
  tags: {},
  body: { description: name },
  ...more,
});
const arn = ({ collection, name }: Entity) => `${collection}/${name}`;
const names = (entities: readonly Entity[]) => entities.map(({ name }) => name);

/** What stores the worlds of the local service, in each store. `isShared` is whether processes can share it. */
export function itKeepsTheWorldsContract(name: string, start: () => Promise<WorldsUnderTest>, isShared = true): void {
  describe(`the worlds in ${name}`, () => {
    let under: WorldsUnderTest;
    let store: WorldStore;
    beforeEach(async () => {
      under = await start();
      store = under.store;
    });
    afterEach(() => under.close());

    const put = (...entities: Entity[]) =>
      store.write(async (tx) => {
        for (const one of entities) await tx.put(one);
      });
    const link = (source: string, ...targets: string[]) => store.write((tx) => tx.link(source, targets));
    const namesIn = async (collection: string) =>
      names(await store.read((tx) => tx.page(collection, { after: '', limit: 100 })));

    describe('entities', () => {
      it('come back with every member as it was put, for every process', async () => {
        const full = entity(CLUSTERS, 'one', {
          filterKey: 'HDB',
          status: 'CREATING',
          due: 1_750_000_060_000,
          plannedFailure: { status: 'CREATE_FAILED', reason: 'é "\u2028\\ 🜁' } as unknown as Entity['plannedFailure'],
          tags: { owner: "O'Neil", empty: '' },
          body: { deep: [{ a: null, n: 0.1 }], text: 'line\nfeed', '': true },
        });
        await put(full);
        expect(await store.read((tx) => tx.get(CLUSTERS, 'one'))).toEqual(full);
        const there = (await under.another?.()) ?? store;
        expect(await there.read((tx) => tx.get(CLUSTERS, 'one'))).toEqual(full);
      });

      it('are replaced by a later one of the same key, and by no other', async () => {
        await put(entity(CLUSTERS, 'one'), entity(CLUSTERS, 'ONE'), entity(DATABASES, 'one'));
        const later = entity(CLUSTERS, 'one', { status: 'DELETING', due: 9, tags: { a: 'b' }, body: {} });
        await put(later);
        expect(await store.read((tx) => tx.get(CLUSTERS, 'one'))).toEqual(later);
        for (const [collection, other] of [[CLUSTERS, 'ONE'] as const, [DATABASES, 'one'] as const])
          expect(await store.read((tx) => tx.get(collection, other))).toEqual(entity(collection, other));
        expect(await store.read((tx) => tx.get(CLUSTERS, 'two'))).toBeUndefined();
      });

      it('are listed in pages, in the order of the bytes of their names', async () => {
        const sorted = ['10', '9', 'B', 'B-1', 'B.1', 'B_1', 'Ba', 'a', 'é'];
        await put(...sorted.toReversed().map((each) => entity(DATABASES, each)), entity(CLUSTERS, 'c'));
        const listed: string[] = [];
        for (let after = ''; ; after = listed.at(-1) as string) {
          const page = names(await store.read((tx) => tx.page(DATABASES, { after, limit: 2 })));
          listed.push(...page);
          if (page.length < 2) break;
        }
        expect(listed).toEqual(sorted);
      });

      it('are listed by position in collections that have an order of their own', async () => {
        for (const collection of [ENVIRONMENTS, CHANGESETS]) {
          const positions = Object.entries({ a: '3', b: '1', c: '2' });
          await put(...positions.map(([each, position]) => entity(collection, each, { position })));
          expect(await namesIn(collection)).toEqual(['b', 'c', 'a']);
          expect(names(await store.read((tx) => tx.page(collection, { after: '1', limit: 1 })))).toEqual(['c']);
        }
      });

      it('are listed by filter key', async () => {
        const filterKeys = { a: 'HDB', b: 'RDB', c: 'HDB', d: null, e: 'HDB' };
        await put(...Object.entries(filterKeys).map(([each, filterKey]) => entity(CLUSTERS, each, { filterKey })));
        const page = (filterKey: string, after: string) =>
          store.read(async (tx) => names(await tx.page(CLUSTERS, { after, limit: 2, filterKey })));
        expect([await page('HDB', ''), await page('HDB', 'c'), await page('GP', '')]).toEqual([['a', 'c'], ['e'], []]);
      });

      it('are counted, with or without those of one status', async () => {
        await put(entity(CLUSTERS, 'a'), entity(CLUSTERS, 'b', { status: 'DELETED' }), entity(DATABASES, 'c'));
        const count = (except?: { status: string }) => store.read((tx) => tx.count(CLUSTERS, except));
        expect([await count(), await count({ status: 'DELETED' }), await count({ status: 'OTHER' })]).toEqual([
          2, 1, 2,
        ]);
        expect(await store.read((tx) => tx.count(CHANGESETS))).toBe(0);
      });

      it('are removed with the links from them, but not with those to them', async () => {
        const [one, two] = [entity(CLUSTERS, 'one'), entity(CLUSTERS, 'two')];
        await put(one, two);
        await link(arn(one), arn(two));
        await link(arn(two), arn(one));
        await store.write((tx) => tx.remove(one));
        expect(await namesIn(CLUSTERS)).toEqual(['two']);
        expect(await store.read((tx) => tx.sources(arn(two)))).toEqual([]);
        expect(await store.read((tx) => tx.sources(arn(one)))).toEqual([arn(two)]);
      });

      it('are removed under an ARN only if they are under it, whatever characters it has', async () => {
        const [environment, beside] = [entity(DATABASES, 'a_b'), entity(DATABASES, 'aXb')];
        const all = ['a_b', 'aXb', 'a_b0', 'a_b-1', 'A_B'].map((each) =>
          entity(`${DATABASES}/${each}/kxChangeset`, 'one'),
        );
        await put(environment, beside, ...all, entity(`${DATABASES}/a_b/kxDataview/v/kxNode`, 'deep'));
        for (const each of all) await link(arn(each), 'target');
        await store.write((tx) => tx.removeUnder(arn(environment)));
        expect(await namesIn(DATABASES)).toEqual(['aXb', 'a_b']);
        const left = (await store.read((tx) => tx.entities(WORLD))).filter((each) => each.name === 'one');
        expect(left.map(arn).toSorted()).toEqual(all.slice(1).map(arn).toSorted());
        expect(await store.read((tx) => tx.sources('target'))).toEqual(all.slice(1).map(arn).toSorted());
        expect(await store.read((tx) => tx.get(`${DATABASES}/a_b/kxDataview/v/kxNode`, 'deep'))).toBeUndefined();
      });
    });

    it('replace the links from an ARN, and have each once', async () => {
      await link('b', 'x', 'y', 'x');
      await link('a', 'x');
      await link('B', 'x');
      const sources = (target: string) =>
        store.read(async (tx) => [await tx.countSources(target), await tx.sources(target)]);
      expect(await sources('x')).toEqual([3, ['B', 'a', 'b']]);
      expect(await sources('y')).toEqual([1, ['b']]);
      await link('b', 'z');
      expect([await sources('x'), await sources('y'), await sources('z')]).toEqual([
        [2, ['B', 'a']],
        [0, []],
        [1, ['b']],
      ]);
      await link('b');
      expect(await sources('z')).toEqual([0, []]);
    });

    describe('time', () => {
      it('ends the status that is due first, then those of the same time by collection and name', async () => {
        const due = (collection: string, each: string, at: number | null) => entity(collection, each, { due: at });
        const order = [due(DATABASES, 'z', 5), due(CLUSTERS, 'b', 7), due(CLUSTERS, 'c', 7), due(DATABASES, 'a', 7)];
        await put(...order.toReversed(), due(CLUSTERS, 'never', null), due(CLUSTERS, 'later', 8));
        const next = (now: number) => store.read((tx) => tx.nextDue(now));
        expect(await next(4)).toBeUndefined();
        for (const each of order) {
          expect(await next(7)).toEqual(each);
          await put({ ...each, due: null });
        }
        expect(await next(7)).toBeUndefined();
      });

      it('that is left is shortened in one world, but not what is due already', async () => {
        const other = `${WORLD}4:kxEnvironment`;
        const due = (collection: string, each: string, at: number | null) => entity(collection, each, { due: at });
        await put(
          ...[due(CLUSTERS, 'due', 100), due(CLUSTERS, 'one', 201), due(ENVIRONMENTS, 'two', 1_000)],
          ...[due(CLUSTERS, 'never', null), due(other, 'one', 1_000)],
        );
        await store.write((tx) => tx.scaleDue(WORLD, 100, 0.5));
        const dues = async (world: string) => {
          const all = await store.read((tx) => tx.entities(world));
          return Object.fromEntries(all.map(({ name: each, due: at }) => [each, at]));
        };
        expect(await dues(WORLD)).toEqual({ due: 100, one: 150, two: 550, never: null });
        expect(await dues(`${WORLD}4`)).toEqual({ one: 1_000 });
      });

      it('is ahead by the sum of what it was advanced by, which a request reads with the settings and the next due time', async () => {
        const state = () => store.read((tx) => tx.requestState(WORLD));
        expect(await state()).toMatchObject({ aheadMs: 0, due: null, settings: undefined });
        await store.write(async (tx) => {
          await tx.advance(1_500);
          await tx.advance(2_000_000_000_000);
          await tx.putSettings(WORLD, { quotas: 'published', buckets: ['a'], touched: true });
          await tx.put(entity(CLUSTERS, 'b', { due: 9 }));
          await tx.put(entity(CLUSTERS, 'a', { due: 8 }));
        });
        expect(await state()).toMatchObject({
          aheadMs: 2_000_000_001_500,
          due: 8,
          settings: { quotas: 'published', buckets: ['a'], touched: true },
        });
        expect(await store.read((tx) => tx.time())).toMatchObject({ aheadMs: 2_000_000_001_500 });
      });
    });

    it('keep a reply by scope and token until it expires', async () => {
      const keep = (scope: string, token: string, reply: string, expires: number, now = 0) =>
        store.write((tx) => tx.storeReply(scope, token, { digest: `of ${reply}`, reply }, expires, now));
      const kept = (scope: string, token: string, now: number) => store.read((tx) => tx.storedReply(scope, token, now));
      await keep('s', 't', 'one', 100);
      await keep('s', 'T', 'two', 100);
      await keep('S', 't', 'three', 200);
      expect(await kept('s', 't', 99)).toEqual({ digest: 'of one', reply: 'one' });
      expect(await kept('s', 'T', 99)).toMatchObject({ reply: 'two' });
      expect([await kept('s', 't', 100), await kept('s', 'u', 0)]).toEqual([undefined, undefined]);
      await keep('s', 't', 'four', 300, 150);
      expect(await kept('s', 't', 150)).toMatchObject({ reply: 'four' });
      expect(await kept('S', 't', 150)).toMatchObject({ reply: 'three' });
    });

    it('are apart from each other, and cleared one by one', async () => {
      const other = `${WORLD}4`;
      for (const world of [other, WORLD]) {
        await put(entity(`${world}:kxEnvironment`, 'e'), entity(`${world}:kxEnvironment/e/kxUser`, 'u'));
        await store.write(async (tx) => {
          await tx.putSettings(world, { quotas: 'raised' });
          await tx.link(`${world}:kxEnvironment/e`, ['t']);
          await tx.storeReply(`${world} Create`, 't', { digest: 'd', reply: 'r' }, 100, 0);
        });
      }
      expect(await store.read((tx) => tx.worlds())).toEqual([WORLD, other]);
      await store.write((tx) => tx.clear(WORLD));
      expect(await store.read((tx) => tx.worlds())).toEqual([other]);
      expect(await store.read((tx) => tx.entities(WORLD))).toEqual([]);
      expect(names(await store.read((tx) => tx.entities(other)))).toEqual(['e', 'u']);
      expect(await store.read((tx) => tx.sources('t'))).toEqual([`${other}:kxEnvironment/e`]);
      expect(await store.read((tx) => tx.settings(WORLD))).toBeUndefined();
      expect(await store.read((tx) => tx.settings(other))).toEqual({ quotas: 'raised' });
      expect(await store.read((tx) => tx.storedReply(`${WORLD} Create`, 't', 1))).toBeUndefined();
      expect(await store.read((tx) => tx.storedReply(`${other} Create`, 't', 1))).toMatchObject({ reply: 'r' });
    });

    it('have an identity from the start, which can be replaced', async () => {
      const first = await store.read((tx) => tx.identity());
      expect(first).toEqual({ id: expect.stringMatching(/^[0-9a-f]{32}$/), file: '', approver: null });
      const identity = { id: 'another', file: '1:2', approver: 'fingerprint' };
      await store.write((tx) => tx.putIdentity(identity));
      expect(await store.read((tx) => tx.identity())).toEqual(identity);
    });

    describe('transactions', () => {
      it('that throw leave nothing, and see their own changes before that', async () => {
        await put(entity(CLUSTERS, 'kept'));
        const work = store.write(async (tx) => {
          await tx.put(entity(CLUSTERS, 'made'));
          await tx.remove(entity(CLUSTERS, 'kept'));
          await tx.advance(1);
          expect(names(await tx.page(CLUSTERS, { after: '', limit: 9 }))).toEqual(['made']);
          throw new Error('refused');
        });
        await expect(work).rejects.toThrow('refused');
        expect(await namesIn(CLUSTERS)).toEqual(['kept']);
        expect(await store.read((tx) => tx.time())).toMatchObject({ aheadMs: 0 });
      });

      it('lose no change when several processes read and write the same entity', async () => {
        const stores = [store, (await under.another?.()) ?? store] as const;
        await put(entity(CLUSTERS, 'counter', { since: 0 }));
        const increment = (one: WorldStore) =>
          one.write(async (tx) => {
            const current = (await tx.get(CLUSTERS, 'counter')) as Entity;
            await tx.put({ ...current, since: current.since + 1 });
          });
        await Promise.all(Array.from({ length: 60 }, (_, at) => increment(stores[at % 2] as WorldStore)));
        for (const one of stores)
          expect(await one.read((tx) => tx.get(CLUSTERS, 'counter'))).toMatchObject({ since: 60 });
      });

      if (isShared)
        it('that read see one state, although another process writes meanwhile', async () => {
          const other = (await under.another?.()) as WorldStore;
          await put(entity(CLUSTERS, 'a'));
          const counted = await store.read(async (tx) => {
            const before = await tx.count(CLUSTERS);
            await other.write((there) => there.put(entity(CLUSTERS, 'b')));
            return [before, await tx.count(CLUSTERS), names(await tx.page(CLUSTERS, { after: '', limit: 9 }))];
          });
          expect(counted).toEqual([1, 1, ['a']]);
          expect(await namesIn(CLUSTERS)).toEqual(['a', 'b']);
        });
    });
  });
}
