import { type ProfileSource, sourceInProfile } from './credential-source.ts';
import { DiagnosedError, misconfigured } from './diagnosed-error.ts';
import { type SharedProfile, withSources } from './shared-profile.ts';

/** Throws a DiagnosedError for a chosen profile that does not exist, and for half a key pair, before other sources are tried. */
export function requireUsableProfile({ name, isChosen, settings }: SharedProfile): void {
  if (isChosen && settings === undefined) {
    throw misconfigured(
      `There is no AWS profile ${JSON.stringify(name)} in the AWS configuration files.`,
      'Have a person correct --profile or AWS_PROFILE ("aws configure list-profiles" lists the profiles), or create the profile with "aws configure".',
    );
  }
  const environmentError = isChosen
    ? undefined
    : halfPairError(process.env, 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'The environment');
  const profile = `The AWS profile ${JSON.stringify(name)}`;
  const error =
    environmentError ?? halfPairError(settings ?? {}, 'aws_access_key_id', 'aws_secret_access_key', profile);
  if (error !== undefined) throw error;
}

function halfPairError(
  settings: Readonly<Record<string, string | undefined>>,
  key: string,
  secret: string,
  where: string,
): DiagnosedError | undefined {
  if (Boolean(settings[key]) === Boolean(settings[secret])) return undefined;
  const [present, missing] = settings[key] ? [key, secret] : [secret, key];
  return misconfigured(
    `${where} has ${present} without ${missing}: half a key pair.`,
    `Have a person set ${missing} too, or remove ${present}.`,
  );
}

/** Why the provider chain returned no credentials. The text of its error is never used. */
export async function credentialError(thrown: unknown, profile: SharedProfile): Promise<DiagnosedError> {
  if (thrown instanceof DiagnosedError) return thrown;
  const error = Object(thrown) as { name?: unknown; code?: unknown; path?: unknown; $fault?: unknown };
  const failure: ProviderFailure = {
    name: String(error.name),
    code: String(error.code),
    path: error.path,
    isReply: '$fault' in error,
    profiles: await withSources(profile),
  };
  return (
    tokenFileError(failure) ??
    networkError(failure) ??
    ssoError(failure) ??
    multiFactorError(failure) ??
    nestedProcessError(failure) ??
    stsError(failure) ??
    noCredentialsError(failure)
  );
}

interface ProviderFailure {
  readonly name: string;
  readonly code: string;
  readonly path: unknown;
  /** An error reply of an AWS service. */
  readonly isReply: boolean;
  /** The profile in use, and the profiles that it takes its credentials from. */
  readonly profiles: readonly SharedProfile[];
}

const profileWithSetting = ({ profiles }: ProviderFailure, name: string): SharedProfile | undefined =>
  profiles.find(({ settings }) => settings?.[name] !== undefined);

const profileWithSource = (profiles: readonly SharedProfile[], source: ProfileSource): SharedProfile | undefined =>
  profiles.find((profile) => sourceInProfile(profile) === source);

function tokenFileError(failure: ProviderFailure): DiagnosedError | undefined {
  const variable = process.env['AWS_WEB_IDENTITY_TOKEN_FILE'];
  const setting = profileWithSetting(failure, 'web_identity_token_file')?.settings?.['web_identity_token_file'];
  if (typeof failure.path !== 'string' || ![variable, setting].includes(failure.path)) return undefined;
  const source =
    failure.path === setting ? 'web_identity_token_file of the AWS profile' : 'AWS_WEB_IDENTITY_TOKEN_FILE';
  return misconfigured(
    `The web identity token file ${failure.path} ${failure.code === 'ENOENT' ? 'does not exist' : 'cannot be read'}.`,
    `Have a person correct ${source}, or make sure that the file is mounted and readable for the user that runs this server.`,
  );
}

