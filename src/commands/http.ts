import { readFileSync } from 'node:fs';
import { approvalsUrl } from '../approval-page/web.ts';
import { type Config, ConfigError } from '../config.ts';
import { digest } from '../digest.ts';
import { isLoopback } from '../loopback.ts';
import { FinspaceError } from '../operations/failure.ts';
import type { Call } from '../operations/index.ts';
import { serverSignature } from '../safety/server-signature.ts';
import { keyName, type StateSigners, stateSigners } from '../safety/state-signer.ts';
import { StoreError } from '../sqlite/store-error.ts';
import type { SharedStore } from '../store/store.ts';
import { compositeNamed } from '../tools/composites.ts';
import { causeOf } from '../transports/cause.ts';
import { type Authorization, authorization } from '../transports/http/auth/authorize.ts';
import { type AllowedScopes, operationOfTool } from '../transports/http/auth/scopes.ts';
import { staticTokens, TokenFileError } from '../transports/http/auth/tokens.ts';
import type { Observe } from '../transports/http/exchange.ts';
import { NotReady } from '../transports/http/probes.ts';
import { type RateLimiter, type Rates, rateLimiter } from '../transports/http/rates.ts';
import { baseUrl, type HttpOptions, type HttpServer, serveOverHttp } from '../transports/http/serve.ts';
import { approverRules } from './approver-rules.ts';
import { checkSettings } from './check-settings.ts';
import { type Log, roundedMs, stderrLog } from './log.ts';
import { openSharedStore } from './open-store.ts';
import { prepareBackend } from './prepare.ts';
import { createRuntime, inOrder, type Runtime, type RuntimeOptions } from './runtime.ts';
import { stopSignal } from './stop-signal.ts';
import { targetsOf } from './targets.ts';

const READY_MS = 3_000;

/** `finspace-mcp http`: MCP over HTTP for any number of clients, until the process is asked to stop. */
export async function http(config: Config): Promise<void> {
  const log = stderrLog(config);
  const stop = stopSignal();
  const server = await openHttp(config, log);
  const { publicUrl, host, targets } = config;
  const address = baseUrl({ host, publicUrl: undefined }, server.port);
  const path = targets === undefined ? '/mcp' : '/t/<target>/mcp';
  log.info(publicUrl === undefined ? { url: address + path } : { url: publicUrl, address }, 'serving MCP over HTTP');
  log.info({ signal: await stop }, 'stopping');
  await server.close();
  await log.flushed();
}

type Overrides = Pick<HttpOptions, 'now' | 'timeouts' | 'drainMs'> & Pick<RuntimeOptions, 'schedule'>;

/** The configured server, listening. Rejects with ConfigError for settings that are not safe to serve. */
export async function openHttp(config: Config, log: Log, overrides: Overrides = {}): Promise<HttpServer> {
  const { now, schedule } = overrides;
  const authorization = configuredAuthorization(config, now);
  const configs = endpointConfigs(config);
  const keys = await configuredSealKeys(config);
  await Promise.all(configs.map((endpoint) => checkSettings(endpoint.config)));
  const store = await openSharedStore(config, log);
  const signers = stateSigners(keys);
  let server: HttpServer | undefined;
  const { page, signing } = serverPage(config, signers, () => server?.port ?? 0);
  const hasPage = (await trustsSignIns(configs)) && authorization !== undefined;
  const wrapCall = observeCalls((name, outcome, ms) => server?.metrics.operation(name, outcome, ms));
  const shared = { now, schedule, wrapCall, store, signers, page: hasPage ? page : undefined };
  const runtimeOptions = { ...shared, anonymous: authorization === undefined };
  const endpoints = await Promise.all(configs.map((endpoint) => startEndpoint(endpoint, log, runtimeOptions)));
  if (store !== undefined) await joinReplicas(store, config, endpoints, (keys ?? []).map(keyName));
  const dependencies = sharedDependencies(config, authorization, store);
  server = await serveOverHttp({
    ...config,
    ...overrides,
    authorization,
    approvals: hasPage ? signing : undefined,
    served: endpoints,
    operationsCalledBy: (tool) => operationOfTool(tool) ?? compositeNamed(tool)?.needs,
    mutationsSettled: async () => void (await Promise.all(endpoints.map(({ mutationsSettled }) => mutationsSettled()))),
    ready: () => requireReady({ 'the backend': () => anyReady(endpoints), ...dependencies }),
    limiterFor: store && sharedRateLimiter(store, now),
    gauges: store?.gauges,
    onerror: (error) => log.debug({ error: error.message }, 'not served'),
    observe: config.accessLog ? accessLog(log) : undefined,
  });
  void requireReady(dependencies).catch((error) => log.warn({ cause: error.message }, 'not ready'));
  const closeEndpoints = async () => void (await Promise.all(endpoints.map(({ close }) => close())));
  return { ...server, close: inOrder(server.close, closeEndpoints, async () => store?.close()) };
}

