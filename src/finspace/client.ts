import { FinspaceClient } from '@aws-sdk/client-finspace';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { NODE_REGION_CONFIG_FILE_OPTIONS, NODE_REGION_CONFIG_OPTIONS } from '@smithy/config-resolver';
import { loadConfig } from '@smithy/node-config-provider';
import type { Service } from '../operations/exchange.ts';
import { misconfigured } from './fault.ts';
import type { Limits } from './handler.ts';
import { inProcessHandler } from './in-process.ts';
import { networkHandler } from './network.ts';
import type { Backoff } from './retry.ts';
import type { Secrets } from './secrets.ts';

/** Where and how to call. With `service`, requests stay in this process and need no credentials. */
export interface ClientOptions {
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly profile?: string | undefined;
  readonly service?: Service | undefined;
  readonly limits: Limits;
  /** Attempts of a call that may be repeated; the others are always sent once. */
  readonly maxAttempts: number;
  readonly backoff?: Backoff | undefined;
}

/** A FinspaceClient that sends each command once; repeating is the caller's. */
export function finspaceClient({ region, endpoint, profile, service, limits }: ClientOptions, watch: Secrets['watch']) {
  const named = profile === undefined ? {} : { profile };
  const reach =
    service === undefined
      ? {
          requestHandler: networkHandler(limits),
          credentialDefaultProvider: (init: object) => watch(defaultProvider({ ...init, ...named })),
          ...(endpoint === undefined ? {} : { endpoint }),
        }
      : { requestHandler: inProcessHandler(service, limits), ...IN_PROCESS };
  return new FinspaceClient({
    region: checked(
      region === undefined
        ? loadConfig(NODE_REGION_CONFIG_OPTIONS, { ...NODE_REGION_CONFIG_FILE_OPTIONS, ...named })
        : async () => region,
    ),
    maxAttempts: 1,
    retryStrategy: { retry: (next, args) => next(args) },
    ...reach,
  });
}

/** Everything that the SDK would otherwise look up in the environment and in ~/.aws. */
const IN_PROCESS = {
  endpoint: 'http://finspace.local',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  useDualstackEndpoint: false,
  useFipsEndpoint: false,
};

/** The region becomes part of a host name, wherever it was configured. */
function checked(provider: () => Promise<string>): () => Promise<string> {
  return async () => {
    const region = await provider().catch(() => '');
    if (region === '') throw misconfigured('No AWS region is configured.');
    if (!/^[a-z0-9]+(?:-[a-z0-9]+){1,5}$/.test(region)) throw misconfigured('The configured AWS region is not one.');
    return region;
  };
}
