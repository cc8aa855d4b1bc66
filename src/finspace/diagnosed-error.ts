import type { ErrorName } from '../operations/errors.ts';
import type { TransportFailure } from '../operations/failure.ts';

/** Transient causes of failure, which decide how long to wait before a retry. */
export type TransientCause = 'throttled' | 'transient';

/** Why an attempt failed, in the terms that decide what happens next. */
export interface Diagnosis {
  readonly code: ErrorName | TransportFailure;
  readonly detail: string;
  /** The kind of a conflict: one word in capitals. */
  readonly reason?: string;
  /** Replaces the advice that belongs to the code. */
  readonly advice?: string;
  /** Present when a retry may succeed. */
  readonly transientCause?: TransientCause;
  /** How long the endpoint asks to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Present when the request may have taken effect, if it was sent. */
  readonly mayHaveRun?: true;
  /** Present when other credentials may be accepted. */
  readonly refusedCredentials?: true;
}

interface ResponseMetadata {
  readonly httpStatusCode?: number;
  readonly requestId?: string;
  /** Set by the SDK's signer when it has learned from the response that its clock was wrong. */
  clockSkewCorrected?: boolean;
}

/** A failure that was diagnosed where it occurred. */
export class DiagnosedError extends Error {
  override readonly name = 'DiagnosedError';
  readonly diagnosis: Diagnosis;
  /** Where the SDK stores the response of an error. */
  readonly $metadata: ResponseMetadata;

  constructor(diagnosis: Diagnosis, $metadata: ResponseMetadata = {}) {
    super(diagnosis.code);
    this.diagnosis = diagnosis;
    this.$metadata = $metadata;
  }
}

/** What to do about an endpoint that replies as no FinSpace endpoint does. */
export const ENDPOINT_ADVICE = 'Have a person check that the configured endpoint speaks the FinSpace API.';

export const cancelled = () => new DiagnosedError({ code: 'Aborted', detail: 'The call was cancelled.' });

export const timedOut = (what: string, ms: number) =>
  new DiagnosedError({
    code: 'Timeout',
    detail: `${what} took longer than ${ms} ms.`,
    transientCause: 'transient',
    mayHaveRun: true,
  });

/** For a call that other calls to the endpoint kept from being sent. */
export const notAdmitted = (ms: number) =>
  new DiagnosedError({
    code: 'Throttling',
    detail: `The endpoint limits requests: the call waited ${ms} ms for its turn and was not sent.`,
    advice: 'Try again when fewer calls are in progress, or request less in one call.',
  });

export const tooLarge = (bytes: number) =>
  new DiagnosedError({ code: 'BadResponse', detail: `The response is larger than ${bytes} bytes.`, mayHaveRun: true });

export const misconfigured = (detail: string, advice?: string) =>
  new DiagnosedError({ code: 'Misconfigured', detail, ...(advice === undefined ? {} : { advice }) });
