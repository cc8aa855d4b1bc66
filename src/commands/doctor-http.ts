import { type Config, ConfigError } from '../config.ts';
import { counted } from '../inventory/units.ts';
import { ownCommand } from '../own-command.ts';
import { causeOf } from '../transports/cause.ts';
import { type DoctorFinding, failed, ok, orFailed, warning } from './finding.ts';

/** The configured parts that remote callers and replicas need: who may call, the seal keys, and the store. */
export async function remoteFindings(config: Config): Promise<DoctorFinding[]> {
  const { authIssuer, authTokens, authJwks, authAudience, publicUrl, store, sealKeys } = config;
  const given = [authIssuer, authTokens, authJwks, authAudience, publicUrl].some((each) => each !== undefined);
  const isRemote = given || config.host !== '127.0.0.1';
  return [
    ...(isRemote ? [await authorizationFinding(config)] : []),
    ...(sealKeys !== undefined || (isRemote && store !== undefined) ? [await sealKeysFinding(config)] : []),
    ...(store === undefined ? [] : [await storeFinding(store)]),
  ];
}

async function authorizationFinding(config: Config): Promise<DoctorFinding> {
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
  const audienceText = audiences.length === 0 ? 'the URL of the endpoint' : audiences.join(', ');
  return ok(
    check,
    [
      ...(authIssuer === undefined ? [] : [`tokens of ${authIssuer} for the audience ${audienceText}`]),
      ...(authTokens === undefined ? [] : [`fixed tokens of ${authTokens}`]),
    ].join('; '),
  );
}

async function sealKeysFinding(config: Config): Promise<DoctorFinding> {
  const check = 'seal keys';
  const { configuredSealKeys } = await import('./http.ts');
  return orFailed(check, async () => ok(check, counted('key', (await configuredSealKeys(config))?.length)));
}

async function storeFinding(url: string): Promise<DoctorFinding> {
  const check = 'store';
  const { storeStatus } = await import('../store/postgres/administration.ts');
  return orFailed(check, async () => {
    const { id, postgresVersion, ownsTables } = await storeStatus(url);
    const text = `${id}, in PostgreSQL ${postgresVersion}`;
    return ownsTables
      ? warning(check, `${text}. The user of --store owns the tables, so a server could rewrite the journal.`, OWN_ROLE)
      : ok(check, text);
  });
}

const OWN_ROLE = `Run ${ownCommand()} store migrate --roles as the owner, and connect as a member of finspace_mcp_server.`;
