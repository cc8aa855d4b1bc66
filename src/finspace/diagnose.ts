import { type Diagnosis, Fault } from './fault.ts';

/** What is wrong, for whatever an attempt threw. Nothing of an unknown error's text gets through. */
export function diagnose(thrown: unknown): Diagnosis {
  if (thrown instanceof Fault) {
    const { diagnosis, $metadata } = thrown;
    return $metadata.clockSkewCorrected && diagnosis.code === 'Rejected'
      ? { ...diagnosis, passing: 'transient' }
      : diagnosis;
  }
  const error = Object(thrown) as { name?: unknown; code?: unknown; hostname?: unknown };
  if (CREDENTIAL_ERRORS.has(String(error.name)) || '$fault' in error)
    return { code: 'Misconfigured', detail: 'The default provider chain gave no AWS credentials.' };
  if (error.name === 'EndpointError')
    return { code: 'Misconfigured', detail: 'The settings for region and endpoint contradict each other.' };
  return systemError(String(error.code), String(error.hostname)) ?? UNKNOWN;
}

/** `$fault` marks what an AWS service said to a credentials provider; FinSpace's own answers arrive as a Fault. */
const CREDENTIAL_ERRORS = new Set(['CredentialsProviderError', 'ProviderError', 'TokenProviderError']);

const UNKNOWN: Diagnosis = {
  code: 'Unreachable',
  detail: 'The request failed for a reason that this server does not know.',
  mayHaveRun: true,
};

function systemError(code: string, hostname: string): Diagnosis | undefined {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return AWS_HOST.test(hostname) ? SERVICE_ENDED : NO_SUCH_HOST;
  return SYSTEM_ERRORS.find(([codes]) => codes.test(code))?.[1];
}

const AWS_HOST = /\.(?:amazonaws\.com(?:\.cn)?|api\.aws)$/;
const SERVICE_ENDED: Diagnosis = {
  code: 'ServiceEnded',
  detail: 'AWS ended Amazon FinSpace on 2026-10-07; its host names no longer resolve.',
};
const NO_SUCH_HOST: Diagnosis = { code: 'Unreachable', detail: 'The host name of the endpoint does not resolve.' };

/** The codes of Node's own errors. */
const SYSTEM_ERRORS: readonly (readonly [RegExp, Diagnosis])[] = [
  [
    /^ECONNREFUSED$/,
    {
      code: 'Unreachable',
      detail: 'Nothing listens at the endpoint (connection refused).',
      passing: 'transient',
    },
  ],
  [
    /^(?:ECONNRESET|EPIPE|ERR_STREAM_PREMATURE_CLOSE)$/,
    {
      code: 'Unreachable',
      detail: 'The connection broke before a reply came.',
      passing: 'transient',
      mayHaveRun: true,
    },
  ],
  [
    /^ETIMEDOUT$/,
    { code: 'Timeout', detail: 'No reply came within the time limit.', passing: 'transient', mayHaveRun: true },
  ],
  [/^(?:ENETUNREACH|EHOSTUNREACH)$/, { code: 'Unreachable', detail: 'There is no network route to the endpoint.' }],
  [
    /^(?:ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|EPROTO)/,
    { code: 'Misconfigured', detail: 'The TLS certificate or protocol of the endpoint is not acceptable.' },
  ],
  [/^HPE_/, { code: 'BadResponse', detail: 'The endpoint does not speak HTTP.', mayHaveRun: true }],
];