/** The page of this server on which people who sign in approve, and what signs its state and approvals. */
function serverPage(config: Config, signers: StateSigners, port: () => number) {
  const scope = approverScope(config);
  // The purpose of signatures differs between servers, so that one rejects what another signed with the same keys.
  const serverSigners: StateSigners = (purpose) => signers(`${purpose} of ${scope}`);
  const pageSignature = serverSignature(serverSigners('approval'));
  const url = () => approvalsUrl(baseUrl(config, port()));
  return { page: { server: scope, pageSignature, url }, signing: { signers: serverSigners, pageSignature } };
}

/** Whether the rules of all endpoints accept the approval of a person who signed in. */
async function trustsSignIns(endpoints: readonly EndpointConfig[]): Promise<boolean> {
  const answers = await Promise.all(endpoints.map(({ config }) => approverRules(config).trustsForms()));
  return answers.every(Boolean);
}

/** What all endpoints depend on, by name. */
function sharedDependencies(
  { authIssuer }: Config,
  authorization: Authorization | undefined,
  store: SharedStore | undefined,
): Checks {
  return {
    ...(authIssuer !== undefined && authorization && { [`the issuer ${authIssuer}`]: authorization.ready }),
    ...(store && { 'the store': () => store.ready() }),
  };
}

/** Resolves when one backend responds: the others, of other targets, must not take this server out of service. */
const anyReady = (endpoints: readonly { ready(): Promise<void> }[]) =>
  Promise.any(endpoints.map((endpoint) => endpoint.ready()));

/** Limits calls on all replicas together; while the store does not respond, on each replica. */
const sharedRateLimiter =
  (store: SharedStore, now = Date.now) =>
  (rates: Rates): RateLimiter =>
    store.rateLimiter(rates, rateLimiter(rates, now));

type Checks = Readonly<Record<string, () => Promise<unknown>>>;

/** Rejects with `NotReady` when a dependency does not answer, naming each with its cause. Anyone can read that. */
async function requireReady(checks: Checks): Promise<void> {
  const failures = await Promise.all(
    Object.entries(checks).map(([name, check]) =>
      check().then(
        () => [],
        (error) => [
          error instanceof StoreError
            ? (error.why ?? `${name} cannot be used`)
            : `${name} does not answer (${causeOf(error)})`,
        ],
      ),
    ),
  );
  if (failures.flat().length > 0) throw new NotReady(failures.flat().join('; '));
}

interface EndpointConfig {
  readonly path: string;
  readonly config: Config;
  readonly allowedScopes?: AllowedScopes | undefined;
}

/** One endpoint, or one for each named target; with targets, there is no default endpoint. */
function endpointConfigs(config: Config): EndpointConfig[] {
  if (config.targets === undefined) return [{ path: '/mcp', config }];
  return targetsOf(config).map((target) => ({ ...target, path: `/t/${target.alias}/mcp` }));
}

async function startEndpoint(
  { path, config, allowedScopes }: EndpointConfig,
  log: Log,
  options: Omit<RuntimeOptions, 'remote' | 'scope'>,
) {
  await prepareBackend(config, log);
  const { createServer, answers, backendCall, ledger, mutationsSettled, close, agreement } = createRuntime(
    config,
    log,
    {
      ...options,
      remote: true,
      scope: path,
    },
  );
  const ready = async () => {
    const signal = AbortSignal.timeout(READY_MS);
    // Anyone can read the readiness response, so it shows only the cause: messages may name hosts or accounts.
    await backendCall('ListKxEnvironments', { maxResults: 1 }, { signal }).catch((error) => {
      throw new Error(error instanceof FinspaceError ? error.fields.code : 'timed out');
    });
  };
  const { page } = options;
  const plans = page && { server: page.server, target: config.target, ledger };
  return {
    path,
    createServer,
    allowedScopes,
    plans,
    mutationsSettled,
    close,
    ready,
    agreement,
    bus: answers.changes,
    watch: answers.watch,
  };
}

