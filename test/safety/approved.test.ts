import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Approval, Question } from '../../src/safety/ledger.ts';
import { embedded, type Spy, spyOn } from './support/backend.ts';
import { openEstate } from './support/estate.ts';
import { type Guard, type GuardOptions, openGuard } from './support/guard.ts';
import { openScene, type Scene, type Wish } from './support/scene.ts';

const given = (signature: string): Approval => ({ channel: 'web', approver: 'ada', at: 1, signature });
const TRUSTED = given('good');
const FOREIGN = given('of another server');

describe('what was approved out of band', () => {
  let scene: Scene;
  let spy: Spy;
  let guard: Guard;
  const start = async (options: Partial<GuardOptions> = {}) => {
    scene = await openScene();
    spy = spyOn(scene.call, { forward: false });
    const outOfBand = async () => ({
      trusts: (_: Question, { signature }: Approval) => signature === 'good',
      how: () => 'Elsewhere.',
    });
    guard = await openGuard({ call: spy.call, clock: scene.clock, outOfBand, ...options });
  };
  afterEach(async () => {
    await guard.close();
    await scene.close();
  });
  const attempt = (wish: Wish) => guard.attempt({ ...wish, forms: false });
  const open = async () => (await guard.ledger.list())[0] as Question;

  describe('in a ledger of this machine', () => {
    beforeEach(() => start());

    it.each([[[TRUSTED, FOREIGN, FOREIGN]], [[FOREIGN, FOREIGN, TRUSTED]], [[FOREIGN, TRUSTED, FOREIGN]]])(
      'counts whatever untrusted approvals lie beside it',
      async (approvals) => {
        const wish = scene.wishes[0] as Wish;
        const [first, ...others] = approvals;
        expect((await attempt(wish)).kind).toBe('refused');
        const { nonce, ...question } = await open();
        await guard.ledger.approve(nonce, first as Approval);
        for (const approval of others) {
          scene.clock.advance(1);
          await guard.ledger.approve((await guard.ledger.open(question, 'never')).nonce, approval);
        }
        expect((await attempt(wish)).kind).toBe('done');
        expect((await attempt(wish)).kind).toBe('refused');
        expect(spy.reached).toHaveLength(1);
      },
    );
  });

  it('does not count for another plan to which a store leads instead', async () => {
    let stray: Question | undefined;
    await start({
      overLedger: (ledger) => ({
        ...ledger,
        approvedFor: async (_, counts) =>
          stray !== undefined && counts?.(stray, TRUSTED) ? { question: stray, approval: TRUSTED } : undefined,
      }),
    });
    const wish = scene.wishes[0] as Wish;
    await attempt(wish);
    const { nonce, ...question } = await open();
    stray = await guard.ledger.open({ ...question, binding: 'of a call with other arguments' }, 'never');
    await guard.ledger.approve(stray.nonce, TRUSTED);
    expect((await attempt(wish)).kind).toBe('refused');
    expect(spy.reached).toEqual([]);
    stray = { ...question, nonce };
    expect((await attempt(wish)).kind).toBe('done');
  });
});

it('asks nobody about a call that sets more than people read', async () => {
  const backend = await embedded();
  const { environmentId, ...estate } = await openEstate(backend.call);
  await estate.database('trades');
  await estate.cluster('gpu');
  const spy = spyOn(backend.call, { forward: false });
  const guard = await openGuard({ call: spy.call, clock: backend.clock, restrictions: { approve: ['disrupt'] } });
  const wish = (count: number) => {
    const databases = Array.from({ length: count }, (_, at) => ({
      databaseName: `trades-${at}`,
      changesetId: `c${at}`,
    }));
    const update = { environmentId, clusterName: 'gpu', databases };
    return guard.attempt({ tool: 'update_kx_cluster_databases', arguments: update });
  };
  expect(await wish(101)).toMatchObject({
    kind: 'refused',
    text: expect.stringMatching(/more than a person can read.* Split it into several calls/),
  });
  expect(await guard.ledger.list()).toEqual([]);
  expect((await wish(50)).kind).toBe('asked');
  expect(spy.reached).toEqual([]);
  await guard.close();
  await backend.close();
});
