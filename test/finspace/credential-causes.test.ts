import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { ClientOptions } from '../../src/finspace/client.ts';
import { freePort } from '../support/free-port.ts';
import { awsHome, caller, failureOf, keys } from './aws-home.ts';
import { answering, type Behaviour, serving } from './endpoints.ts';

const { path, save } = awsHome();

const SSO = 'sso_account_id = 111122223333\nsso_role_name = kdb\nsso_region = eu-west-1\n';
const START_URL = 'https://corp.awsapps.example/start';

/** For each cause: the settings, and what the error says is wrong and what a person must do. */
const CAUSES: [cause: string, arrange: () => Partial<ClientOptions>, detail: RegExp, advice: RegExp][] = [
  [
    'a profile that does not exist',
    () => {
      save('config', '[profile other]\nregion = eu-west-1\n');
      return { profile: 'prod' };
    },
    /^There is no AWS profile "prod" in the AWS configuration files\.$/,
    /--profile or AWS_PROFILE/,
  ],
  [
    'a profile that does not exist, named by AWS_PROFILE, before the missing region',
    () => {
      vi.stubEnv('AWS_PROFILE', 'prod');
      return { region: undefined };
    },
    /^There is no AWS profile "prod"/,
    /--profile or AWS_PROFILE/,
  ],
  [
    'no region',
    () => {
      save('credentials', `[default]\n${keys('AKID')}`);
      return { region: undefined };
    },
    /^No AWS region is configured\.$/,
    /--region, AWS_REGION, AWS_DEFAULT_REGION/,
  ],
  [
    'half a key pair in the environment, although the default profile has a whole one',
    () => {
      vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKID');
      save('credentials', `[default]\n${keys('AKIDOTHER')}`);
      return {};
    },
    /^The environment has AWS_ACCESS_KEY_ID without AWS_SECRET_ACCESS_KEY: half a key pair\.$/,
    /set AWS_SECRET_ACCESS_KEY too, or remove AWS_ACCESS_KEY_ID/,
  ],
  [
    'half a key pair in a profile',
    () => {
      save('credentials', '[prod]\naws_secret_access_key = x\n');
      return { profile: 'prod' };
    },
    /^The AWS profile "prod" has aws_secret_access_key without aws_access_key_id: half a key pair\.$/,
    /set aws_access_key_id too/,
  ],
  [
    'a credential_process that fails',
    () => {
      save('config', `[profile prod]\ncredential_process = echo hush && exit 7\n`);
      return { profile: 'prod' };
    },
    /^The credential_process of the AWS profile "prod" failed with exit code 7\.$/,
    /run that command in a terminal/,
  ],
  [
    'a credential_process that does not exist',
    () => {
      save('config', '[default]\ncredential_process = /nonexistent/helper --now\n');
      return {};
    },
    /^The credential_process of the AWS profile "default" failed with exit code 127\.$/,
    /run that command in a terminal/,
  ],
  [
    'a credential_process that prints something else',
    () => {
      save('config', `[profile prod]\ncredential_process = echo hush\n`);
      return { profile: 'prod' };
    },
    /^The credential_process of the AWS profile "prod" did not print credentials/,
    /run that command in a terminal/,
  ],
  [
    'a credential_process that prints expired credentials',
    () => {
      const expired = { Version: 1, AccessKeyId: 'AKID', SecretAccessKey: 'hush', Expiration: '2020-01-01T00:00:00Z' };
      save('printed', JSON.stringify(expired));
      save('config', `[profile prod]\ncredential_process = cat ${path('printed')}\n`);
      return { profile: 'prod' };
    },
    /^The credential_process of the AWS profile "prod" printed expired credentials\.$/,
    /run that command in a terminal/,
  ],
  [
    'a credential_process that fails in the profile that a role is assumed from',
    () => {
      const role = 'role_arn = arn:aws:iam::1:role/kdb\nsource_profile = base\n';
      save('config', `[profile prod]\n${role}[profile base]\ncredential_process = exit 7\n`);
      return { profile: 'prod' };
    },
    /^The credential_process of the AWS profile "base", which "prod" takes its credentials from, failed\.$/,
    /run that command in a terminal/,
  ],
  [
    'an SSO session that was never started',
    () => {
      save(
        'config',
        `[profile prod]\nsso_session = corp\n${SSO}[sso-session corp]\nsso_start_url = ${START_URL}\nsso_region = eu-west-1\n`,
      );
      return { profile: 'prod' };
    },
    /^The SSO session of the AWS profile "prod" has expired, or nobody has signed in\.$/,
    /^Have a person run: aws sso login --profile prod$/,
  ],
  [
    'an expired SSO session of the older kind, in the profile that a role is assumed from',
    () => {
      const role = 'role_arn = arn:aws:iam::1:role/kdb\nsource_profile = base\n';
      save('config', `[profile prod]\n${role}[profile base]\nsso_start_url = ${START_URL}\n${SSO}`);
      return { profile: 'prod' };
    },
    /^The SSO session of the AWS profile "base" has expired, or nobody has signed in\.$/,
    /^Have a person run: aws sso login --profile base$/,
  ],
  [
    'an SSO profile without a role',
    () => {
      save('config', `[profile prod]\nsso_start_url = ${START_URL}\nsso_region = eu-west-1\n`);
      return { profile: 'prod' };
    },
    /^The SSO settings of the AWS profile "prod" are incomplete\.$/,
    /aws configure sso --profile "prod"/,
  ],
  [
    'an SSO profile without a session or a start URL',
    () => {
      save('config', `[profile prod]\n${SSO}`);
      return { profile: 'prod' };
    },
    /^The SSO settings of the AWS profile "prod" are incomplete\.$/,
    /aws configure sso --profile "prod"/,
  ],
  [
    'a web identity file that is missing',
    () => {
      vi.stubEnv('AWS_WEB_IDENTITY_TOKEN_FILE', path('token'));
      vi.stubEnv('AWS_ROLE_ARN', 'arn:aws:iam::1:role/kdb');
      return {};
    },
    /^The web identity token file \S+\/token does not exist\.$/,
    /AWS_WEB_IDENTITY_TOKEN_FILE/,
  ],
  [
    'a web identity file of a profile that is missing',
    () => {
      save(
        'config',
        `[profile prod]\nrole_arn = arn:aws:iam::1:role/kdb\nweb_identity_token_file = ${path('token')}\n`,
      );
      return { profile: 'prod' };
    },
    /^The web identity token file \S+\/token does not exist\.$/,
    /web_identity_token_file of the AWS profile/,
  ],
  [
    'a multi-factor device',
    () => {
      const role = 'role_arn = arn:aws:iam::1:role/kdb\nmfa_serial = arn:aws:iam::1:mfa/ann\nsource_profile = base\n';
      save('config', `[profile prod]\n${role}[profile base]\n${keys('AKID')}`);
      return { profile: 'prod' };
    },
    /^The AWS profile "prod" needs the code of a multi-factor device/,
    /session credentials/,
  ],
  [
    'a profile without credentials',
    () => {
      save('config', '[profile prod]\nregion = eu-west-1\n');
      return { profile: 'prod' };
    },
    /^The AWS profile "prod" has no credentials\.$/,
    /AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY/,
  ],
  [
    'no credentials anywhere',
    () => ({}),
    /^No AWS credentials were found in the environment, in the default profile or on this machine\.$/,
    /AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY/,
  ],
];

