import { type Config, ConfigError } from '../config.ts';
import { FinspaceError } from '../operations/failure.ts';
import type { Call } from '../operations/index.ts';
import { type Seal, sealWith } from '../safety/seal.ts';
import { compositeNamed } from '../tools/composites.ts';
import type { Fleet } from '../transports/fleet/fleet.ts';
import { type Authorize, authorization } from '../transports/http/auth/authorize.ts';
import type { Admits } from '../transports/http/auth/guarded.ts';
import { OPERATIONS_ONLY } from '../transports/http/auth/scopes.ts';
import { staticTokens, TokenFileError } from '../transports/http/auth/tokens.ts';
import type { Observe } from '../transports/http/exchange.ts';
import { type HttpOptions, type HttpServer, serveOverHttp } from '../transports/http/serve.ts';
import { isLoopback } from '../transports/http/settings.ts';
import { prepareBackend } from './backend.ts';
import { type Log, stderrLog } from './log.ts';
import { type ServingOptions, serving } from './serving.ts';
import { targetsOf } from './targets.ts';

const READY_MS = 3_000;

/** `finspace-mcp http`: MCP over HTTP for any number of clients, until the process is asked to stop. */
export async function http(config: Config): Promise<void> {
  const log = stderrLog(config);
  const stop = new Promise<string>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal));
  });
  const server = await openHttp(config, log);
  log.info({ url: config.publicUrl ?? `http://${config.host}:${server.port}/mcp` }, 'serving MCP over HTTP');
  log.info({ signal: await stop }, 'stopping');
  await server.close();
  await log.flushed();
}

/** The server that a configuration describes, listening. Rejects with ConfigError for what is not safe to serve. */
export async function openHttp(
  config: Config,
  log: Log,
  more: Pick<HttpOptions, 'now' | 'timeouts' | 'drainMs'> & Pick<ServingOptions, 'later'> = {},
): Promise<HttpServer> {
  const authorize = authorizationIn(config, more.now);
  const { fleet, seal } = await fleetOf(config, (error) => log.warn({ error: error.message }, 'redis'));
  let server: HttpServer | undefined;
  const watch = watched((name, outcome, ms) => server?.metrics.operation(name, outcome, ms));
  const behind = await Promise.all(
    placesOf(config).map((place) => opened(place, log, { now: more.now, later: more.later, watch, fleet, seal })),
  );
  server = await serveOverHttp({
    ...config,
    ...more,
    authorize,
    served: behind,
    needs: (tool) => OPERATIONS_ONLY(tool) ?? compositeNamed(tool)?.needs,
    settled: async () => void (await Promise.all(behind.map(({ settled }) => settled()))),
    ready: async () => (await Promise.any(behind.map(({ ready }) => ready()))) && ((await fleet?.ready()) ?? true),
    rates: fleet && ((rates) => fleet.rates(rates)),
    onerror: (error) => log.debug({ error: error.message }, 'not served'),
    observe: config.accessLog ? accessLog(log) : undefined,
  });
  const { close: drain } = server;
  return {
    ...server,
    close: async () => {
      await drain();
      await Promise.all(behind.map(({ close }) => close()));
      await fleet?.close();
    },
  };
}

interface PlaceToServe {
  readonly path: string;
  readonly config: Config;
  readonly admits?: Admits | undefined;
}

/** One endpoint, or one for each named target; then there is none that stands for a default. */
function placesOf(config: Config): PlaceToServe[] {
  if (config.targets === undefined) return [{ path: '/mcp', config }];
  return targetsOf(config).map((target) => ({ ...target, path: `/t/${target.alias}/mcp` }));
}

interface Shared extends Omit<ServingOptions, 'remote' | 'shared'> {
  readonly fleet: Fleet | undefined;
  readonly seal: Seal | undefined;
}

async function opened({ path, config, admits }: PlaceToServe, log: Log, { fleet, seal, ...options }: Shared) {
  await prepareBackend(config);
  const shared =
    fleet === undefined || seal === undefined
      ? undefined
      : (openMs: number) => ({ ledger: fleet.ledger(path, openMs), seal, bus: fleet.bus(path) });
  const { serve, direct, settled, close } = serving(config, log, { ...options, remote: true, shared });
  const ready = async () => {
    await direct('ListKxEnvironments', { maxResults: 1 }, { signal: AbortSignal.timeout(READY_MS) });
    return true;
  };
  return { path, serve, admits, settled, close, ready, bus: serve.changes, watch: serve.watch };
}

/** What this replica shares with others; nothing without --redis. */
async function fleetOf({ redis, sealKeys: path }: Config, onerror: (error: Error) => void) {
  if (redis === undefined && path === undefined) return { fleet: undefined, seal: undefined };
  if (redis === undefined || path === undefined)
    throw new ConfigError(`--${redis === undefined ? 'seal-keys: needs --redis' : 'redis: needs --seal-keys'}`);
  const [{ redisFleet }, { SealKeyError, sealKeys }] = await Promise.all([
    import('../transports/fleet/redis.ts'),
    import('../transports/fleet/seal-keys.ts'),
  ]);
  try {
    return { seal: sealWith(sealKeys(path)), fleet: await redisFleet(redis, onerror) };
  } catch (error) {
    throw error instanceof SealKeyError ? new ConfigError(`--seal-keys: ${error.message}`) : error;
  }
}

/** Tells of each call of the backend how it went and how long it took. */
const watched =
  (tell: (name: string, outcome: string, ms: number) => void) =>
  (call: Call): Call =>
  async (name, input, options) => {
    const begun = performance.now();
    let outcome = 'ok';
    try {
      return await call(name, input, options);
    } catch (error) {
      outcome = error instanceof FinspaceError ? error.fields.code : 'error';
      throw error;
    } finally {
      tell(name, outcome, performance.now() - begun);
    }
  };

/** One line per request: who asked for what, and how it went. */
const accessLog =
  (log: Log): Observe =>
  ({ method, path, principal, rpc, tool, refused }, status, ms) =>
    log.info({ method, path, principal, rpc, tool, refused, status, ms: Math.round(ms * 10) / 10 }, 'request');

/** What the configuration says about authorization; undefined where everybody is the local user. */
function authorizationIn(config: Config, now = Date.now): Authorize | undefined {
  const { host, publicUrl, authIssuer: issuer, authJwks: jwks, authAudience: audience, authTokens } = config;
  const reachable = [host, ...(publicUrl === undefined ? [] : [new URL(publicUrl).hostname])];
  const beyond = reachable.find((name) => !isLoopback(name));
  if (issuer === undefined && (jwks ?? audience) !== undefined)
    throw new ConfigError(`--${jwks === undefined ? 'auth-audience' : 'auth-jwks'}: needs --auth-issuer`);
  if (issuer !== undefined && beyond !== undefined && publicUrl === undefined)
    throw new ConfigError(
      '--public-url: needed with --auth-issuer, because tokens have to name this server by its URL',
    );
  if (issuer === undefined && authTokens === undefined) {
    if (beyond !== undefined)
      throw new ConfigError(
        `${beyond === host ? '--host' : '--public-url'}: ${beyond} is not loopback, which needs --auth-issuer or --auth-tokens`,
      );
    return undefined;
  }
  try {
    return authorization({
      issuer,
      jwks,
      audience,
      tokens: authTokens === undefined ? undefined : staticTokens(authTokens),
      now,
    });
  } catch (error) {
    if (error instanceof TokenFileError) throw new ConfigError(`--auth-tokens: ${error.message}`);
    throw error;
  }
}