function networkError({ code }: ProviderFailure): DiagnosedError | undefined {
  if (!/^(?:E[A-Z_]{4,20}|TimeoutError)$/.test(code) || code === 'ENOENT') return undefined;
  return new DiagnosedError({
    code: 'Unreachable',
    detail: `The AWS service that gives the credentials (STS or IAM Identity Center) cannot be reached (${code}).`,
    advice: 'Have a person check the network and the name servers (DNS) of this machine, then try again.',
  });
}

const SSO_ERRORS = new Set(['CredentialsProviderError', 'TokenProviderError', 'UnauthorizedException']);

function ssoError(failure: ProviderFailure): DiagnosedError | undefined {
  const profile = profileWithSource(failure.profiles, 'SSO session');
  if (profile === undefined) return undefined;
  const { name, settings = {} } = profile;
  const quoted = JSON.stringify(name);
  const needed = settings['sso_session'] === undefined ? ['sso_start_url', 'sso_region'] : [];
  const isComplete = ['sso_account_id', 'sso_role_name', ...needed].every((setting) => settings[setting] !== undefined);
  if (isComplete && SSO_ERRORS.has(failure.name)) {
    return misconfigured(
      `The SSO session of the AWS profile ${quoted} has expired, or nobody has signed in.`,
      `Have a person run: aws sso login --profile ${/^[\w.@%+:/-]+$/.test(name) ? name : quoted}`,
    );
  }
  return isComplete && failure.isReply
    ? misconfigured(
        `IAM Identity Center (SSO) refuses the account or the role of the AWS profile ${quoted}.`,
        'Have a person check sso_account_id and sso_role_name, and that the role is assigned to them.',
      )
    : misconfigured(
        `The SSO settings of the AWS profile ${quoted} are incomplete.`,
        `Have a person run: aws configure sso --profile ${quoted}`,
      );
}

function multiFactorError(failure: ProviderFailure): DiagnosedError | undefined {
  const profile = profileWithSetting(failure, 'mfa_serial');
  if (profile === undefined || failure.isReply) return undefined;
  return misconfigured(
    `The AWS profile ${JSON.stringify(profile.name)} needs the code of a multi-factor device, which this server cannot ask for.`,
    'Have a person name a profile with session credentials, or one with credential_process.',
  );
}

/** The credential_process of the selected profile has its own provider, with a more precise error. */
function nestedProcessError({
  profiles: [selected, ...sources],
  isReply,
}: ProviderFailure): DiagnosedError | undefined {
  const source = profileWithSource(sources, 'credential_process');
  if (selected === undefined || source === undefined || isReply) return undefined;
  const [name, sourceName] = [selected.name, source.name].map((text) => JSON.stringify(text));
  return misconfigured(
    `The credential_process of the AWS profile ${sourceName}, which ${name} takes its credentials from, failed.`,
    'Have a person run that command in a terminal, as the user that runs this server, and correct what it reports.',
  );
}

const EXPIRED = new Set(['ExpiredToken', 'ExpiredTokenException', 'InvalidIdentityToken', 'IDPRejectedClaim']);

function stsError({ name, isReply }: ProviderFailure): DiagnosedError | undefined {
  if (!isReply) return undefined;
  return EXPIRED.has(name)
    ? misconfigured(
        'AWS STS refuses the token or the credentials used to assume the role: they have expired or are not valid.',
        'Have a person renew them, then try again.',
      )
    : misconfigured(
        'AWS STS does not let the configured credentials assume the configured role.',
        'Have a person check role_arn (or AWS_ROLE_ARN) and the trust policy of the role.',
      );
}

function noCredentialsError({ profiles: [profile] }: ProviderFailure): DiagnosedError {
  const where =
    profile?.isChosen === true
      ? `The AWS profile ${JSON.stringify(profile.name)} has no credentials`
      : 'No AWS credentials were found in the environment, in the default profile or on this machine';
  return misconfigured(
    `${where}.`,
    'Have a person set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile that has credentials with --profile.',
  );
}
