import { randomUUID } from 'node:crypto';
import { isIdempotent } from '../operations/derive.ts';
import { type Call, type OperationName, operationNamed } from '../operations/index.ts';
import { changesNothing } from '../operations/operation.ts';
import { type Bounds, callBounds } from './bounds.ts';
import { type ClientOptions, finspaceClient } from './client.ts';
import { credentialMask } from './credential-mask.ts';
import type { Credentials } from './credentials.ts';
import { diagnose } from './diagnose.ts';
import { DiagnosedError, notAdmitted } from './diagnosed-error.ts';
import { type Circumstances, failure } from './errors.ts';
import type { AttemptOptions } from './handler.ts';
import { type Admission, type AttemptOutcome, limiterOf } from './limiter.ts';
import { withProxyHint } from './proxy.ts';
import { type Backoff, fullJitter } from './retry.ts';

/**
 * A Call over FinspaceClient. Reads, and mutations with a `clientToken`, are retried after a transient failure; the six mutations
 * without one are sent once. Reads that the endpoint refuses for too many requests are retried until the time limit of the call. A
 * call that is rejected for its credentials is retried once if other credentials are available by then. A cancelled read is
 * abandoned; a mutation that was sent cannot be cancelled.
 */
export function finspaceCall(options: ClientOptions): Call {
  const { limits, backoff = fullJitter, limiter = limiterOf(options) } = options;
  const { watch, mask } = credentialMask();
  const { send, credentials } = finspaceClient(options, watch);

  return async (name, input, { signal, untilAborted, fairnessKey = '', isBackground = false } = {}) => {
    const waitMs = untilAborted ? Number.POSITIVE_INFINITY : limits.callMs;
    const bounds = callBounds(waitMs, signal);
    const requested = { fairnessKey, isBackground, question: signal, ending: bounds.ending };
    const { mutates, takesToken } = callKind(name);
    const members = takesToken && input.clientToken === undefined ? { ...input, clientToken: randomUUID() } : input;
    const sending: Sending = {
      mutates,
      maxAttempts: mutates && !takesToken ? 1 : options.maxAttempts,
      bounds,
      signal,
      backoff,
      credentials,
      admit: () => limiter.admit(requested),
      send: (attempt) => send(name, members, attempt) as Promise<Reply>,
      ...NOT_SENT,
    };
    try {
      const admission = await firstAdmission(sending, waitMs);
      // The time limit of the call begins with its admission.
      bounds.restart(limits.callMs);
      return await untilAnswered(sending, admission);
    } catch (thrown) {
      const failed = diagnose(thrown);
      const diagnosis = sending.wasSent ? failed : withProxyHint(failed, hostOf(options), process.env);
      const { attempts, outcomeUnknown } = sending;
      const detail = mask(diagnosis.detail);
      throw failure(name, { ...diagnosis, detail }, { attempts, outcomeUnknown, ...response(thrown, mask) });
    } finally {
      bounds.close();
    }
  };
}

/** The reply of any operation: `never` fits the output of each. */
type Reply = never;

/** A call that is being sent: how, within which limits, and what its attempts have shown so far. */
interface Sending {
  readonly mutates: boolean;
  /** Maximum attempts if failures are transient; more for reads that are refused. */
  readonly maxAttempts: number;
  readonly bounds: Bounds;
  readonly signal: AbortSignal | undefined;
  readonly backoff: Backoff;
  readonly credentials: Credentials | undefined;
  /** Waits until the limiter lets the next attempt be sent. */
  readonly admit: () => Promise<Admission>;
  readonly send: (options: AttemptOptions) => Promise<Reply>;
  attempts: number;
  wasSent: boolean;
  outcomeUnknown: boolean;
  lastFailure: unknown;
}

const NOT_SENT = { attempts: 0, wasSent: false, outcomeUnknown: false, lastFailure: undefined };

/** Makes attempts until one is answered or the last failure rules out another. */
async function untilAnswered(sending: Sending, first: Admission): Promise<Reply> {
  const { bounds } = sending;
  for (let admission: Admission | undefined = first; ; admission = undefined) {
    try {
      return await admittedAttempt(sending, admission ?? (await nextAdmission(sending)));
    } catch (thrown) {
      await bounds.pause(pauseAfter(sending, thrown));
    }
  }
}

