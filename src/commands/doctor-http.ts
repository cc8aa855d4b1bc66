import { type Config, ConfigError } from '../config.ts';
import { counted } from '../inventory/units.ts';
import { causeOf } from '../transports/cause.ts';
import { protectedResource } from '../transports/http/auth/resource.ts';
import { type DoctorFinding, failed, ok, orFailed } from './finding.ts';

/** The configured parts that remote callers need: who may call, and the seal keys. */
export async function httpFindings(config: Config): Promise<DoctorFinding[]> {
  const { authIssuer, authTokens, authJwks, authAudience, publicUrl, store, sealKeys } = config;
  const given = [authIssuer, authTokens, authJwks, authAudience, publicUrl].some((each) => each !== undefined);
  const isRemote = given || config.host !== '127.0.0.1';
  return [
    ...(isRemote ? [await authorizationFinding(config)] : []),
    ...(sealKeys !== undefined || (isRemote && store !== undefined) ? [await sealKeysFinding(config)] : []),
  ];
}

async function authorizationFinding(config: Config): Promise<DoctorFinding> {
  const check = 'authorization';
  const { authIssuer, authAudience = [], authTokens, host } = config;
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
  const audiences = [endpointText(config), ...[authAudience].flat()].join(', ');
  return ok(
    check,
    [
      ...(authIssuer === undefined ? [] : [`tokens of ${authIssuer} for the audience ${audiences}`]),
      ...(authTokens === undefined ? [] : [`fixed tokens of ${authTokens}`]),
    ].join('; '),
  );
}

function endpointText({ publicUrl, targets, authIssuer }: Config): string {
  if (publicUrl === undefined) return 'the URL of the endpoint';
  return protectedResource(publicUrl, targets === undefined ? '/mcp' : '/t/<target>/mcp', authIssuer).url;
}

async function sealKeysFinding(config: Config): Promise<DoctorFinding> {
  const check = 'seal keys';
  const { configuredSealKeys } = await import('./http.ts');
  return orFailed(check, async () => ok(check, counted('key', (await configuredSealKeys(config))?.length)));
}
