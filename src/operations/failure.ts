import { ERRORS, type ErrorName } from './errors.ts';
import type { OperationName } from './index.ts';

/**
 * Why a call failed when no modelled FinSpace error says so. `Rejected`: the endpoint or a proxy refused the request, for example its
 * credentials. `ServiceEnded`: it went to AWS, which closed FinSpace. `Unavailable`: the endpoint replied with HTTP 5xx.
 */
export type TransportFailure =
  | 'Aborted'
  | 'BadResponse'
  | 'Misconfigured'
  | 'Rejected'
  | 'ServiceEnded'
  | 'Timeout'
  | 'Unavailable'
  | 'Unreachable';

export interface FailureFields {
  readonly operation: OperationName;
  /** `Withheld`: restricted by this server, not by the service. */
  readonly code: ErrorName | TransportFailure | 'Withheld';
  /** The service's text for a modelled error, or ours; never the text of an unknown error. */
  readonly detail: string;
  /** The kind of a conflict, if the service states it: a word such as INVALID_STATE. */
  readonly reason?: string | undefined;
  readonly retryable: boolean;
  /** What to do next, in one or two sentences. */
  readonly advice: string;
  /** True when the request may have taken effect although no reply came. */
  readonly outcomeUnknown?: boolean;
  /** True when a read before a change failed, so that the change was not sent. */
  readonly notSent?: boolean;
  readonly httpStatus?: number | undefined;
  readonly requestId?: string | undefined;
  readonly attempts?: number | undefined;
}

/** The only error that a {@link Call} rejects with. Its fields are chosen one by one, so that nothing else can leak through it. */
export class FinspaceError extends Error {
  override readonly name = 'FinspaceError';
  readonly fields: FailureFields;

  constructor(fields: FailureFields) {
    super(`${fields.operation}: ${wireName(fields.code)}: ${fields.detail}`);
    this.fields = fields;
  }
}

/** Whether a call failed because an entity that it names does not exist. */
export const isNotFound = (error: unknown): error is FinspaceError =>
  error instanceof FinspaceError && error.fields.code === 'ResourceNotFound';

/** `ResourceNotFoundException` for a modelled error; our own codes stay unchanged. */
export function wireName(code: FailureFields['code']): string {
  return Object.hasOwn(ERRORS, code) ? `${code}Exception` : code;
}
