import { ERRORS, type ErrorName, errorNamed } from '../operations/errors.ts';
import { type FailureFields, FinspaceError, type TransportFailure } from '../operations/failure.ts';
import { type OperationName, operationNamed } from '../operations/index.ts';
import { listerOf, toolName } from '../operations/naming.ts';

interface ResponseMetadata {
  readonly httpStatusCode?: number | undefined;
  readonly requestId?: string | undefined;
  readonly attempts?: number | undefined;
}

/** An error response, in the form in which the SDK's retry middleware recognises what may be retried. */
export class ServiceRefusal extends Error {
  override readonly name: string;
  readonly $metadata: ResponseMetadata;

  constructor(name: string, message: string, $metadata: ResponseMetadata) {
    super(message);
    this.name = name;
    this.$metadata = $metadata;
  }
}

/** A success response that is not what FinSpace answers. */
export class BadResponse extends Error {
  override readonly name = 'BadResponse';
  readonly $metadata: ResponseMetadata;

  constructor($metadata: ResponseMetadata) {
    super('not a FinSpace response');
    this.$metadata = $metadata;
  }
}

/** The FinspaceError for whatever a call threw. Only fields chosen here get through. */
export function failure(operation: OperationName, thrown: unknown): FinspaceError {
  const error = (thrown ?? {}) as {
    name?: string;
    code?: string;
    message?: string;
    hostname?: string;
    $metadata?: ResponseMetadata;
  };
  const http = {
    httpStatus: error.$metadata?.httpStatusCode,
    requestId: error.$metadata?.requestId,
    attempts: error.$metadata?.attempts,
  };
  const modelled = error instanceof ServiceRefusal ? errorNamed(error.name) : undefined;
  if (modelled !== undefined)
    return new FinspaceError({ ...modelledFields(operation, modelled, error.message ?? ''), ...http });

  const [code, detail] = diagnose(error);
  const mayHaveRun = operationNamed(operation).risk !== 'read' && LOST_REPLY.has(code) && error.code !== 'ECONNREFUSED';
  return new FinspaceError({
    operation,
    code,
    detail,
    retryable: TRANSPORT_ADVICE[code].retryable,
    advice: mayHaveRun ? outcomeAdvice(operation) : TRANSPORT_ADVICE[code].advice,
    ...(mayHaveRun ? { outcomeUnknown: true, retryable: false } : {}),
    ...http,
  });
}

function modelledFields(operation: OperationName, code: ErrorName, message: string): FailureFields {
  const { retryable, advice } = ERRORS[code];
  const lister = code === 'ResourceNotFound' ? listerOf(operation) : undefined;
  return {
    operation,
    code,
    detail: message === '' ? 'The service gave no reason.' : message,
    retryable,
    advice: lister === undefined ? advice : `${advice} Next: ${toolName(lister)}.`,
  };
}

const outcomeAdvice = (operation: OperationName) =>
  `The outcome is unknown: the request may have taken effect. Check${checkWith(operation)} before you decide to repeat it.`;

function checkWith(operation: OperationName): string {
  const lister = listerOf(operation);
  return lister === undefined ? ' the entity' : ` with ${toolName(lister)}`;
}

/** Failures after which a request may have reached the service although no usable reply came back. */
const LOST_REPLY: ReadonlySet<string> = new Set<TransportFailure>([
  'BadResponse',
  'Timeout',
  'Unreachable',
  'Unavailable',
]);

const TRANSPORT_ADVICE: Record<TransportFailure, { retryable: boolean; advice: string }> = {
  Aborted: { retryable: true, advice: 'The call was cancelled before it was sent. Nothing happened.' },
  BadResponse: {
    retryable: false,
    advice: 'Have a person check that the configured endpoint speaks the FinSpace API.',
  },
  Misconfigured: {
    retryable: false,
    advice: 'Have a person correct the configuration of this server; repeating will not help.',
  },
  Rejected: {
    retryable: false,
    advice: 'Have a person check the credentials and the clock of the machine that runs this server.',
  },
  ServiceEnded: {
    retryable: false,
    advice:
      'Two ways on: run this server on its embedded service (--backend local), or name an endpoint that implements the API (--backend aws --endpoint URL).',
  },
  Timeout: { retryable: true, advice: 'The endpoint was too slow. Wait a little and try again.' },
  Unavailable: { retryable: true, advice: 'The endpoint is failing by itself. Wait a little and try again.' },
  Unreachable: { retryable: true, advice: 'Have a person check the endpoint and the network, then try again.' },
};

type Unknown = { name?: string; code?: string; hostname?: string; $metadata?: ResponseMetadata };

function diagnose(error: Unknown): [TransportFailure, string] {
  const status = error.$metadata?.httpStatusCode;
  if (error instanceof BadResponse)
    return ['BadResponse', 'The endpoint answered something that is not a FinSpace response.'];
  if (status !== undefined && status >= 500) return ['Unavailable', `The endpoint failed with HTTP ${status}.`];
  if (status !== undefined)
    return ['Rejected', REJECTIONS[error.name ?? ''] ?? `The endpoint refused the request with HTTP ${status}.`];
  return diagnoseWithoutResponse(error);
}

function diagnoseWithoutResponse({ name, code, hostname }: Unknown): [TransportFailure, string] {
  if (name === 'ResponseTooLarge') return ['BadResponse', 'The response was larger than the limit.'];
  if (name === 'CredentialsProviderError')
    return ['Misconfigured', 'No AWS credentials were found in the default provider chain.'];
  if (name === 'AbortError') return ['Aborted', 'The call was cancelled.'];
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return hostname?.endsWith('.amazonaws.com')
      ? ['ServiceEnded', `AWS ended Amazon FinSpace on 2026-10-07; its host names no longer resolve.`]
      : ['Unreachable', 'The host name of the endpoint does not resolve.'];
  }
  if (code === 'ECONNREFUSED') return ['Unreachable', 'Nothing listens at the endpoint (connection refused).'];
  if (code !== undefined && /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)|EPROTO/.test(code)) {
    return ['Misconfigured', 'The TLS certificate or protocol of the endpoint is not acceptable.'];
  }
  if (code === 'ECONNRESET' || code === 'EPIPE') return ['Unreachable', 'The connection broke before a reply came.'];
  if (name === 'TimeoutError' || code === 'ETIMEDOUT') return ['Timeout', 'No reply came within the time limit.'];
  return ['Unreachable', 'The request failed for a reason that this server does not know.'];
}

/** What the AWS names of refusals outside FinSpace's own ten errors mean. */
const REJECTIONS: Record<string, string> = {
  ExpiredToken: 'The session credentials have expired.',
  ExpiredTokenException: 'The session credentials have expired.',
  IncompleteSignature: 'The request signature is incomplete.',
  InvalidClientTokenId: 'The access key is not known.',
  InvalidSignatureException: 'The request signature does not match; the secret key or the clock is wrong.',
  MissingAuthenticationTokenException: 'The request was not signed.',
  RequestExpired: 'The request came too late; the clock of this machine is wrong.',
  RequestTimeTooSkewed: 'The clock of this machine is too far from that of the endpoint.',
  SignatureDoesNotMatch: 'The request signature does not match; the secret key or the clock is wrong.',
  UnknownOperationException: 'The endpoint does not know this operation.',
  UnrecognizedClientException: 'The access key is not known.',
};
