import * as z from 'zod';
import { lazy, operation } from './operation.ts';
import {
  Description,
  describedByFormat,
  EnvironmentArn,
  EnvironmentStatus,
  IdType,
  KmsKeyId,
  MaxResults,
  PaginationToken,
  pageOf,
  TagMap,
  text,
} from './shapes.ts';
import { ENVIRONMENT } from './targets.ts';
import { ENVIRONMENT_UPDATE } from './update-rules.ts';

const EnvironmentName = lazy(() =>
  text(1, 255, /^[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]$/, 'a name of letters, digits and -, such as research'),
);
const Url = lazy(() =>
  text(
    1,
    1000,
    /^https?:\/\/[-a-zA-Z0-9+&@#/%?=~_|!:,.;]*[-a-zA-Z0-9+&@#/%=~_|]$/,
    'a URL such as https://idp.example.com/saml',
  ),
);
const LegacyEnvironmentId = lazy(() => IdType().describe('environmentId from list_environments'));
const NameString = lazy(() => text(1, 50, /^[a-zA-Z0-9]{1,50}$/, '1 to 50 letters and digits'));
const FederationMode = lazy(() =>
  z
    .enum(['FEDERATED', 'LOCAL'])
    .describe(
      'FEDERATED: users sign in through a SAML provider; needs federationParameters. LOCAL: users sign in with passwords.',
    ),
);

const FederationParameters = lazy(() =>
  z.strictObject({
    samlMetadataDocument: text(1000, 10_000_000).optional().describe('XML; give this or samlMetadataURL'),
    samlMetadataURL: Url().optional(),
    applicationCallBackURL: Url().optional().describe("Sign-in URL, as entered in the provider's configuration"),
    federationURN: describedByFormat(
      text(1, 255, /^[A-Za-z0-9._\-:/#+]+$/, 'a URN such as urn:amazon:webservices'),
    ).optional(),
    federationProviderName: describedByFormat(
      text(
        1,
        32,
        /^[^_\p{Z}][\p{L}\p{M}\p{S}\p{N}\p{P}][^_\p{Z}]+$/u,
        '3 to 32 characters without spaces, such as Okta',
      ),
    ).optional(),
    attributeMap: z
      .record(text(1, 32), text(1, 1000))
      .optional()
      .describe('{"Email": NAME}: NAME is the SAML attribute that holds the e-mail address'),
  }),
);

const SuperuserParameters = lazy(() =>
  z.strictObject({
    emailAddress: text(
      1,
      128,
      /^[A-Z0-9a-z._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]+$/,
      'an e-mail address such as jo@example.com',
    ),
    firstName: describedByFormat(NameString()),
    lastName: describedByFormat(NameString()),
  }),
);

const Environment = lazy(() =>
  z.strictObject({
    name: EnvironmentName().optional(),
    environmentId: IdType().optional(),
    awsAccountId: IdType().optional(),
    status: EnvironmentStatus().optional(),
    environmentUrl: Url().optional(),
    description: Description().optional(),
    environmentArn: EnvironmentArn().optional(),
    sageMakerStudioDomainUrl: text(1, 1000, /^[a-zA-Z0-9:/.-]*$/).optional(),
    kmsKeyId: KmsKeyId().optional(),
    dedicatedServiceAccountId: IdType().optional(),
    federationMode: FederationMode().optional(),
    federationParameters: FederationParameters().optional(),
  }),
);

export const CreateEnvironment = operation({
  http: 'POST /environment',
  kind: 'environment',
  risk: 'create',
  deprecated: true,
  summary:
    'Create a dataset browser environment, the FinSpace web application for datasets. Deprecated: expect AWS to ' +
    'refuse the call. For kdb, use create_kx_environment. If accepted, returns at once; get_environment shows when ' +
    'it is CREATED (about an hour).',
  keywords: 'legacy FinSpace web app SAML data',
  input: () =>
    z.strictObject({
      name: describedByFormat(EnvironmentName()),
      description: describedByFormat(Description()).optional(),
      kmsKeyId: describedByFormat(KmsKeyId()).optional(),
      tags: TagMap().optional(),
      federationMode: FederationMode().optional(),
      federationParameters: FederationParameters().optional(),
      superuserParameters: SuperuserParameters().optional().describe('The first user, with all permissions'),
      dataBundles: z
        .array(
          text(
            20,
            2048,
            /^arn:aws:finspace:[A-Za-z0-9_/.-]{0,63}:\d*:data-bundle\/[0-9A-Za-z_-]{1,128}$/,
            'the ARN of a data bundle, such as arn:aws:finspace:us-east-1::data-bundle/capital-markets',
          ),
        )
        .optional()
        .describe('ARNs of sample data to install'),
    }),
  output: () =>
    z.strictObject({
      environmentId: IdType().optional(),
      environmentArn: EnvironmentArn().optional(),
      environmentUrl: Url().optional(),
    }),
  errors: ['AccessDenied', 'LimitExceeded', 'ServiceQuotaExceeded', 'Throttling', 'Validation'],
});

export const DeleteEnvironment = operation({
  http: 'DELETE /environment/{environmentId}',
  kind: 'environment',
  risk: 'destroy',
  deprecated: true,
  settles: { now: 'DELETE_REQUESTED', end: 'DELETED' },
  summary:
    'Delete a dataset browser environment (deprecated) with its datasets. This cannot be undone. For kdb, use ' +
    'delete_kx_environment. Returns at once; get_environment shows when it is gone.',
  keywords: 'legacy FinSpace web app remove',
  input: () => z.strictObject({ environmentId: LegacyEnvironmentId() }),
  target: ENVIRONMENT,
  output: () => z.strictObject({}),
  errors: ['AccessDenied', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const GetEnvironment = operation({
  http: 'GET /environment/{environmentId}',
  kind: 'environment',
  risk: 'read',
  deprecated: true,
  summary:
    'Show a dataset browser environment (deprecated): status, URL, KMS key, tags and sign-in settings. For kdb, use ' +
    'get_kx_environment.',
  keywords: 'legacy FinSpace web app federation SAML domain',
  input: () => z.strictObject({ environmentId: LegacyEnvironmentId() }),
  output: () => z.strictObject({ environment: Environment().optional() }),
  errors: ['AccessDenied', 'ResourceNotFound', 'Validation'],
});

export const ListEnvironments = operation({
  http: 'GET /environment',
  kind: 'environment',
  risk: 'read',
  deprecated: true,
  summary:
    'List the dataset browser environments (deprecated) of this account and region. For kdb, use ' +
    'list_kx_environments.',
  keywords: 'legacy FinSpace web app all',
  input: () => z.strictObject({ nextToken: PaginationToken().optional(), maxResults: MaxResults().optional() }),
  output: () => pageOf({ environments: z.array(Environment()).optional() }),
  errors: ['AccessDenied', 'Validation'],
});

export const UpdateEnvironment = operation({
  http: 'PUT /environment/{environmentId}',
  kind: 'environment',
  risk: 'update',
  target: ENVIRONMENT,
  update: ENVIRONMENT_UPDATE,
  deprecated: true,
  summary:
    'Change the name, description or sign-in settings of a dataset browser environment (deprecated). ' +
    'federationParameters replaces all current parameters: a call that omits one fails and returns the complete arguments, ' +
    'unless you name it in remove. Other settings that you omit keep their values. For kdb, use ' +
    'update_kx_environment. A person must approve a name that is the name, the id or a former name of another environment, ignoring letter case. Takes effect at once.',
  keywords: 'legacy FinSpace web app rename federation SAML',
  input: () =>
    z.strictObject({
      environmentId: LegacyEnvironmentId(),
      name: describedByFormat(EnvironmentName()).optional(),
      description: describedByFormat(Description()).optional(),
      federationMode: FederationMode().optional(),
      federationParameters: FederationParameters().optional(),
    }),
  output: () => z.strictObject({ environment: Environment().optional() }),
  errors: ['AccessDenied', 'ResourceNotFound', 'Throttling', 'Validation'],
});
