import { DEFAULT_LIMITS } from '../finspace/handler.ts';
import { inProcessHandler } from '../finspace/in-process.ts';
import { MAX_ADVANCE_MS } from '../local/clock.ts';
import { DEFAULT_REGION } from '../local/defaults.ts';
import { type LocalOptions, openLocalService } from '../local/index.ts';
import type { Lifecycle } from '../local/lifecycle.ts';
import { listen } from '../local/listen.ts';
import { prepareState } from '../local/state-file.ts';

interface EmbeddedOptions extends Pick<LocalOptions, 'world' | 'quotas' | 'faults' | 'credentials'> {
  readonly lifecycle?: Lifecycle | undefined;
  readonly region?: string | undefined;
  readonly state?: string | undefined;
  readonly port?: number | false | undefined;
}

/** The local service for programs that import this package: in process, and on a loopback port unless `port` is false. */
export async function embeddedService(options: EmbeddedOptions) {
  const { state = ':memory:', lifecycle = 'instant', region = DEFAULT_REGION, port = 0, ...rest } = options;
  prepareState(state);
  const local = await openLocalService({ ...rest, state, lifecycle, region });
  const listening = port === false ? undefined : listen(local.service, { port });
  const listener = await listening?.catch(async (error: unknown) => {
    await local.close();
    throw error;
  });
  const close = async () => {
    await listener?.close();
    await local.close();
  };
  return {
    url: listener === undefined ? 'http://finspace.local' : `http://127.0.0.1:${listener.port}`,
    port: listener?.port,
    region,
    requestHandler: {
      ...inProcessHandler(local.service, DEFAULT_LIMITS),
      updateHttpClientConfig: () => {},
      httpHandlerConfigs: () => ({}),
    },
    clock: {
      now: async () => new Date((await local.clock.read()).now),
      advance: async (milliseconds: number) => {
        if (!Number.isInteger(milliseconds) || milliseconds < 0 || milliseconds > MAX_ADVANCE_MS)
          throw new RangeError(`advance: expects 0 to ${MAX_ADVANCE_MS} whole milliseconds, not ${milliseconds}`);
        return new Date((await local.clock.advance(milliseconds)).now);
      },
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
