import { FinspaceClient } from '@aws-sdk/client-finspace';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { NODE_REGION_CONFIG_OPTIONS } from '@smithy/config-resolver';
import { loadConfig } from '@smithy/node-config-provider';
import { type Handler, inProcessHandler, type Limits, networkHandler } from './handler.ts';

/** Where and how to call. With `service`, requests stay in this process and need no credentials. */
export interface ClientOptions {
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly profile?: string | undefined;
  readonly service?: ((request: Request) => Promise<Response>) | undefined;
  readonly limits: Limits;
  /** Attempts of a call that may be repeated; the others are always sent once. */
  readonly maxAttempts: number;
}

/** A FinspaceClient that sends each request up to `attempts` times. */
export function finspaceClient(options: ClientOptions, handler: Handler, attempts: number): FinspaceClient {
  const { region, endpoint, profile, service } = options;
  const local = { credentials: { accessKeyId: 'local', secretAccessKey: 'local' }, endpoint: 'http://finspace.local' };
  return new FinspaceClient({
    region: region ?? loadConfig(NODE_REGION_CONFIG_OPTIONS, profile === undefined ? {} : { profile }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(profile === undefined ? {} : { credentialDefaultProvider: (init) => defaultProvider({ ...init, profile }) }),
    ...(service === undefined ? {} : local),
    requestHandler: handler,
    retryStrategy: retryStrategy(attempts),
  });
}

/** The handler that `options` ask for. */
export function handlerFor({ service, limits }: ClientOptions): Handler {
  return service === undefined ? networkHandler(limits) : inProcessHandler(service, limits);
}

interface RetryToken {
  getRetryCount(): number;
  getRetryDelay(): number;
}

/**
 * A fixed number of attempts with full jitter. The SDK's standard strategy would also repeat after LimitExceeded, which is
 * a quota here and no throttle, and would make fewer attempts the more other calls have failed.
 */
function retryStrategy(attempts: number) {
  const token = (count: number, delay: number): RetryToken => ({
    getRetryCount: () => count,
    getRetryDelay: () => delay,
  });
  return {
    acquireInitialRetryToken: async () => token(0, 0),
    refreshRetryTokenForRetry: async (
      last: RetryToken,
      { errorType, error }: { errorType: string; error?: { name?: string } },
    ) => {
      const made = last.getRetryCount() + 1;
      const hopeless = errorType === 'CLIENT_ERROR' || error?.name === 'LimitExceededException';
      if (made >= attempts || hopeless) throw new Error('no retry');
      const base = errorType === 'THROTTLING' ? 500 : 100;
      return token(made, Math.random() * Math.min(20_000, base * 2 ** made));
    },
    recordSuccess: () => {},
  };
}