async function nextAdmission({ admit, signal, lastFailure }: Sending): Promise<Admission> {
  try {
    return await admit();
  } catch (reason) {
    throw signal?.aborted ? reason : lastFailure;
  }
}

/** One attempt. The limiter learns its outcome, and `sending` what it shows. */
async function admittedAttempt(sending: Sending, admission: Admission): Promise<Reply> {
  const { bounds, mutates, signal } = sending;
  try {
    const reply = await bounds.within(attempt(sending));
    admission.done('answered');
    return reply;
  } catch (thrown) {
    const { mayHaveRun = false, retryAfterMs } = diagnose(thrown);
    admission.done(outcomeOf(thrown, mutates), retryAfterMs);
    sending.outcomeUnknown ||= mutates && sending.wasSent && mayHaveRun;
    const isOver = thrown === bounds.ending.reason && !signal?.aborted;
    const wasRefused = diagnose(sending.lastFailure).transientCause === 'throttled';
    // A read that is refused until its time limit ends with the refusal.
    const keepsRefusal = isOver && wasRefused && !mutates;
    if (!keepsRefusal) sending.lastFailure = thrown;
    throw sending.lastFailure;
  }
}

/** Sends the call; credentials that are rejected are replaced once, which counts as another attempt. */
async function attempt(sending: Sending): Promise<Reply> {
  const { bounds, mutates, credentials } = sending;
  const onSend = () => {
    sending.wasSent = true;
    if (mutates) bounds.commit();
  };
  const send = () => {
    sending.wasSent = false;
    return sending.send({ ending: bounds.ending, onSend });
  };
  const count = () => {
    bounds.ending.throwIfEnded();
    sending.attempts += 1;
  };
  const sendAgain = async () => {
    count();
    return send();
  };
  count();
  return credentials === undefined ? send() : credentials.use(send, sendAgain);
}

/** Milliseconds until the next attempt. Throws the failure if there must not be one. */
function pauseAfter(sending: Sending, thrown: unknown): number {
  const { mutates, attempts, maxAttempts, backoff, bounds } = sending;
  const { transientCause, retryAfterMs = 0 } = diagnose(thrown);
  const isRefused = transientCause === 'throttled' && !mutates;
  if (transientCause === undefined || (attempts >= maxAttempts && !isRefused)) throw thrown;
  const ms = Math.max(
    retryAfterMs,
    backoff(isRefused ? Math.min(attempts, MAX_BACKOFF_ATTEMPT) : attempts, transientCause),
  );
  if (bounds.leaveTimeFor(ms)) return ms;
  throw thrown;
}

/** Waits until the first attempt may be sent. Rejects with a DiagnosedError, which names the time limit of the wait if that is over. */
async function firstAdmission({ admit, signal }: Sending, waitMs: number): Promise<Admission> {
  try {
    return await admit();
  } catch (reason) {
    throw signal?.aborted ? reason : notAdmitted(waitMs);
  }
}

/** What a failed attempt shows about the endpoint. A quota may refuse a mutation as throttled, which says nothing about the rate. */
function outcomeOf(thrown: unknown, mutates: boolean): AttemptOutcome {
  const { transientCause } = diagnose(thrown);
  if (transientCause === 'transient') return 'failed';
  if (transientCause === 'throttled') return mutates ? 'inconclusive' : 'refused';
  return thrown instanceof DiagnosedError && thrown.$metadata.httpStatusCode !== undefined
    ? 'answered'
    : 'inconclusive';
}

/** The pause after a refused read does not grow beyond that of this attempt: the limiter slows down all reads together. */
const MAX_BACKOFF_ATTEMPT = 2;

/** The host that is called: that of the configured endpoint, or else the domain of AWS. */
const hostOf = ({ endpoint }: ClientOptions) => (endpoint === undefined ? 'amazonaws.com' : new URL(endpoint).hostname);

function callKind(name: OperationName): { mutates: boolean; takesToken: boolean } {
  const operation = operationNamed(name);
  return { mutates: !changesNothing(operation.risk), takesToken: isIdempotent(operation) };
}

function response(thrown: unknown, mask: (text: string) => string): Pick<Circumstances, 'httpStatus' | 'requestId'> {
  if (!(thrown instanceof DiagnosedError)) return {};
  const { httpStatusCode: httpStatus, requestId } = thrown.$metadata;
  return { httpStatus, requestId: requestId === undefined ? undefined : mask(requestId) };
}
