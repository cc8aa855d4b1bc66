import type { SharedProfile } from './shared-profile.ts';

/** The first source of credentials in the order of the default chain. The values are not read. */
export function credentialSource(profile: SharedProfile, env: NodeJS.ProcessEnv): string {
  const profileSource = sourceInProfile(profile);
  if (usesKeysOf(env, profile)) return 'the variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';
  if (profileSource !== undefined) return `the ${profileSource} of the AWS profile ${JSON.stringify(profile.name)}`;
  const environmentSource = ENVIRONMENT_SOURCES.find(([variable]) => env[variable])?.[1];
  return environmentSource ?? 'the metadata service of this machine';
}

/** Whether the chain takes keys from the environment, before it reads the profile. */
export const usesKeysOf = (env: NodeJS.ProcessEnv, { isChosen }: SharedProfile): boolean =>
  !isChosen && Boolean(env['AWS_ACCESS_KEY_ID']);

export type ProfileSource = (typeof PROFILE_SOURCES)[number][0];

/** The source that the SDK uses of those in a profile; undefined if it has none. */
export const sourceInProfile = ({ settings = {} }: SharedProfile): ProfileSource | undefined =>
  PROFILE_SOURCES.find(([, needed]) => needed.every((setting) => settings[setting] !== undefined))?.[0];

/** Each source with the settings that it needs, in the order of `resolveProfileData` in the SDK's credential-provider-ini. */
const PROFILE_SOURCES = [
  ['role', ['role_arn', 'source_profile']],
  ['role', ['role_arn', 'credential_source']],
  ['keys', ['aws_access_key_id', 'aws_secret_access_key']],
  ['web identity token', ['role_arn', 'web_identity_token_file']],
  ['credential_process', ['credential_process']],
  ['SSO session', ['sso_session']],
  ['SSO session', ['sso_start_url']],
  ['SSO session', ['sso_account_id']],
  ['SSO session', ['sso_role_name']],
  ['SSO session', ['sso_region']],
] as const;

const ENVIRONMENT_SOURCES = [
  ['AWS_WEB_IDENTITY_TOKEN_FILE', 'the web identity token in AWS_WEB_IDENTITY_TOKEN_FILE'],
  ['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', 'the container service'],
  ['AWS_CONTAINER_CREDENTIALS_FULL_URI', 'the container service'],
] as const;
