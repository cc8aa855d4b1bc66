/** The ten errors that FinSpace models, without the `Exception` suffix of their wire names. */
export type ErrorName = keyof typeof ERRORS;

/** Properties of each modelled error: its HTTP status, whether a retry may help, and what an agent should do next. */
export const ERRORS = {
  AccessDenied: {
    status: 403,
    retryable: false,
    advice: 'The credentials of this server do not allow this. A person must grant the permission.',
  },
  Conflict: {
    status: 409,
    retryable: false,
    advice:
      'The entity is in a state that does not allow this, or the name is in use. Read its current state before you try again.',
  },
  InternalServer: {
    status: 500,
    retryable: true,
    advice: 'The service had an internal error. Wait a moment and try again.',
  },
  InvalidRequest: {
    status: 400,
    retryable: false,
    advice: 'The request is malformed. Correct the arguments that the message names.',
  },
  LimitExceeded: {
    status: 400,
    retryable: false,
    advice:
      'A quota is used up. Remove something that is not needed, wait for what is in progress, or have a person raise the quota.',
  },
  ResourceAlreadyExists: {
    status: 409,
    retryable: false,
    advice: 'An entity with that name already exists. Use it, or choose another name.',
  },
  ResourceNotFound: {
    status: 404,
    retryable: false,
    advice: 'An entity that the arguments name does not exist. find_kx_entities shows which ones exist.',
  },
  ServiceQuotaExceeded: {
    status: 402,
    retryable: false,
    advice: 'An account quota is used up. A person must raise it or delete an environment.',
  },
  Throttling: {
    status: 429,
    retryable: true,
    advice: 'Too many requests. Wait a few seconds and try again.',
  },
  Validation: {
    status: 400,
    retryable: false,
    advice: 'An argument breaks a rule of the service. Correct what the message names.',
  },
} as const satisfies Record<string, { status: number; retryable: boolean; advice: string }>;

/** The errors of a create that rejects a name in use with ResourceAlreadyExists, not with Conflict. */
export const CREATE_ERRORS: readonly ErrorName[] = [
  'AccessDenied',
  'Conflict',
  'LimitExceeded',
  'ResourceAlreadyExists',
  'ResourceNotFound',
  'Throttling',
  'Validation',
];

/** `ResourceNotFound` for `ResourceNotFoundException`; undefined for a name that FinSpace does not model. */
export function errorNamed(wireName: string): ErrorName | undefined {
  const name = wireName.replace(/Exception$/, '');
  return wireName !== name && Object.hasOwn(ERRORS, name) ? (name as ErrorName) : undefined;
}