/**
 * An id that differs between servers whose approvers may differ, and is the same for all replicas of one server. The names of the
 * members are part of it.
 */
function approverScope({ host, port, publicUrl, authIssuer, authJwks, authAudience, authTokens, targets }: Config) {
  const url = authIssuer === undefined ? undefined : (publicUrl ?? `${host}:${port}`);
  const [tokens, targetsText] = [authTokens, targets].map((path) => path && readFileSync(path, 'utf8'));
  return digest({ url, authIssuer, authJwks, authAudience, tokens, places: targetsText });
}

/** The keys of --seal-keys, which --store needs; undefined without either. Rejects with ConfigError. */
export async function configuredSealKeys({ sealKeys: path, store }: Config): Promise<Buffer[] | undefined> {
  if (path === undefined && store !== undefined) throw new ConfigError('--store: needs --seal-keys');
  if (path === undefined) return undefined;
  const { SealKeyError, sealKeys } = await import('../transports/shared/seal-keys.ts');
  try {
    return sealKeys(path);
  } catch (error) {
    throw error instanceof SealKeyError ? new ConfigError(`--seal-keys: ${error.message}`) : error;
  }
}

/** Makes sure that all replicas serve the same, to the same approvers, and have a seal key in common. */
async function joinReplicas(
  store: SharedStore,
  { targets }: Config,
  endpoints: readonly Pick<Runtime, 'agreement'>[],
  sealKeys: readonly string[],
): Promise<void> {
  const agreements = await Promise.all(endpoints.map((endpoint) => endpoint.agreement()));
  const values = {
    ...(targets === undefined ? {} : { 'the file of --targets': digest(readFileSync(targets, 'utf8')) }),
    'the backend or its world': digest(agreements.map(({ location }) => location)),
  };
  const approver = agreements.map(({ approver }) => approver).find((fingerprint) => fingerprint !== '') ?? '';
  await store.join({ values, sealKeys, approver });
}

const observeCalls =
  (observe: (name: string, outcome: string, ms: number) => void) =>
  (call: Call): Call =>
  async (name, input, options) => {
    const startedMs = performance.now();
    let outcome = 'ok';
    try {
      return await call(name, input, options);
    } catch (error) {
      outcome = error instanceof FinspaceError ? error.fields.code : 'error';
      throw error;
    } finally {
      observe(name, outcome, performance.now() - startedMs);
    }
  };

/** One line per request: the caller and the outcome. */
const accessLog =
  (log: Log): Observe =>
  ({ method, path, principal, rpc, tool, refused, reason }, status, ms) =>
    log.info({ method, path, principal, rpc, tool, refused, reason, status, ms: roundedMs(ms) }, 'request');

/** The configured authorization; undefined where every caller is the local user. */
export function configuredAuthorization(config: Config, now = Date.now): Authorization | undefined {
  const { host, publicUrl, authIssuer: issuer, authJwks: jwks, authAudience, authTokens } = config;
  const audiences = authAudience === undefined ? [] : [authAudience].flat();
  const reachable = [host, ...(publicUrl === undefined ? [] : [new URL(publicUrl).hostname])];
  const remoteHost = reachable.find((name) => !isLoopback(name));
  if (issuer === undefined && (jwks !== undefined || audiences.length > 0))
    throw new ConfigError(`--${jwks === undefined ? 'auth-audience' : 'auth-jwks'}: needs --auth-issuer`);
  if (issuer !== undefined && remoteHost !== undefined && publicUrl === undefined)
    throw new ConfigError(
      '--public-url: needed with --auth-issuer, because tokens have to name this server by its URL',
    );
  if (issuer === undefined && authTokens === undefined) {
    if (remoteHost !== undefined)
      throw new ConfigError(
        `${remoteHost === host ? '--host' : '--public-url'}: ${remoteHost} is beyond loopback, so --auth-issuer or --auth-tokens is required`,
      );
    return undefined;
  }
  try {
    return authorization({
      issuer,
      jwks,
      audiences,
      tokens: authTokens === undefined ? undefined : staticTokens(authTokens),
      now,
    });
  } catch (error) {
    if (error instanceof TokenFileError) throw new ConfigError(`--auth-tokens: ${error.message}`);
    throw error;
  }
}
