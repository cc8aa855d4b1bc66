import { afterEach, describe, expect, test } from 'vitest';
import { subscriptions } from '../../src/resources/subscriptions.ts';
import { bearer, tokens } from '../http/people.ts';
import { closeAll, HTTP_HOSTS, product } from '../http/support.ts';
import { createEnvironment, did } from '../support/session-calls.ts';
import { manualTimers, type Subscribing, sharedWorld, subscribe } from './watchers.ts';

afterEach(closeAll);

const MOST = 100;
const MAX_WAITING = 1_000;
const uris = (count: number, of: string) => Array.from({ length: count }, (_, at) => `${of}-${at}`);

describe('subscribed resources', () => {
  /** Watches of resources that never change, and the resources that are polled for them. */
  const open = () => {
    const polled = new Set<string>();
    const stateOf = async (uri: string, signal: AbortSignal) => {
      polled.add(uri);
      signal.addEventListener('abort', () => polled.delete(uri));
      return 'as ever';
    };
    const { watch } = subscriptions(() => {}, { stateOf, everyMs: 1_000, now: () => 0, ...manualTimers() });
    const take = (principal: string, all: readonly string[]) => all.map((uri) => watch(uri, principal));
    const of = (name: string) => [...polled].filter((uri) => uri.startsWith(`${name}-`)).length;
    return { polled, watch, take, of };
  };

  test('are shared fairly above the limit, and none is taken from a principal that holds no more than the new one', () => {
    const { polled, take, of } = open();
    take('greedy', uris(300, 'greedy'));
    expect(of('greedy')).toBe(MOST);
    take('ann', uris(3, 'ann'));
    expect([of('greedy'), of('ann')]).toEqual([MOST - 3, 3]);
    take('ben', uris(300, 'ben'));
    expect(of('ann')).toBe(3);
    expect(Math.abs(of('greedy') - of('ben'))).toBeLessThanOrEqual(1);
    take('greedy', uris(300, 'again'));
    expect([of('ann'), of('again'), polled.size]).toEqual([3, 0, MOST]);
  });

  test('are polled only while someone watches, and free slots go to those that wait', () => {
    const { polled, take, of } = open();
    const greedy = take('greedy', uris(200, 'greedy'));
    const ben = take('ben', uris(MOST, 'ben'));
    expect([of('greedy'), of('ben')]).toEqual([MOST / 2, MOST / 2]);
    for (const leave of greedy) leave();
    expect([of('greedy'), of('ben')]).toEqual([0, MOST]);
    for (const leave of [...ben, ...ben]) leave();
    expect(polled.size).toBe(0);
  });

  test('with several watchers keep their slot as long as one of the watchers holds fewer than other principals', () => {
    const { polled, watch, take, of } = open();
    const greedy = take('greedy', uris(MOST, 'shared'));
    const twice = watch('shared-0', 'ann');
    watch('shared-0', 'ann')();
    take('ben', uris(MOST, 'ben'));
    expect(polled).toContain('shared-0');
    expect(polled.size).toBe(MOST);
    for (const leave of greedy) leave();
    expect([of('shared'), of('ben')]).toEqual([1, MOST - 1]);
    twice();
    expect([of('shared'), of('ben')]).toEqual([0, MOST]);
  });

  test('get no slot back when too many wait for one', () => {
    const { take, of } = open();
    const first = take('greedy', uris(MOST, 'first'));
    take('greedy', uris(MAX_WAITING, 'waits'));
    const over = take('greedy', uris(MOST, 'over'));
    const ann = take('ann', uris(2, 'ann'));
    expect([of('first'), of('ann')]).toEqual([MOST - 2, 2]);
    for (const leave of [...first, ...ann, ...over]) leave();
    expect([of('first'), of('waits'), of('over')]).toEqual([0, MOST, 0]);
  });

  test('that wait are too many: the newest one of the principal that holds most is dropped', () => {
    const { polled, take } = open();
    const greedy = take('greedy', uris(34, 'greedy'));
    const others = ['ann', 'ben'].flatMap((principal) => take(principal, uris(33, principal)));
    const waits = take('greedy', uris(MAX_WAITING, 'waits'));
    take('ann', uris(1, 'late'));
    for (const leave of greedy) leave();
    expect(polled).toContain('waits-0');
    for (const leave of [...others, ...waits.slice(0, -1)]) leave();
    expect([...polled]).toEqual(['late-0']);
  });

  test('are polled first for a principal that has none, however many another one waits for', () => {
    const { take, of } = open();
    const [[leave] = []] = uris(MOST - 1, 'other').map((name) => take(name, [`${name}-0`]));
    take('greedy', uris(MAX_WAITING + 1, 'greedy'));
    take('late', uris(1, 'late'));
    expect([of('greedy'), of('late')]).toEqual([1, 0]);
    leave?.();
    expect([of('greedy'), of('late')]).toEqual([1, 1]);
  });
});

test('over HTTP, the subscriptions of one principal do not delay the notifications of others', async () => {
  const people = tokens({ greedy: ['finspace:read'], ann: ['finspace:write'] });
  const world = sharedWorld();
  const timers = manualTimers();
  const { url } = await product({ ...world, authTokens: people.file }, { schedule: timers.schedule });
  const [modern] = HTTP_HOSTS.filter(({ name }) => name.includes('2026'));
  const connect = async (token: string) => (await modern?.connect(url, { headers: bearer(token) })) as Subscribing;

  const greedy = await connect(people.greedy);
  await greedy.listen?.({
    resourceSubscriptions: uris(150, 'none').map((id) => `finspace://kx/environments/${id}`),
  });
  await expect.poll(() => timers.pending().length).toBe(MOST);

  const ann = await connect(people.ann);
  const { environmentId } = await createEnvironment(ann);
  const uri = `finspace://kx/environments/${environmentId}`;
  const { heard } = await subscribe(ann, true, uri);
  const elsewhere = await product(world);
  const other = (await modern?.connect(elsewhere.url)) as Subscribing;
  let edits = 0;
  await expect
    .poll(async () => {
      edits += 1;
      await did(other, 'update_kx_environment', { environmentId, description: `edit ${edits}` });
      timers.pass();
      return heard;
    })
    .toContain(`notifications/resources/updated ${uri}`);
  await expect.poll(() => timers.pending().length).toBe(MOST);
});
