import type { SharedProfile } from './shared-profile.ts';

/** The first source of credentials in the order of the default chain. The values are not read. */
export function credentialSource({ name, isChosen, settings = {} }: SharedProfile, env: NodeJS.ProcessEnv): string {
  const profile = `the AWS profile ${JSON.stringify(name)}`;
  const inProfile = PROFILE_SOURCES.find(([setting]) => settings[setting] !== undefined)?.[1];
  if (!isChosen && env['AWS_ACCESS_KEY_ID']) return 'the variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';
  if (inProfile !== undefined) return `${inProfile} of ${profile}`;
  const inEnvironment = ENVIRONMENT_SOURCES.find(([variable]) => env[variable])?.[1];
  return inEnvironment ?? 'the metadata service of this machine';
}

const PROFILE_SOURCES = [
  ['sso_session', 'the SSO session'],
  ['sso_start_url', 'the SSO session'],
  ['role_arn', 'the role'],
  ['aws_access_key_id', 'the keys'],
  ['credential_process', 'the credential_process'],
  ['web_identity_token_file', 'the web identity token'],
] as const;

const ENVIRONMENT_SOURCES = [
  ['AWS_WEB_IDENTITY_TOKEN_FILE', 'the web identity token in AWS_WEB_IDENTITY_TOKEN_FILE'],
  ['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', 'the container service'],
  ['AWS_CONTAINER_CREDENTIALS_FULL_URI', 'the container service'],
] as const;