describe('a call without usable credentials or without a region', () => {
  it.each(CAUSES)('names %s, and what to do', async (_, arrange, detail, advice) => {
    const endpoint = await serving(answering(200, '{}'));
    const fields = await failureOf(caller({ endpoint: endpoint.url, ...arrange() })('ListKxEnvironments', {}));
    expect(fields.code).toBe('Misconfigured');
    expect(fields.detail).toMatch(detail);
    expect(fields.detail).not.toMatch(/hush|\n/);
    expect(fields.advice).toMatch(advice);
    expect(fields.advice).not.toContain('\n');
    expect(endpoint.seen).toHaveLength(0);
  });
});

/** Signs in to SSO: writes the file that `aws sso login` writes. */
function signedIn(session: string): void {
  const cache = path('.aws/sso/cache');
  mkdirSync(cache, { recursive: true });
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  writeFileSync(
    join(cache, `${createHash('sha1').update(session).digest('hex')}.json`),
    JSON.stringify({ accessToken: 'hush', expiresAt }),
  );
}

const assumingRole = () => {
  save('token', 'hush');
  vi.stubEnv('AWS_WEB_IDENTITY_TOKEN_FILE', path('token'));
  vi.stubEnv('AWS_ROLE_ARN', 'arn:aws:iam::1:role/kdb');
};
const bySso = () => {
  save('config', `[default]\nsso_start_url = ${START_URL}\n${SSO}`);
  signedIn(START_URL);
};
const byRole = () => {
  const role = 'role_arn = arn:aws:iam::1:role/kdb\nsource_profile = base\n';
  save('config', `[default]\n${role}[profile base]\n${keys('AKID')}${SSO}`);
};
const xml = (code: string): Behaviour =>
  answering(403, `<ErrorResponse><Error><Code>${code}</Code><Message>hush</Message></Error></ErrorResponse>`);

