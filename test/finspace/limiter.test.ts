import { describe, expect, test } from 'vitest';
import { ending } from '../../src/finspace/ending.ts';
import { type AttemptOutcome, type LimitedRequest, type Limiter, limiter } from '../../src/finspace/limiter.ts';

/** A clock that tests move; timers run in order. */
function clock() {
  let time = 0;
  const timers = new Map<number, { readonly at: number; readonly work: () => void }>();
  let ids = 0;
  return {
    /** How many timers are pending. */
    pending: () => timers.size,
    now: () => time,
    schedule: (work: () => void, ms: number) => {
      ids += 1;
      const id = ids;
      timers.set(id, { at: time + ms, work });
      return () => void timers.delete(id);
    },
    /** Runs the timers that are due until a time, and lets promises continue in between. */
    async until(end: number) {
      for (;;) {
        for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
        const [first] = [...timers].sort(([, a], [, b]) => a.at - b.at);
        if (first === undefined || first[1].at > end) break;
        timers.delete(first[0]);
        time = Math.max(time, first[1].at);
        first[1].work();
      }
      time = Math.max(time, end);
    },
  };
}
type Clock = ReturnType<typeof clock>;

const background = (fairnessKey = 'a', more: Partial<LimitedRequest> = {}): LimitedRequest => ({
  isBackground: true,
  fairnessKey,
  question: undefined,
  ending: undefined,
  ...more,
});

/** An endpoint that answers after a delay and admits a number of requests per second, with a burst of one second. */
function throttled({ now, schedule }: Clock, perSecond: number, latencyMs: number) {
  let [tokens, filled] = [perSecond, 0];
  const seen: { at: number; refused: boolean }[] = [];
  const send = () => {
    tokens = Math.min(perSecond, tokens + ((now() - filled) / 1_000) * perSecond);
    filled = now();
    const refused = tokens < 1;
    if (!refused) tokens -= 1;
    seen.push({ at: now(), refused });
    return new Promise<AttemptOutcome>((resolve) =>
      schedule(() => resolve(refused ? 'refused' : 'answered'), latencyMs),
    );
  };
  return { seen, send };
}

/** Keeps 48 reads waiting or in progress for a number of seconds, as a question about a whole fleet does. */
async function scan(time: Clock, limits: Limiter, send: () => Promise<AttemptOutcome>, seconds: number) {
  const worker = async () => {
    for (;;) {
      const turn = await limits.admit(background());
      turn.done(await send());
    }
  };
  for (let at = 0; at < 48; at += 1) void worker();
  await time.until(seconds * 1_000);
}

describe.each([
  { perSecond: 50, latencyMs: 30, most: 0.03 },
  { perSecond: 50, latencyMs: 0.1, most: 0.03 },
  { perSecond: 10, latencyMs: 30, most: 0.05 },
  { perSecond: 500, latencyMs: 5, most: 0.03 },
])(
  'an endpoint that admits $perSecond requests/s and answers after $latencyMs ms',
  ({ perSecond, latencyMs, most }) => {
    test('rejects few requests after five seconds, and serves most of its rate', async () => {
      const time = clock();
      const { seen, send } = throttled(time, perSecond, latencyMs);
      await scan(time, limiter(time), send, 65);
      const later = seen.filter(({ at }) => at > 5_000);
      const refused = later.filter((each) => each.refused).length;
      expect(refused / later.length).toBeLessThanOrEqual(most);
      expect((later.length - refused) / 60 / perSecond).toBeGreaterThan(0.8);
    });
  },
);

test('an endpoint receives more reads when its limit rises', async () => {
  const time = clock();
  const limits = limiter(time);
  const slow = throttled(time, 10, 5);
  const fast = throttled(time, 400, 5);
  await scan(time, limits, () => (time.now() < 20_000 ? slow : fast).send(), 80);
  expect(fast.seen.filter(({ at, refused }) => at > 60_000 && !refused).length / 20).toBeGreaterThan(200);
});

test('concurrency grows to 48 while requests succeed, and falls to 4 while they fail', async () => {
  const time = clock();
  const limits = limiter(time);
  let running = 0;
  let most = 0;
  let outcome: AttemptOutcome = 'answered';
  const send = async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise<void>((resolve) => time.schedule(resolve, 100));
    running -= 1;
    return outcome;
  };
  await scan(time, limits, send, 5);
  expect(most).toBe(48);
  outcome = 'failed';
  await time.until(10_000);
  expect(running).toBe(4);
});

