import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { isIdempotent } from '../operations/derive.ts';
import { type Call, type OperationName, operationNamed } from '../operations/index.ts';
import { callBounds } from './bounds.ts';
import { type ClientOptions, finspaceClient } from './client.ts';
import { command } from './command.ts';
import { diagnose } from './diagnose.ts';
import { type Circumstances, failure } from './errors.ts';
import { Fault, notAdmitted } from './fault.ts';
import type { AttemptOptions } from './handler.ts';
import { type Admission, type AttemptOutcome, type Limiter, limiterOf, type Requested } from './limiter.ts';
import { withoutProxy } from './proxy.ts';
import { fullJitter } from './retry.ts';
import { secrets } from './secrets.ts';

/**
 * A Call over FinspaceClient. Reads, and mutations with a `clientToken`, are retried after a transient failure; the six mutations
 * without one are sent once. Reads that the endpoint refuses for too many requests are retried until the time limit of the call. A
 * call that is rejected for its credentials is retried once if other credentials are available by then. A cancelled read is
 * abandoned; a mutation that was sent runs to its end.
 */
export function finspaceCall(options: ClientOptions): Call {
  const { limits, backoff = fullJitter, limiter = limiterOf(options) } = options;
  const { watch, mask } = secrets();
  const { client, credentials } = finspaceClient(options, watch);

  return async (name, input, { signal, untilAborted, caller = '', isBackground = false } = {}) => {
    const requested = { caller, isBackground, question: signal };
    // Its turn: the time limit of the call begins with it.
    const wait = untilAborted ? Number.POSITIVE_INFINITY : limits.callMs;
    let turn: Admission | undefined = await firstTurn(limiter, { ...requested, signal }, wait).catch((reason) => {
      throw failure(name, diagnose(reason), { attempts: 0, outcomeUnknown: false });
    });
    const { mutates, tokened } = nature(name);
    const members = tokened && input.clientToken === undefined ? { ...input, clientToken: randomUUID() } : input;
    const most = mutates && !tokened ? 1 : options.maxAttempts;
    const bounds = callBounds(limits.callMs, signal);
    let attempts = 0;
    let sent = false;
    let outcomeUnknown = false;
    let last: unknown;

    const watched: AttemptOptions = {
      abortSignal: bounds.signal,
      onSend: () => {
        sent = true;
        if (mutates) bounds.commit();
      },
    };
    const send = async () => {
      sent = false;
      const reply = await client.send(command(name, members), watched);
      return reply.members as never;
    };
    const counted = <T>(work: () => Promise<T>) => {
      bounds.signal.throwIfAborted();
      attempts += 1;
      return work();
    };
    const attempt = () => (credentials === undefined ? send() : credentials.use(send, () => counted(send)));
    const inTurn = async () => {
      const again = () => limiter.admit({ ...requested, signal: bounds.signal });
      const own =
        turn ??
        (await again().catch((reason) => {
          throw signal?.aborted ? reason : last;
        }));
      turn = undefined;
      try {
        const reply = await bounds.within(counted(attempt));
        own.done('answered');
        return reply;
      } catch (thrown) {
        own.done(outcomeOf(thrown, mutates), diagnose(thrown).retryAfterMs);
        const isOver = thrown === bounds.signal.reason && !signal?.aborted;
        // A read that is refused until its time limit ends with the refusal.
        if (!isOver || mutates || diagnose(last).passing !== 'throttled') last = thrown;
        throw last;
      }
    };
    const pauseAfter = (thrown: unknown): number => {
      const { mayHaveRun = false, passing, retryAfterMs = 0 } = diagnose(thrown);
      outcomeUnknown ||= mutates && sent && mayHaveRun;
      const isRefused = passing === 'throttled' && !mutates;
      if (passing === undefined || (attempts >= most && !isRefused)) throw thrown;
      const ms = Math.max(retryAfterMs, backoff(isRefused ? Math.min(attempts, QUICKLY) : attempts, passing));
      if (bounds.leaveTimeFor(ms)) return ms;
      throw thrown;
    };

    try {
      for (;;) {
        try {
          return await inTurn();
        } catch (thrown) {
          await bounds.within(pause(pauseAfter(thrown), undefined, { signal: bounds.signal }));
        }
      }
    } catch (thrown) {
      const seen = diagnose(thrown);
      const diagnosis = sent ? seen : withoutProxy(seen, hostOf(options), process.env);
      const detail = mask(diagnosis.detail);
      throw failure(name, { ...diagnosis, detail }, { attempts, outcomeUnknown, ...response(thrown, mask) });
    } finally {
      bounds.close();
    }
  };
}

/** Waits until the call may be sent, for so many milliseconds at most. Rejects with a Fault. */
async function firstTurn(limiter: Limiter, requested: Requested, ms: number): Promise<Admission> {
  const bounds = callBounds(ms, requested.signal);
  try {
    return await limiter.admit({ ...requested, signal: bounds.signal });
  } catch (reason) {
    throw requested.signal?.aborted ? reason : notAdmitted(ms);
  } finally {
    bounds.close();
  }
}

/** What a failed attempt shows about the endpoint. A quota may refuse a mutation as throttled, which says nothing about the rate. */
function outcomeOf(thrown: unknown, mutates: boolean): AttemptOutcome {
  const { passing } = diagnose(thrown);
  if (passing === 'transient') return 'failed';
  if (passing === 'throttled') return mutates ? 'left' : 'refused';
  return thrown instanceof Fault && thrown.$metadata.httpStatusCode !== undefined ? 'answered' : 'left';
}

/** The pause after a refused read does not grow beyond that of this attempt: the limiter slows down all reads together. */
const QUICKLY = 2;

/** The host that is called; the AWS host unless an endpoint is configured. */
const hostOf = ({ endpoint }: ClientOptions) => (endpoint === undefined ? 'amazonaws.com' : new URL(endpoint).hostname);

function nature(name: OperationName): { mutates: boolean; tokened: boolean } {
  const operation = operationNamed(name);
  return { mutates: operation.risk !== 'read' && operation.risk !== 'reveal', tokened: isIdempotent(operation) };
}

function response(thrown: unknown, mask: (text: string) => string): Pick<Circumstances, 'httpStatus' | 'requestId'> {
  if (!(thrown instanceof Fault)) return {};
  const { httpStatusCode: httpStatus, requestId } = thrown.$metadata;
  return { httpStatus, requestId: requestId === undefined ? undefined : mask(requestId) };
}
