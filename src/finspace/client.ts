import { FinspaceClient } from '@aws-sdk/client-finspace';
import type { HttpRequest } from '@smithy/protocol-http';
import type { Service } from '../operations/exchange.ts';
import { lazy } from '../operations/operation.ts';
import { type Send, sender } from './command.ts';
import { requireUsableProfile } from './credential-errors.ts';
import type { CredentialMask } from './credential-mask.ts';
import { type Credentials, credentials } from './credentials.ts';
import { misconfigured } from './diagnosed-error.ts';
import type { Limits } from './handler.ts';
import { inProcessHandler } from './in-process.ts';
import type { Limiter } from './limiter.ts';
import { networkHandler } from './network.ts';
import { environmentRegion, isRegion } from './region.ts';
import type { Backoff } from './retry.ts';
import { Sha256 } from './sha256.ts';
import { sharedProfile } from './shared-profile.ts';

/** Where and how to call. With `service`, requests stay in this process and need no credentials. */
export interface ClientOptions {
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly profile?: string | undefined;
  readonly service?: Service | undefined;
  readonly limits: Limits;
  /** Maximum attempts of a call that may be retried; other calls are sent once. */
  readonly maxAttempts: number;
  readonly backoff?: Backoff | undefined;
  /** By default, the one of the endpoint and the profile. */
  readonly limiter?: Limiter | undefined;
}

/** A client's requests and the credentials that it signs with; requests that stay in this process need none. */
interface Client {
  readonly send: Send;
  readonly credentials: Credentials | undefined;
}

/** A FinspaceClient, which sends each command once; retries are the caller's task. */
export function finspaceClient(options: ClientOptions, watch: CredentialMask['watch']): Client {
  const { region, endpoint, profile, service, limits } = options;
  /** Set while the SDK constructs the client. Without it, rejected credentials would not be read again. */
  let source: Credentials | undefined;
  const transport =
    service === undefined
      ? {
          requestHandler: networkHandler(limits),
          credentialDefaultProvider: (init: object) => {
            source = credentials(profile, init, watch);
            return source.current;
          },
          sha256: Sha256,
          ...(endpoint === undefined ? {} : { endpoint }),
        }
      : { requestHandler: inProcessHandler(service, limits), ...IN_PROCESS };
  const client = new FinspaceClient({
    region: firstResult(
      validRegion(async () => region ?? environmentRegion(process.env) ?? (await profileRegion(profile))),
    ),
    ...transport,
  });
  sendOnce(client);
  if (service === undefined) keepSigner(client);
  else stayInProcess(client);
  return { send: sender(client), credentials: source };
}

/**
 * Leaves out the retries of the SDK, its log, which nobody reads, its user agent, and what only has an effect within AWS Lambda. The
 * retries are replaced instead of removed, because the positions of other middleware refer to them.
 */
function sendOnce({ middlewareStack }: FinspaceClient): void {
  for (const name of ['loggerMiddleware', 'getUserAgentMiddleware']) middlewareStack.remove(name);
  if (process.env['AWS_LAMBDA_FUNCTION_NAME'] === undefined) middlewareStack.remove('recursionDetectionMiddleware');
  middlewareStack.add((next) => next, {
    name: 'retryMiddleware',
    step: 'finalizeRequest',
    priority: 'high',
    override: true,
  });
}

/** Builds one signer: each request names its region and service to it, and the signer asks for the current credentials. */
function keepSigner({ config }: FinspaceClient): void {
  config.signer = firstResult(config.signer);
}

/** What a call of `work` resolved to first; a failure is not kept. */
function firstResult<A extends unknown[], T>(work: (...args: A) => Promise<T>): (...args: A) => Promise<T> {
  let first: { readonly value: T } | undefined;
  return async (...args) => {
    if (first !== undefined) return first.value;
    const value = await work(...args);
    first ??= { value };
    return first.value;
  };
}

const ENDPOINT = 'http://finspace.local';
const RESOLVED = { url: new URL(ENDPOINT) };
/** Everything but the region that the SDK would otherwise read from the environment and from ~/.aws. */
const IN_PROCESS = {
  endpoint: ENDPOINT,
  endpointProvider: () => RESOLVED,
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  useDualstackEndpoint: false,
  useFipsEndpoint: false,
};

/** The middleware of the SDK that a request within this process does not need; signatures are not checked there. */
const ONLY_FOR_NETWORKS = [
  'retryMiddleware',
  'contentLengthMiddleware',
  'hostHeaderMiddleware',
  'httpAuthSchemeMiddleware',
  'httpSigningMiddleware',
];

/** Leaves out what only a network needs. In place of a signature, requests carry its scope, whose region names the world. */
function stayInProcess({ config, middlewareStack }: FinspaceClient): void {
  for (const name of ONLY_FOR_NETWORKS)
    if (!middlewareStack.remove(name)) throw new Error(`The AWS client has no middleware ${name}.`);
  const scope = lazy(
    async () => `AWS4-HMAC-SHA256 Credential=local/19700101/${await config.region()}/finspace/aws4_request`,
  );
  middlewareStack.add(
    (next) => async (args) => {
      (args.request as HttpRequest).headers['authorization'] = await scope();
      return next(args);
    },
    { step: 'finalizeRequest', name: 'scope' },
  );
}

async function profileRegion(chosen: string | undefined): Promise<string> {
  const profile = await sharedProfile(chosen);
  requireUsableProfile(profile);
  return profile.settings?.['region'] ?? '';
}

function validRegion(provider: () => Promise<string>): () => Promise<string> {
  return async () => {
    const region = await provider();
    if (region === '') throw misconfigured('No AWS region is configured.', REGION_ADVICE);
    if (!isRegion(region)) throw misconfigured('The configured AWS region is not a valid region name.', REGION_ADVICE);
    return region;
  };
}

const REGION_ADVICE =
  'Have a person name the region, such as us-east-1, with --region, AWS_REGION, AWS_DEFAULT_REGION, or region in the AWS profile.';
