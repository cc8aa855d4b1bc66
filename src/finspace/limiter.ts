import type { Ending } from './ending.ts';
import { fairQueue } from './fair-queue.ts';

/**
 * How an attempt ended: `refused` for too many requests, `failed` for a reason that may be overload, too, `inconclusive` if it shows
 * nothing about what the endpoint admits, such as a cancelled one.
 */
export type AttemptOutcome = 'answered' | 'refused' | 'failed' | 'inconclusive';

/** One request that may be sent now. */
export interface Admission {
  /** Ends it. If the endpoint asked to wait, all other requests do, for at most `MAX_PAUSE_MS`. */
  done(outcome: AttemptOutcome, retryAfterMs?: number): void;
}

/** A request that waits until it may be sent. */
export interface LimitedRequest {
  /** One of many reads of a question; others go first. */
  readonly isBackground: boolean;
  /** Keys take turns, and so do the questions with one key. */
  readonly fairnessKey: string;
  /** Identifies the question: the signal of its calls. */
  readonly question: object | undefined;
  readonly ending: Ending | undefined;
}

/** Adapts the rate of all requests to one endpoint to what the endpoint accepts. */
export interface Limiter {
  /** Resolves when the request may be sent. Rejects with the reason of the ending if that comes first. */
  admit(request: LimitedRequest): Promise<Admission>;
}

export interface LimiterOptions {
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
  /** Runs a function after a number of milliseconds. The returned function cancels it. */
  readonly schedule?: (work: () => void, ms: number) => () => void;
}

const INITIAL_CONCURRENCY = 16;
const MAX_CONCURRENCY = 48;
const MIN_CONCURRENCY = 4;
/** Requests per second below which the rate does not fall, and above which it is not limited. */
const MIN_RATE = 0.5;
const MAX_RATE = 2_000;
/** A refusal multiplies the rate by this. */
const REFUSED_RATE_FACTOR = 0.8;
/** The rate grows with the square of the seconds without a refusal: slowly near the limit, fast when the limit has risen. */
const GROWTH = 0.012;
const SECOND_MS = 1_000;
/** Refusals within this time have one cause. */
const ONE_CAUSE_MS = 500;
/** How long all requests wait at least after a refusal; those in the foreground at most `MAX_TURN_MS`. */
const REFUSED_PAUSE_MS = 200;
/** The longest pause that the endpoint can ask for. */
const MAX_PAUSE_MS = 20_000;
/** The longest that the rate delays a request in the foreground. */
const MAX_TURN_MS = 250;

interface WaitingRequest extends LimitedRequest {
  readonly start: (admission: Admission) => void;
  /** Stops its timer, or removes it from the queue. */
  cancel?: () => void;
}

/**
 * A limiter for an endpoint of which nothing is known. Background reads: the concurrency grows while they are answered, and halves
 * after failures and refusals; the first refusal sets their rate to a fifth less than was answered in the second before, and each
 * later one lowers it by a fifth. Other requests wait for the pause that the endpoint asks for, and a moment for their turn.
 */
export function limiter({ now = () => performance.now(), schedule = scheduleTimer }: LimiterOptions = {}): Limiter {
  const queue = fairQueue<WaitingRequest>([({ fairnessKey }) => fairnessKey, ({ question }) => question]);
  const state: State = { now, schedule, queue, pace: newPace(now), running: 0, cancelPump: undefined };
  return {
    admit: (request) =>
      new Promise((resolve, reject) => {
        const { ending } = request;
        if (ending?.isEnded) return reject(ending.reason);
        const unlisten = ending?.onEnd((reason) => {
          waiting.cancel?.();
          reject(reason);
        });
        const waiting: WaitingRequest = {
          ...request,
          start: (admission) => {
            unlisten?.();
            resolve(admission);
          },
        };
        enter(state, waiting);
      }),
  };
}

interface State extends Required<LimiterOptions> {
  /** Background requests that wait. */
  readonly queue: ReturnType<typeof fairQueue<WaitingRequest>>;
  readonly pace: ReturnType<typeof newPace>;
  /** Background requests that were sent and have not ended. */
  running: number;
  /** Cancels the next check of the queue. */
  cancelPump: (() => void) | undefined;
}

/** Queues a background request. Sends a request in the foreground, which waits in no queue, as soon as the pace allows. */
function enter(state: State, waiting: WaitingRequest): void {
  const { queue, pace, schedule } = state;
  if (waiting.isBackground) {
    queue.add(waiting);
    waiting.cancel = () => {
      queue.remove(waiting);
      if (queue.isEmpty) state.cancelPump?.();
    };
    pump(state);
    return;
  }
  const wait = pace.waitInForeground();
  if (wait <= 0) begin(state, waiting);
  else waiting.cancel = schedule(() => begin(state, waiting), wait);
}