describe('a failure of the service that issues the credentials', () => {
  it.each<[error: string, variable: string, arrange: () => void, behave: Behaviour, detail: RegExp]>([
    [
      'ExpiredTokenException',
      'STS',
      assumingRole,
      xml('ExpiredTokenException'),
      /^AWS STS refuses the token .* have expired or are not valid\.$/,
    ],
    [
      'AccessDenied',
      'STS',
      assumingRole,
      xml('AccessDenied'),
      /^AWS STS does not let the configured credentials assume the configured role\.$/,
    ],
    [
      'AccessDenied, although a profile with keys also has settings of SSO,',
      'STS',
      byRole,
      xml('AccessDenied'),
      /^AWS STS does not let the configured credentials assume the configured role\.$/,
    ],
    [
      'UnauthorizedException',
      'SSO',
      bySso,
      answering(401, '{"message":"hush"}', 'UnauthorizedException'),
      /^The SSO session of the AWS profile "default" has expired/,
    ],
    [
      'ForbiddenException',
      'SSO',
      bySso,
      answering(403, '{"message":"hush"}', 'ForbiddenException'),
      /^IAM Identity Center \(SSO\) refuses the account or the role/,
    ],
  ])('(%s of %s) is distinguished from a rejection by FinSpace', async (_, variable, arrange, behave, detail) => {
    const finspace = await serving(answering(200, '{}'));
    const other = await serving(behave);
    vi.stubEnv(`AWS_ENDPOINT_URL_${variable}`, other.url);
    arrange();
    const fields = await failureOf(caller({ endpoint: finspace.url })('ListKxEnvironments', {}));
    expect(fields).toMatchObject({ code: 'Misconfigured', detail: expect.stringMatching(detail) });
    expect([other.seen.length, finspace.seen.length]).toEqual([1, 0]);
  });

  it.each([
    ['STS', assumingRole],
    ['SSO', bySso],
  ])('(unreachable %s) is not reported as the shutdown of FinSpace', async (variable, arrange) => {
    vi.stubEnv(`AWS_ENDPOINT_URL_${variable}`, `http://127.0.0.1:${await freePort()}`);
    arrange();
    const fields = await failureOf(caller({ endpoint: 'http://127.0.0.1:1' })('ListKxEnvironments', {}));
    expect(fields).toMatchObject({
      code: 'Unreachable',
      attempts: 1,
      detail: expect.stringContaining('that gives the credentials (STS or IAM Identity Center) cannot be reached'),
    });
  });
});
