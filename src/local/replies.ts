import { ERRORS, type ErrorName } from '../operations/errors.ts';
import type { WireReply } from '../operations/exchange.ts';
import { type OperationName, operationNamed } from '../operations/index.ts';
import { StoreError } from '../sqlite/store-error.ts';
import { ServiceError } from './service-error.ts';
import { WireError } from './wire-error.ts';

/** The reply to a successful operation: always 200, without undefined members. */
export function success(output: object, requestId: string): WireReply {
  return jsonReply(200, output, { 'x-amzn-requestid': requestId });
}

/**
 * The reply to a failed request; `name` is undefined if no operation was found. The message of an unexpected error is never
 * shown.
 */
export function failure(error: unknown, name: OperationName | undefined, requestId: string): WireReply {
  const { status, type, ...body } = errorParts(error, name);
  return jsonReply(
    status,
    { ...body, message: body.message.slice(0, MAX_MESSAGE_LENGTH) },
    { 'x-amzn-requestid': requestId, 'x-amzn-errortype': type },
  );
}

function errorParts(error: unknown, name: OperationName | undefined) {
  if (error instanceof WireError) return { status: error.status, type: error.type, message: error.message };
  const isServiceError = error instanceof ServiceError;
  const errorName = isServiceError ? documentedError(error.error, name) : 'InternalServer';
  const message = isServiceError ? error.message : internalErrorMessage(error);
  const reason = isServiceError && errorName === 'Conflict' ? error.reason : undefined;
  return { status: ERRORS[errorName].status, type: `${errorName}Exception`, message, reason };
}

function internalErrorMessage(error: unknown): string {
  const why = error instanceof StoreError ? error.why : undefined;
  return why === undefined
    ? 'The service had an internal error. Try again.'
    : `The service cannot use its storage (${why}).`;
}

/** A message may repeat a part of the request of any length. */
const MAX_MESSAGE_LENGTH = 4_000;

/** The replacements for errors that an operation does not document. */
const REPLACEMENTS: Partial<Record<ErrorName, ErrorName>> = { Conflict: 'Validation', Validation: 'InvalidRequest' };

function documentedError(error: ErrorName, name: OperationName | undefined): ErrorName {
  if (name === undefined || operationNamed(name).errors.includes(error)) return error;
  const replacement = REPLACEMENTS[error];
  return replacement === undefined ? error : documentedError(replacement, name);
}

export const jsonReply = (status: number, body: object, headers: Record<string, string> = {}): WireReply => ({
  status,
  headers: Object.assign({ 'content-type': 'application/json' }, headers),
  body: Buffer.from(JSON.stringify(body)),
});