/** Sends queued requests, as many as the pace allows now. */
function pump(state: State): void {
  const { queue, pace, schedule } = state;
  state.cancelPump?.();
  state.cancelPump = undefined;
  while (state.running < pace.concurrency() && !queue.isEmpty) {
    const wait = pace.waitInBackground();
    if (wait > 0) {
      state.cancelPump = schedule(() => pump(state), wait);
      return;
    }
    const next = queue.take();
    if (next !== undefined) begin(state, next);
  }
}

function begin(state: State, waiting: WaitingRequest): void {
  const { now, pace } = state;
  const sentAt = now();
  let isDone = false;
  if (waiting.isBackground) {
    state.running += 1;
    pace.sent(sentAt);
  }
  waiting.start({
    done: (outcome, retryAfterMs = 0) => {
      if (isDone) return;
      isDone = true;
      // This request still counts as running. Another that ended just before may have no successor yet.
      const isBusy = state.running >= pace.concurrency() - 1 || !state.queue.isEmpty;
      if (waiting.isBackground) state.running -= 1;
      pace.pause(retryAfterMs);
      if (outcome === 'answered') pace.answered(isBusy && waiting.isBackground);
      else if (outcome === 'refused') pace.refused(sentAt);
      else if (outcome === 'failed') pace.failed();
      pump(state);
    },
  });
}

/** The rate and the concurrency that the answers of an endpoint allow. */
function newPace(now: () => number) {
  let concurrency = INITIAL_CONCURRENCY;
  let hasFailed = false;
  let reducedRate = Number.POSITIVE_INFINITY;
  let reducedAt = Number.NEGATIVE_INFINITY;
  let nextSendTime = 0;
  let pausedUntil = 0;
  /** The times of at least the latest `MAX_RATE` answers. */
  let answers: number[] = [];

  const rateAt = (time: number) => {
    if (reducedRate === Number.POSITIVE_INFINITY) return reducedRate;
    const rate = reducedRate * (1 + GROWTH * ((time - reducedAt) / SECOND_MS) ** 2);
    return rate > MAX_RATE ? Number.POSITIVE_INFINITY : rate;
  };
  const reduceConcurrency = () => {
    hasFailed = true;
    concurrency = Math.max(MIN_CONCURRENCY, Math.floor(concurrency / 2));
  };
  return {
    concurrency: () => Math.floor(concurrency),
    waitInBackground: () => Math.max(nextSendTime, pausedUntil) - now(),
    waitInForeground: () => Math.max(pausedUntil - now(), Math.min(nextSendTime - now(), MAX_TURN_MS)),
    sent: (time: number) => {
      nextSendTime = Math.max(nextSendTime, time) + SECOND_MS / rateAt(time);
    },
    answered: (isBusy: boolean) => {
      const time = now();
      answers.push(time);
      if (answers.length > 2 * MAX_RATE) answers = answers.slice(-MAX_RATE);
      if (isBusy) concurrency = Math.min(MAX_CONCURRENCY, concurrency + (hasFailed ? 1 / concurrency : 1));
    },
    pause: (ms: number) => {
      pausedUntil = Math.max(pausedUntil, now() + Math.min(MAX_PAUSE_MS, ms));
    },
    refused: (sentAt: number) => {
      const time = now();
      nextSendTime = Math.max(nextSendTime, time + REFUSED_PAUSE_MS);
      if (sentAt < reducedAt || time - reducedAt < ONE_CAUSE_MS) return;
      const rate = rateAt(time);
      const seen = recent(answers, time).length;
      reducedRate = Math.max(MIN_RATE, REFUSED_RATE_FACTOR * (rate === Number.POSITIVE_INFINITY ? seen : rate));
      reducedAt = time;
      reduceConcurrency();
    },
    failed: reduceConcurrency,
  };
}

const recent = (times: readonly number[], now: number) => times.filter((time) => now - time <= SECOND_MS);

/** Waiting keeps the process alive, as the request that waits does. */
function scheduleTimer(work: () => void, ms: number): () => void {
  const timer = setTimeout(work, ms);
  return () => clearTimeout(timer);
}

const limiters = new Map<string, Limiter>();
const serviceLimiters = new WeakMap<object, Limiter>();

/** The limiter of an endpoint and an account, as far as the settings name it; one for the whole process. */
export function limiterOf(settings: {
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly profile?: string | undefined;
  readonly service?: object | undefined;
}): Limiter {
  const { region, endpoint, profile, service } = settings;
  if (service !== undefined) return limiterFor(serviceLimiters, service);
  return limiterFor(limiters, JSON.stringify([endpoint ?? region, profile]));
}

function limiterFor<K>(
  all: { get(key: K): Limiter | undefined; set(key: K, value: Limiter): unknown },
  key: K,
): Limiter {
  const present = all.get(key) ?? limiter();
  all.set(key, present);
  return present;
}
