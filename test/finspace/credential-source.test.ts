import { inspect } from 'node:util';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { describe, expect, it, vi } from 'vitest';
import { credentialMask } from '../../src/finspace/credential-mask.ts';
import { credentialSource } from '../../src/finspace/credential-source.ts';
import { credentials } from '../../src/finspace/credentials.ts';
import { sharedProfile } from '../../src/finspace/shared-profile.ts';
import { awsHome, keys } from './aws-home.ts';

const { path, save } = awsHome();

/** What a profile may have, in any combination. */
const PARTS = {
  role: 'role_arn = arn:aws:iam::1:role/kdb\n',
  'profile of a role': 'source_profile = base\n',
  keys: keys('AKIDKEYS'),
  token: () => `web_identity_token_file = ${path('token')}\n`,
  process: () => `credential_process = cat ${path('printed')}\n`,
  SSO: 'sso_start_url = https://corp.awsapps.example/start\nsso_account_id = 1\nsso_role_name = kdb\nsso_region = eu-west-1\n',
};
const NAMES = Object.keys(PARTS) as (keyof typeof PARTS)[];
const COMBINATIONS = Array.from({ length: 2 ** NAMES.length }, (_, bits) =>
  NAMES.filter((_name, at) => bits & (1 << at)),
);

/** What `doctor` calls each source, by the result of `keyOf`. */
const SOURCES: Readonly<Record<string, string>> = {
  AKIDROLE: 'the role of the AWS profile "prod"',
  AKIDKEYS: 'the keys of the AWS profile "prod"',
  AKIDTOKEN: 'the web identity token of the AWS profile "prod"',
  AKIDPROCESS: 'the credential_process of the AWS profile "prod"',
  SSO: 'the SSO session of the AWS profile "prod"',
  none: 'the metadata service of this machine',
};
const identity = (accessKeyId: string) => async () => ({ accessKeyId, secretAccessKey: 'secret' });
const INIT = { roleAssumer: identity('AKIDROLE'), roleAssumerWithWebIdentity: identity('AKIDTOKEN') };
/** The access key, or for credentials that a test cannot get, their source. */
const keyOf = (provided: Promise<{ accessKeyId: string }>) =>
  provided.then(
    ({ accessKeyId }) => accessKeyId,
    (error: unknown) => (inspect(error).includes('SSO session') ? 'SSO' : 'none'),
  );

describe('the source of credentials', () => {
  it.each(COMBINATIONS.map((names) => ({ names })))(
    'of a profile with $names is that of the SDK',
    async ({ names }) => {
      const parts = names.map((name) => PARTS[name]).map((part) => (typeof part === 'string' ? part : part()));
      save('config', `[profile prod]\nregion = eu-west-1\n${parts.join('')}[profile base]\n${keys('AKIDBASE')}`);
      save('token', 'token');
      save('printed', JSON.stringify({ Version: 1, AccessKeyId: 'AKIDPROCESS', SecretAccessKey: 'secret' }));
      const key = await keyOf(defaultProvider({ ...INIT, profile: 'prod', ignoreCache: true })());
      expect(await keyOf(credentials('prod', INIT, credentialMask().watch).current())).toBe(key);
      expect(credentialSource(await sharedProfile('prod'), process.env)).toBe(SOURCES[key]);
    },
  );

  it('is the environment, unless a profile is selected', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDENVIRONMENT');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
    save('config', '[default]\ncredential_process = exit 7\n');
    save('credentials', `[prod]\n${keys('AKIDKEYS')}`);
    expect(await keyOf(credentials(undefined, {}, credentialMask().watch).current())).toBe('AKIDENVIRONMENT');
    expect(credentialSource(await sharedProfile(undefined), process.env)).toContain('the variables AWS_ACCESS_KEY_ID');
    expect(await keyOf(credentials('prod', {}, credentialMask().watch).current())).toBe('AKIDKEYS');
    expect(credentialSource(await sharedProfile('prod'), process.env)).toBe(SOURCES['AKIDKEYS']);
  });
});
