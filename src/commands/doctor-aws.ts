import type { Config } from '../config.ts';
import { finspaceCall } from '../finspace/call.ts';
import { finspaceClient } from '../finspace/client.ts';
import { credentialMask } from '../finspace/credential-mask.ts';
import { credentialSource } from '../finspace/credential-source.ts';
import { diagnose } from '../finspace/diagnose.ts';
import { environmentRegion, isRegion } from '../finspace/region.ts';
import { sharedProfile } from '../finspace/shared-profile.ts';
import { FinspaceError } from '../operations/failure.ts';
import { callLimits } from './backend.ts';
import { type DoctorFinding, failed, ok, warning } from './finding.ts';

/** Region, credentials and endpoint of the `aws` backend, in the order in which a call needs them. */
export async function awsFindings(config: Config, env: NodeJS.ProcessEnv): Promise<DoctorFinding[]> {
  const region = await regionFinding(config, env);
  const credentials = await credentialsFinding(config, env);
  const backend =
    region.status === 'failed' || credentials.status === 'failed'
      ? warning('backend', `${endpointText(config)} was not called.`, 'First correct what failed above.')
      : await backendFinding(config);
  return [region, credentials, backend, ...(await endpointClock(config, Date.now))];
}

async function regionFinding({ region, profile }: Config, env: NodeJS.ProcessEnv): Promise<DoctorFinding> {
  const variable = environmentRegion(env);
  if (region !== undefined) return namedRegion(region, '--region');
  if (variable !== undefined) return namedRegion(variable, 'the environment');
  const { name, settings } = await sharedProfile(profile);
  if (settings?.['region']) return namedRegion(settings['region'], `the AWS profile ${JSON.stringify(name)}`);
  return failed('region', 'No AWS region is configured.', NAME_REGION);
}

const namedRegion = (region: string, source: string) =>
  isRegion(region)
    ? ok('region', `${region}, from ${source}`)
    : failed('region', `${JSON.stringify(region)}, from ${source}, is not a valid region name.`, NAME_REGION);

const NAME_REGION = 'Name it with --region, such as --region us-east-1.';

const SOON_MS = 15 * 60_000;

async function credentialsFinding(config: Config, env: NodeJS.ProcessEnv): Promise<DoctorFinding> {
  const { region = 'us-east-1', endpoint, profile } = config;
  const { watch, mask } = credentialMask();
  const source = credentialSource(await sharedProfile(profile), env);
  try {
    const { credentials } = finspaceClient({ region, endpoint, profile, ...callLimits(config) }, watch);
    const { expiration } = (await credentials?.current()) ?? {};
    if (expiration === undefined) return ok('credentials', `from ${source}; they do not expire`);
    const text = `from ${source}; they expire at ${expiration.toISOString()}`;
    if (expiration.getTime() - Date.now() > SOON_MS) return ok('credentials', text);
    return warning('credentials', `${text}.`, 'Renew them, unless their source renews them automatically.');
  } catch (error) {
    const { detail, advice } = diagnose(error);
    return failed('credentials', mask(detail), advice);
  }
}

/** Lists one environment, without changing anything. */
async function backendFinding(config: Config): Promise<DoctorFinding> {
  const { region, endpoint, profile } = config;
  const call = finspaceCall({ region, endpoint, profile, ...callLimits(config), maxAttempts: 1 });
  const startedMs = performance.now();
  try {
    await call('ListKxEnvironments', { maxResults: 1 }, { signal: AbortSignal.timeout(config.callTimeout) });
    return ok('backend', `${endpointText(config)} answers (${Math.round(performance.now() - startedMs)} ms)`);
  } catch (error) {
    if (!(error instanceof FinspaceError)) throw error;
    const { code, detail, advice } = error.fields;
    return failed('backend', `${endpointText(config)}: ${code}: ${detail}`, advice);
  }
}

/** The services reject signatures whose time differs by more. */
const MAX_SKEW_MS = 5 * 60_000;

/** Compares the clock with that of --endpoint; no finding if they agree, or if the endpoint does not send its time. */
async function endpointClock({ endpoint, connectTimeout }: Config, now: () => number): Promise<DoctorFinding[]> {
  if (endpoint === undefined) return [];
  const options = { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(connectTimeout) } as const;
  const date = await fetch(endpoint, options).then(
    ({ headers }) => Date.parse(headers.get('date') ?? ''),
    () => Number.NaN,
  );
  const skew = now() - date;
  if (Number.isNaN(skew) || Math.abs(skew) <= MAX_SKEW_MS) return [];
  const [minutes, way] = [Math.round(Math.abs(skew) / 60_000), skew > 0 ? 'ahead of' : 'behind'];
  return [
    failed(
      'clock of the endpoint',
      `This machine is ${minutes} minutes ${way} the endpoint, which may refuse its signatures.`,
      'Correct the clock.',
    ),
  ];
}

const endpointText = ({ endpoint }: Config) => endpoint ?? 'the AWS endpoint of the region';
