import { ERRORS } from '../operations/errors.ts';
import { FinspaceError, type TransportFailure } from '../operations/failure.ts';
import { route } from '../operations/http.ts';
import { OPERATION_NAMES, type OperationName, operationNamed } from '../operations/index.ts';
import { toolName } from '../operations/naming.ts';
import { listerOf } from '../operations/references.ts';
import { type Diagnosis, ENDPOINT_ADVICE } from './diagnosed-error.ts';

/** What is known about a failed call besides its diagnosis. */
export interface Circumstances {
  readonly attempts: number;
  /** An attempt may have taken effect. */
  readonly outcomeUnknown: boolean;
  readonly httpStatus?: number | undefined;
  readonly requestId?: string | undefined;
}

/** The error for the caller. Only fields chosen here are passed on. */
export function failure(operation: OperationName, diagnosis: Diagnosis, circumstances: Circumstances): FinspaceError {
  const { outcomeUnknown, ...rest } = circumstances;
  const { retryable, advice } = adviceFor(diagnosis);
  const unknownOutcomeFields = { outcomeUnknown: true, retryable: false, advice: checkFirst(operation) };
  return new FinspaceError({
    operation,
    code: diagnosis.code,
    detail: diagnosis.detail,
    ...(diagnosis.reason === undefined ? {} : { reason: diagnosis.reason }),
    retryable,
    advice,
    ...(outcomeUnknown ? unknownOutcomeFields : {}),
    ...rest,
  });
}

function adviceFor({ code, advice }: Diagnosis): { retryable: boolean; advice: string } {
  const declared = { ...ERRORS, ...TRANSPORT_FAILURES }[code];
  return { retryable: declared.retryable, advice: advice ?? declared.advice };
}

function checkFirst(operation: OperationName): string {
  const reader = readerOf(operation);
  const check = reader === undefined ? 'Check the entity' : `Check with ${toolName(reader)}`;
  return `The outcome is unknown: the request may have taken effect. ${check} before you decide to repeat it.`;
}

/**
 * The operation that shows what a mutation did: the read of the same path; for an update of a part of an entity, the read of the entity;
 * or else the list that contains the entity.
 */
function readerOf(operation: OperationName): OperationName | undefined {
  const declared = operationNamed(operation);
  const { path } = route(declared);
  const ofSamePath = OPERATION_NAMES.find((other) => operationNamed(other).http === `GET ${path}`);
  const ofEntity = declared.update === undefined ? undefined : (declared.target?.reader as OperationName | undefined);
  return ofSamePath ?? ofEntity ?? listerOf(operation);
}

const TRANSPORT_FAILURES: Record<TransportFailure, { retryable: boolean; advice: string }> = {
  Aborted: { retryable: true, advice: 'The call was cancelled and changed nothing.' },
  BadResponse: {
    retryable: false,
    advice: ENDPOINT_ADVICE,
  },
  Misconfigured: {
    retryable: false,
    advice: 'Have a person correct the configuration of this server.',
  },
  Rejected: {
    retryable: false,
    advice: 'Have a person check the credentials and the clock of the machine that runs this server.',
  },
  ServiceEnded: {
    retryable: false,
    advice:
      'There are two options: run this server on its local service (--backend local), or name an endpoint that implements the API (--backend aws --endpoint URL).',
  },
  Timeout: { retryable: true, advice: 'The endpoint was too slow. Wait a moment and try again.' },
  Unavailable: { retryable: true, advice: 'The endpoint has an internal error. Wait a moment and try again.' },
  Unreachable: { retryable: true, advice: 'Have a person check the endpoint and the network, then try again.' },
};
