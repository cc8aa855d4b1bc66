import { DiagnosedError, type Diagnosis } from './diagnosed-error.ts';

/** What is wrong, for any error of an attempt. The text of an unknown error is never passed on. */
export function diagnose(thrown: unknown): Diagnosis {
  if (thrown instanceof DiagnosedError) {
    const { diagnosis, $metadata } = thrown;
    return $metadata.clockSkewCorrected && diagnosis.code === 'Rejected'
      ? { ...diagnosis, transientCause: 'transient' }
      : diagnosis;
  }
  const error = Object(thrown) as { name?: unknown; code?: unknown; hostname?: unknown; message?: unknown };
  if (error.name === 'EndpointError')
    return { code: 'Misconfigured', detail: 'The settings for region and endpoint contradict each other.' };
  // The parse errors of undici have a name, but no code.
  const code = INCOMPLETE_REPLY.test(String(error.message)) ? 'UND_ERR_SOCKET' : String(error.code ?? error.name);
  return systemError(code, String(error.hostname)) ?? UNKNOWN;
}

/** How undici reports that the connection was closed in the middle of a chunk, if the endpoint had announced to close it. */
const INCOMPLETE_REPLY = /\(Invalid EOF state\)$/;

const UNKNOWN: Diagnosis = {
  code: 'Unreachable',
  detail: 'The request failed for an unknown reason.',
  mayHaveRun: true,
};

function systemError(code: string, hostname: string): Diagnosis | undefined {
  if (code === 'ENOTFOUND') return FINSPACE_HOST.test(hostname) ? SERVICE_ENDED : NO_SUCH_HOST;
  return SYSTEM_ERRORS.find(([codes]) => codes.test(code))?.[1];
}

const FINSPACE_HOST = /(?:^|\.)finspace(?:-[a-z]+)?\.(?:[a-z0-9-]+\.)+(?:amazonaws\.com(?:\.cn)?|api\.aws)$/;
const SERVICE_ENDED: Diagnosis = {
  code: 'ServiceEnded',
  detail: 'AWS ended Amazon FinSpace on 2026-10-07; its host names no longer resolve.',
};
const NO_SUCH_HOST: Diagnosis = {
  code: 'Unreachable',
  detail: 'The host name of the endpoint does not resolve.',
  advice: 'Have a person check the host name in --endpoint, and whether this machine resolves it (DNS, VPN).',
};

/** The codes of the errors of Node and undici. */
const SYSTEM_ERRORS: readonly (readonly [RegExp, Diagnosis])[] = [
  [
    /^ECONNREFUSED$/,
    {
      code: 'Unreachable',
      detail: 'Nothing listens at the endpoint (connection refused).',
      transientCause: 'transient',
    },
  ],
  [
    /^(?:ECONNRESET|EPIPE|UND_ERR_SOCKET|UND_ERR_RES_CONTENT_LENGTH_MISMATCH)$/,
    {
      code: 'Unreachable',
      detail: 'The connection broke before a reply came.',
      transientCause: 'transient',
      mayHaveRun: true,
    },
  ],
  [
    /^ETIMEDOUT$/,
    { code: 'Timeout', detail: 'No reply came within the time limit.', transientCause: 'transient', mayHaveRun: true },
  ],
  [
    /^EAI_AGAIN$/,
    {
      code: 'Unreachable',
      detail: 'The name servers (DNS) of this machine do not reply.',
      advice: 'Have a person check the network and the DNS settings of this machine, then try again.',
      transientCause: 'transient',
    },
  ],
  [/^(?:ENETUNREACH|EHOSTUNREACH)$/, { code: 'Unreachable', detail: 'There is no network route to the endpoint.' }],
  [
    /^(?:DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/,
    {
      code: 'Misconfigured',
      detail: 'The TLS certificate of the endpoint is from an authority that this machine does not trust.',
      advice:
        'Have a person set NODE_EXTRA_CA_CERTS to a file with the certificate of that authority. A proxy that inspects TLS has an authority of its own.',
    },
  ],
  [
    /^CERT_(?:HAS_EXPIRED|NOT_YET_VALID)$/,
    {
      code: 'Misconfigured',
      detail: 'The TLS certificate of the endpoint has expired or is not valid yet.',
      advice: 'Have a person renew the certificate, or correct the clock of the machine that runs this server.',
    },
  ],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    {
      code: 'Misconfigured',
      detail: 'The TLS certificate of the endpoint is for another host name.',
      advice: 'Have a person check the host name in --endpoint.',
    },
  ],
  [
    /^(?:ERR_TLS|ERR_SSL|CERT_|EPROTO)/,
    {
      code: 'Misconfigured',
      detail: 'The TLS certificate or protocol of the endpoint is not acceptable.',
      advice: 'Have a person check --endpoint: whether its port speaks TLS (https) or not (http, on loopback only).',
    },
  ],
  [/^HTTPParserError$/, { code: 'BadResponse', detail: 'The endpoint does not speak HTTP.', mayHaveRun: true }],
  [
    /^UND_ERR_HEADERS_OVERFLOW$/,
    { code: 'BadResponse', detail: 'The headers of the response are too large.', mayHaveRun: true },
  ],
];
