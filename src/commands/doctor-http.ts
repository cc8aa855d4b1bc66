import { type Config, ConfigError } from '../config.ts';
import { causeOf } from '../transports/cause.ts';
import { type Finding, failed, ok } from './finding.ts';

/** The configured parts that only `finspace-mcp http` needs: who may call, and what replicas share. */
export async function remoteFindings(config: Config): Promise<Finding[]> {
  const { authIssuer, authTokens, authJwks, authAudience, publicUrl, redis, sealKeys } = config;
  const isRemote = [authIssuer, authTokens, authJwks, authAudience, publicUrl].some((given) => given !== undefined);
  return [
    ...(isRemote || config.host !== '127.0.0.1' ? [await authorizationFinding(config)] : []),
    ...(redis !== undefined || sealKeys !== undefined ? [await sharedFinding(config)] : []),
  ];
}

async function authorizationFinding(config: Config): Promise<Finding> {
  const check = 'authorization';
  const { authIssuer, authAudience = [], authTokens, publicUrl, host } = config;
  const { configuredAuthorization } = await import('./http.ts');
  try {
    const authorization = configuredAuthorization(config);
    if (authorization === undefined) return ok(check, `none: any program on this machine can call (${host})`);
    await authorization.ready();
  } catch (error) {
    if (error instanceof ConfigError) return failed(check, error.message);
    const advice = 'Check --auth-issuer and --auth-jwks, and the network between this machine and the issuer.';
    return failed(check, `The keys of the issuer ${authIssuer} cannot be read (${causeOf(error as Error)}).`, advice);
  }
  const audiences = [...(publicUrl === undefined ? [] : [publicUrl]), ...[authAudience].flat()];
  const own = audiences.length === 0 ? 'the URL of the endpoint' : audiences.join(', ');
  return ok(
    check,
    [
      ...(authIssuer === undefined ? [] : [`tokens of ${authIssuer} for the audience ${own}`]),
      ...(authTokens === undefined ? [] : [`fixed tokens of ${authTokens}`]),
    ].join('; '),
  );
}

async function sharedFinding(config: Config): Promise<Finding> {
  const check = 'replicas';
  const { openSharedState } = await import('./http.ts');
  try {
    const { fleet } = await openSharedState(config, () => {});
    try {
      await fleet?.ready();
    } finally {
      await fleet?.close();
    }
    return ok(check, fleet === undefined ? 'share keys only (--seal-keys)' : 'share keys and Redis, which responds');
  } catch (error) {
    if (error instanceof ConfigError) return failed(check, error.message);
    return failed(check, `Redis does not answer (${causeOf(error as Error)}).`, 'Check --redis.');
  }
}