test('nothing is sent before the time that the endpoint asks to wait for', async () => {
  const time = clock();
  const limits = limiter(time);
  const first = await limits.admit(background());
  first.done('refused', 3_000);
  const admitted: number[] = [];
  void limits.admit(background()).then(() => admitted.push(time.now()));
  void limits.admit({ ...background(), isBackground: false }).then(() => admitted.push(time.now()));
  await time.until(2_999);
  expect(admitted).toEqual([]);
  await time.until(3_000);
  expect(admitted).toHaveLength(2);
});

describe('while an endpoint admits few requests', () => {
  const slow = async () => {
    const time = clock();
    const limits = limiter(time);
    const first = await limits.admit(background());
    first.done('refused');
    await time.until(1_000);
    return { time, limits };
  };

  test('mutations and single reads do not wait for the queued reads of scans', async () => {
    const { time, limits } = await slow();
    const order: string[] = [];
    for (let at = 0; at < 20; at += 1) void limits.admit(background()).then(() => order.push('scan'));
    void limits.admit({ ...background('b'), isBackground: false }).then(() => order.push('single'));
    await time.until(1_250);
    expect(order).toContain('single');
    expect(order.length).toBeLessThanOrEqual(2);
  });

  test('callers take turns, and so do the questions of one caller', async () => {
    const { time, limits } = await slow();
    const [one, two] = [{}, {}];
    const order: string[] = [];
    const ask = (caller: string, question: object, name: string) =>
      void limits.admit(background(caller, { question })).then((turn) => {
        order.push(name);
        turn.done('answered');
      });
    for (let at = 0; at < 6; at += 1) ask('a', one, 'a1');
    for (let at = 0; at < 2; at += 1) ask('a', two, 'a2');
    for (let at = 0; at < 2; at += 1) ask('b', one, 'b');
    await time.until(60_000);
    expect(order.indexOf('b')).toBeLessThan(3);
    expect(order.indexOf('a2')).toBeLessThan(4);
    expect(order.filter((name) => name === 'a1')).toHaveLength(6);
  });

  test('a cancelled request gives up its place', async () => {
    const { time, limits } = await slow();
    const leaving = ending();
    void limits.admit(background());
    const left = limits.admit(background('a', { ending: leaving }));
    leaving.end(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    await expect(limits.admit(background('a', { ending: leaving }))).rejects.toThrow('gone');
    let isNext = false;
    void limits.admit(background()).then(() => {
      isNext = true;
    });
    await time.until(10_000);
    expect(isNext).toBe(true);
  });
});

const foreground = (more: Partial<LimitedRequest> = {}) => background('b', { isBackground: false, ...more });

test('single reads that are answered do not delay the reads of scans', async () => {
  const time = clock();
  const limits = limiter(time);
  (await limits.admit(background())).done('refused');
  await time.until(3_000);
  for (let at = 0; at < 60; at += 1) void limits.admit(foreground()).then((admission) => admission.done('answered'));
  await time.until(4_000);
  let admittedAt = Number.POSITIVE_INFINITY;
  void limits.admit(background()).then(() => {
    admittedAt = time.now();
  });
  await time.until(90_000);
  expect(admittedAt).toBeLessThanOrEqual(6_000);
});

test('a request without a clear outcome changes neither rate nor concurrency, but its pause counts', async () => {
  const time = clock();
  const limits = limiter(time);
  for (let at = 0; at < 10; at += 1) (await limits.admit(foreground())).done('inconclusive', at === 9 ? 3_000 : 0);
  let admitted = 0;
  for (let at = 0; at < 40; at += 1) void limits.admit(background()).then(() => (admitted += 1));
  await time.until(2_999);
  expect(admitted).toBe(0);
  await time.until(3_000);
  expect(admitted).toBe(16);
});

test.each([
  { kind: 'single reads', request: foreground },
  { kind: 'reads of scans', request: (more: Partial<LimitedRequest>) => background('a', more) },
])('cancelled $kind leave no timer', async ({ request }) => {
  const time = clock();
  const limits = limiter(time);
  (await limits.admit(background())).done('refused', 20_000);
  const leaving = ending();
  const left = Array.from({ length: 3 }, () => limits.admit(request({ ending: leaving })));
  expect(time.pending()).toBeGreaterThan(0);
  leaving.end(new Error('gone'));
  await Promise.all(left.map((one) => expect(one).rejects.toThrow('gone')));
  expect(time.pending()).toBe(0);
});
