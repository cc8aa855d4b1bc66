import { type Config, ConfigError } from '../config.ts';
import { type Authorize, authorization } from '../transports/http/auth/authorize.ts';
import { staticTokens, TokenFileError } from '../transports/http/auth/tokens.ts';
import { type HttpOptions, type HttpServer, serveOverHttp } from '../transports/http/serve.ts';
import { isLoopback } from '../transports/http/settings.ts';
import { type Log, stderrLog } from './log.ts';
import { serving } from './serving.ts';

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
  more: Pick<HttpOptions, 'now' | 'timeouts' | 'drainMs'> = {},
): Promise<HttpServer> {
  const authorize = authorizationIn(config, more.now);
  if (config.backend === 'local') (await import('../local/state-file.ts')).prepareState(config.state);
  const { serve, settled, close } = serving(config, log, more.now);
  const onerror = (error: Error) => log.debug({ error: error.message }, 'not served');
  const server = await serveOverHttp({ ...config, ...more, authorize, serve, settled, onerror });
  return {
    port: server.port,
    close: async () => {
      await server.close();
      await close();
    },
  };
}

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
